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

/** Turns credentials into a viewer. */
export interface SignIn {
  /** Throws RequestError. */
  withToken(accessToken: string, choice: CompanyChoice): Promise<Viewer>
  /** Uses the ticket up. If a company is named, it must be that of the ticket. Throws RequestError. */
  withTicket(ticket: string, choice?: Pick<CompanyChoice, 'named'>): Promise<Viewer>
  /**
   * Returns the same login as viewer in another company. Null if it may not act there, or if the credential names its
   * company.
   */
  elsewhere(viewer: Viewer, companyId: string): Promise<Viewer | null>
  /**
   * Returns all companies that the viewer's credential may act in. A credential that names its company returns only
   * that one.
   */
  companies(viewer: Viewer): Promise<Membership[]>
}

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

/** Creates sign-in with a token verifier. */
export function createSignIn({ database, verifier, viewers, memberClaim }: SignInOptions): SignIn {
  const chosen = createTtlCache<Membership>(FRESH_MS)

  return {
    async withToken(accessToken, choice) {
      const token = await verify(verifier, accessToken)
      const { issuer, subject, memberReference, companyReference } = token
      const key = JSON.stringify([
        [issuer, subject, memberReference, companyReference],
        [choice.named, choice.ifSeveral],
      ])
      const membership = await chosen.recall(key, () => enter(token, choice))
      const profile = await viewers.find(membership.companyId, membership.userId)
      return {
        ...profile,
        expiresAt: token.expiresAt,
        mayChangeCompany: token.companyReference === undefined,
      }
    },

    async withTicket(ticket, { named } = {}) {
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
    },

    async elsewhere(viewer, companyId) {
      const login = loginOf(viewer)
      if (!viewer.mayChangeCompany || !login) return null
      const there = (await membershipsOfLogin(login)).find((membership) => membership.companyId === companyId)
      if (!there || !(await tie(login, there))) return null
      return { ...viewer, ...(await viewers.find(there.companyId, there.userId)) }
    },

    async companies(viewer) {
      const login = loginOf(viewer)
      const memberships = login ? await membershipsOfLogin(login) : []
      if (viewer.mayChangeCompany) return memberships
      return memberships.filter(({ companyId }) => companyId === viewer.companyId)
    },
  }

  async function enter(token: VerifiedToken, choice: CompanyChoice): Promise<Membership> {
    // A claim other than `sub` may repeat between companies, so it ties a login only if the token names the company.
    const mayTie = memberClaim === 'sub' || token.companyReference !== undefined
    const look = async () => {
      const memberReference = mayTie ? token.memberReference : undefined
      const memberships = await membershipsOf(database, token, memberReference)
      const named = choice.named ?? token.companyReference
      if (named !== undefined && !memberships.some((membership) => isNamed(membership, named)))
        throw await refusal(database, named)
      return chooseMembership(memberships, token.companyReference, choice)
    }
    const membership = await look()
    if (await tie(token, membership)) return membership
    // A concurrent sign-in has tied this login to another member, or another login to this member.
    const current = await look()
    if (!current.isTied) throw new RequestError('FORBIDDEN', NO_MEMBERSHIP)
    return current
  }

  /** Without the token only a subject can tell which other memberships belong to the login. */
  async function membershipsOfLogin(login: Login): Promise<Membership[]> {
    const memberReference = memberClaim === 'sub' ? login.subject : undefined
    const memberships = await membershipsOf(database, login, memberReference)
    return memberships.filter((membership) => membership.isEnabled)
  }

  async function tie(login: Login, { companyId, userId, isTied }: Membership): Promise<boolean> {
    if (isTied) return true
    const tenant = database.forTenant({ companyId, userId })
    const values = { userId, issuer: login.issuer, subject: login.subject }
    const [tied] = await tenant.query(tieMember, values)
    viewers.forget(companyId)
    return tied?.isTied ?? false
  }
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
