import { RequestError } from '../errors.ts'
import { companyIdIn, encodeId } from '../ids.ts'

/** One company a login may act in. */
export interface Membership {
  companyId: string
  companyName: string
  companyExternalId: string | null
  userId: string
  isEnabled: boolean
  /** False for an invitation: the login has not signed in to it yet. */
  isTied: boolean
}

/** Which company a request wants to act in, where its token does not say. */
export interface CompanyChoice {
  /** What X-Company-Id, or companyId in connection_init, says. */
  named?: string | undefined
  /** Decides only where the memberships leave it open. */
  ifSeveral?: string | undefined
}

/** The token leaves open which company to act in; `extensions.companies` lists those to choose from. */
export class CompanyNotChosen extends RequestError {
  readonly memberships: readonly Membership[]

  constructor(detail: string, memberships: readonly Membership[]) {
    super('BAD_USER_INPUT', detail, undefined, { companies: memberships.map(described) })
    this.memberships = memberships
  }
}

/** The detail of every rejection of a company that is unknown, foreign or disabled. */
export const NO_MEMBERSHIP = 'You have no active membership in this company.'

const WHERE = 'in the X-Company-Id header, or as companyId in connection_init.'

/**
 * Chooses the one membership to act in. Unknown, foreign and disabled companies get one and the same answer. Any
 * administrator can make an invitation, so it decides nothing unless it is named. Throws RequestError.
 */
export function chooseMembership(
  memberships: readonly Membership[],
  claimed: string | undefined,
  { named, ifSeveral }: CompanyChoice,
): Membership {
  const references = [claimed, named].filter((reference) => reference !== undefined)
  const open = memberships.filter(
    (membership) => membership.isEnabled && references.every((reference) => isNamed(membership, reference)),
  )
  if (open.length === 0) throw new RequestError('FORBIDDEN', NO_MEMBERSHIP)
  const [only, another] = references.length > 0 ? open : unnamed(memberships, open)
  if (only && !another) return only
  if (ifSeveral !== undefined) return chooseMembership(open, undefined, { named: ifSeveral })
  throw new CompanyNotChosen(
    open.length > 1
      ? `You belong to several companies: name one ${WHERE}`
      : `You are only invited to a company: name it ${WHERE}`,
    open,
  )
}

/** True if the reference is the company's global id, its UUID, or the embedding product's own id for it. */
export function isNamed(
  { companyId, companyExternalId }: Pick<Membership, 'companyId' | 'companyExternalId'>,
  reference: string,
): boolean {
  return companyIdIn(reference) === companyId || reference === companyExternalId
}

/** Memberships in use; the invitations only of a login that has never been in any company. */
function unnamed(memberships: readonly Membership[], open: Membership[]): Membership[] {
  return memberships.some(({ isTied }) => isTied) ? open.filter(({ isTied }) => isTied) : open
}

/** A company as a client can offer it in a list to choose from. */
function described({ companyId, companyExternalId, companyName }: Membership) {
  return { id: encodeId('Company', companyId), externalId: companyExternalId, name: companyName }
}
