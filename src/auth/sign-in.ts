import { column, columns, rowsOf } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import { statement } from '../database/statement.ts'
import { RequestError } from '../errors.ts'
import { AuthenticationError } from './authentication-error.ts'
import {
  type CompanyChoice,
  chooseMembership,
  isNamed,
  type Membership,
  MembershipRefused,
  NO_MEMBERSHIP,
} from './choose-membership.ts'
import { KeysUnavailableError } from './keys-unavailable-error.ts'
import type { VerifiedToken } from './read-claims.ts'
import { refusal } from './refusal.ts'
import { hashTicket } from './ticket.ts'
import { createTtlCache } from './ttl-cache.ts'
import type { TokenVerifier } from './verify-token.ts'
import type { Viewer, ViewerDirectory } from './viewer.ts'

/** The services that signing in uses. `memberClaim` is the claim that `memberReference` is read from. */
export interface SignInOptions {
  database: Database
  verifier: TokenVerifier
  viewers: ViewerDirectory
  memberClaim: string
}

const membershipColumns = columns({
  companyId: column.uuid,
  companyName: column.text,
  companyExternalId: column.text.orNull,
  userId: column.uuid,
  isEnabled: column.boolean,
  isTied: column.boolean,
})

const findMemberships = statement({
  name: 'find_memberships',
  parameters: ['issuer', 'subject', 'memberReference'],
  row: membershipColumns,
  text: `select ${membershipColumns.of('m')} from app.memberships_of(:issuer, :subject, :memberReference) m`,
})

const tieMember = statement({
  name: 'tie_member',
  parameters: ['userId', 'issuer', 'subject'],
  row: rowsOf<{ isTied: boolean }>(),
  text: `select app.tie_member(:userId, :issuer, :subject) as "isTied"`,
})

const ticketColumns = columns({
  companyId: column.uuid,
  userId: column.uuid,
  tokenExpiresAt: column.instant,
  isEnabled: column.boolean,
})

const redeemTicket = statement({
  name: 'redeem_ticket',
  parameters: ['ticketHash'],
  row: ticketColumns,
  text: `select ${ticketColumns.of('t')} from app.redeem_ticket(:ticketHash) t`,
})

/** Memberships are remembered for one second. A disabled membership is still rejected by every statement. */
const FRESH_MS = 1_000

/** The login that an access token stands for. */
interface Login {
  issuer: string
  subject: string
}

/**
 * Returns the memberships that are tied to the login and those that the member reference would tie, including disabled
 * ones.
 */
export function membershipsOf(
  database: Database,
  { issuer, subject }: Login,
  memberReference: string | undefined,
): Promise<Membership[]> {
  return database.unbound(findMemberships, { issuer, subject, memberReference: memberReference ?? null })
}

/** Turns credentials into a viewer. */
export class SignIn {
  readonly #options: SignInOptions
  readonly #chosen = createTtlCache<Membership>(FRESH_MS)

  constructor(options: SignInOptions) {
    this.#options = options
  }

  /** Throws RequestError. */
  async withToken(accessToken: string, choice: CompanyChoice): Promise<Viewer> {
    const { verifier, viewers } = this.#options
    const token = await verify(verifier, accessToken)
    const { issuer, subject, memberReference, companyReference } = token
    const key = JSON.stringify([
      [issuer, subject, memberReference, companyReference],
      [choice.named, choice.ifSeveral],
    ])
    const membership = await this.#chosen.recall(key, () => this.#enter(token, choice))
    const profile = await viewers.find(membership.companyId, membership.userId)
    return {
      ...profile,
      expiresAt: token.expiresAt,
      mayChangeCompany: token.companyReference === undefined,
    }
  }

  /** Uses the ticket up. If a company is named, it must be that of the ticket. Throws RequestError. */
  async withTicket(ticket: string, { named }: Pick<CompanyChoice, 'named'> = {}): Promise<Viewer> {
    const { database, viewers } = this.#options
    const [found] = await database.unbound(redeemTicket, { ticketHash: hashTicket(ticket) })
    if (!found || found.tokenExpiresAt.getTime() <= Date.now()) {
      throw new RequestError(
        'UNAUTHENTICATED',
        'The connection ticket is unknown, used or expired; make a new one.',
      )
    }
    if (!found.isEnabled) throw new MembershipRefused([found])
    const profile = await viewers.find(found.companyId, found.userId)
    const { companyId, company } = profile
    if (named !== undefined && !isNamed({ companyId, companyExternalId: company.externalId }, named)) {
      throw new RequestError(
        'FORBIDDEN',
        'The connection ticket is for another company than companyId names.',
      )
    }
    return { ...profile, expiresAt: found.tokenExpiresAt, mayChangeCompany: false }
  }

  /**
   * Returns the same login as viewer in another company. Null if it may not act there, or if the credential names its
   * company.
   */
  async elsewhere(viewer: Viewer, companyId: string): Promise<Viewer | null> {
    const login = loginOf(viewer)
    if (!viewer.mayChangeCompany || !login) return null
    const memberships = await this.#membershipsOf(login)
    const there = memberships.find((membership) => membership.companyId === companyId)
    if (!there || !(await this.#tie(login, there))) return null
    return { ...viewer, ...(await this.#options.viewers.find(there.companyId, there.userId)) }
  }

  /**
   * Returns all companies that the viewer's credential may act in. A credential that names its company returns only
   * that one.
   */
  async companies(viewer: Viewer): Promise<Membership[]> {
    const login = loginOf(viewer)
    const memberships = login ? await this.#membershipsOf(login) : []
    if (viewer.mayChangeCompany) return memberships
    return memberships.filter(({ companyId }) => companyId === viewer.companyId)
  }

  async #enter(token: VerifiedToken, choice: CompanyChoice): Promise<Membership> {
    const membership = await this.#choose(token, choice)
    if (await this.#tie(token, membership)) return membership
    // A concurrent sign-in has tied this login to another member, or another login to this member.
    const current = await this.#choose(token, choice)
    if (!current.isTied) throw new RequestError('FORBIDDEN', NO_MEMBERSHIP)
    return current
  }

  async #choose(token: VerifiedToken, choice: CompanyChoice): Promise<Membership> {
    const { database, memberClaim } = this.#options
    // A claim other than `sub` may repeat between companies, so it ties a login only if the token names the company.
    const mayTie = memberClaim === 'sub' || token.companyReference !== undefined
    const memberReference = mayTie ? token.memberReference : undefined
    const memberships = await membershipsOf(database, token, memberReference)
    const named = choice.named ?? token.companyReference
    if (named !== undefined && !memberships.some((membership) => isNamed(membership, named)))
      throw await refusal(database, named)
    return chooseMembership(memberships, token.companyReference, choice)
  }

  /** Without the token only a subject can tell which other memberships belong to the login. */
  async #membershipsOf(login: Login): Promise<Membership[]> {
    const { database, memberClaim } = this.#options
    const memberReference = memberClaim === 'sub' ? login.subject : undefined
    const memberships = await membershipsOf(database, login, memberReference)
    return memberships.filter((membership) => membership.isEnabled)
  }

  async #tie(login: Login, { companyId, userId, isTied }: Membership): Promise<boolean> {
    if (isTied) return true
    const { database, viewers } = this.#options
    const tenant = database.forTenant({ companyId, userId })
    const values = { userId, issuer: login.issuer, subject: login.subject }
    const [tied] = await tenant.query(tieMember, values)
    viewers.forget(companyId)
    return tied?.isTied ?? false
  }
}

/** Creates sign-in with a token verifier. */
export function createSignIn(options: SignInOptions): SignIn {
  return new SignIn(options)
}

function loginOf({ user: { issuer, subject } }: Viewer): Login | undefined {
  return issuer && subject ? { issuer, subject } : undefined
}

async function verify(verifier: TokenVerifier, accessToken: string): Promise<VerifiedToken> {
  try {
    return await verifier.verify(accessToken)
  } catch (error) {
    if (error instanceof AuthenticationError) throw new RequestError('UNAUTHENTICATED', error.message)
    if (error instanceof KeysUnavailableError)
      throw new RequestError('UNAVAILABLE', error.message, error.retryAfterMs)
    throw error
  }
}
