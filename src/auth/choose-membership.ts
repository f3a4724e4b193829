import { RequestError } from '../errors.ts'
import { companyIdIn, encodeId } from '../ids.ts'

/** A company that a login may act in. */
export interface Membership {
  companyId: string
  companyName: string
  companyExternalId: string | null
  userId: string
  isEnabled: boolean
  /** False for an invitation, which no login has taken yet. */
  isTied: boolean
}

/** The company that a request chooses when its token names none. */
export interface CompanyChoice {
  /** The value of X-Company-Id, or of companyId in connection_init. */
  named?: string | undefined
  /** The company to act in if the login has several memberships and names none. */
  ifSeveral?: string | undefined
}

/** Thrown when a login has several companies and the request chooses none. `extensions.companies` lists them. */
export class CompanyNotChosen extends RequestError {
  readonly memberships: readonly Membership[]

  constructor(detail: string, memberships: readonly Membership[]) {
    super('BAD_USER_INPUT', detail, undefined, { companies: memberships.map(described) })
    this.memberships = memberships
  }
}

/** Thrown when a login is known to a company and may not act there. `memberships` are those that it is refused. */
export class MembershipRefused extends RequestError {
  readonly memberships: readonly Pick<Membership, 'companyId' | 'userId'>[]

  constructor(memberships: readonly Pick<Membership, 'companyId' | 'userId'>[]) {
    super('FORBIDDEN', NO_MEMBERSHIP)
    this.memberships = memberships
  }
}

/** The detail of every rejection of a company that is unknown, foreign or disabled. */
export const NO_MEMBERSHIP = 'You have no active membership in this company.'

const WHERE = 'in the X-Company-Id header, or as companyId in connection_init.'

/**
 * Returns the membership to act in. Unknown companies, companies of others and disabled memberships get the same
 * answer. An invitation is only considered if the request names its company, because any administrator can create one.
 * Throws RequestError.
 */
export function chooseMembership(
  memberships: readonly Membership[],
  claimed: string | undefined,
  { named: chosen, ifSeveral }: CompanyChoice,
): Membership {
  const references = [claimed, chosen].filter((reference) => reference !== undefined)
  const named = memberships.filter((membership) =>
    references.every((reference) => isNamed(membership, reference)),
  )
  const open = named.filter(({ isEnabled }) => isEnabled)
  if (open.length === 0) throw new MembershipRefused(references.length > 0 ? named : [])
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

/** True if the reference is the company's global id, its UUID or its external id. */
export function isNamed(
  { companyId, companyExternalId }: Pick<Membership, 'companyId' | 'companyExternalId'>,
  reference: string,
): boolean {
  return companyIdIn(reference) === companyId || reference === companyExternalId
}

/**
 * The memberships to choose from without a name. Invitations count only for a login that is not a member of any
 * company.
 */
function unnamed(memberships: readonly Membership[], open: Membership[]): Membership[] {
  return memberships.some(({ isTied }) => isTied) ? open.filter(({ isTied }) => isTied) : open
}

/** The properties of a company with which a client can list it. */
function described({ companyId, companyExternalId, companyName }: Membership) {
  return { id: encodeId('Company', companyId), externalId: companyExternalId, name: companyName }
}
