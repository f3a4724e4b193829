import type { Database } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { decodeId, isUuid } from '../ids.ts'
import { AuthenticationError } from './authentication-error.ts'
import { KeysUnavailableError } from './keys-unavailable-error.ts'
import type { VerifiedToken } from './read-claims.ts'
import { createShortMemory } from './short-memory.ts'
import { hashTicket } from './ticket.ts'
import type { TokenVerifier } from './verify-token.ts'
import type { Viewer, ViewerDirectory } from './viewer.ts'

/** One company a login may act in. */
export interface Membership {
  companyId: string
  companyName: string
  companyExternalId: string | null
  userId: string
  isEnabled: boolean
  isTied: boolean
}

/** Which company a request wants to act in, where its token does not say. */
export interface CompanyChoice {
  /** What X-Company-Id, or companyId in connection_init, says. */
  named?: string | undefined
  /** Decides only where several memberships leave it open. */
  ifSeveral?: string | undefined
}

/** Turns credentials into a viewer. */
export interface SignIn {
  /** Throws Refusal. */
  withToken(accessToken: string, choice: CompanyChoice): Promise<Viewer>
  /** Uses the ticket up. Throws Refusal. */
  withTicket(ticket: string): Promise<Viewer>
  /** The same login in another company; null if it may not act there, or the credential names its company itself. */
  elsewhere(viewer: Viewer, companyId: string): Promise<Viewer | null>
  /** Every company the viewer's login may act in. */
  companies(viewer: Viewer): Promise<Membership[]>
}

/** What signing in works with; `memberClaim` says which claim `memberReference` came from. */
export interface SignInOptions {
  database: Database
  verifier: TokenVerifier
  viewers: ViewerDirectory
  memberClaim: string
}

const findMemberships = {
  name: 'find_memberships',
  text: `select company_id as "companyId", company_name as "companyName", company_external_id as "companyExternalId",
           user_id as "userId", is_enabled as "isEnabled", is_tied as "isTied"
         from app.memberships_of($1, $2, $3)`,
}

const tieMember = {
  name: 'tie_member',
  text: `select app.tie_member($1, $2, $3) as "isTied"`,
}

const redeemTicket = {
  name: 'redeem_ticket',
  text: `select company_id as "companyId", user_id as "userId", token_expires_at as "tokenExpiresAt", is_enabled as "isEnabled"
         from app.redeem_ticket($1)`,
}

interface RedeemedTicket {
  companyId: string
  userId: string
  tokenExpiresAt: Date
  isEnabled: boolean
}

/** The choice of a company is remembered for a second; a disabled membership is found out by every statement. */
const FRESH_MS = 1_000

const NO_MEMBERSHIP = 'You have no active membership in this company.'

/** Whom an access token stands for. */
interface Login {
  issuer: string
  subject: string
}

/** Memberships that are tied to the login, and those that the member reference would tie; disabled ones too. */
export function membershipsOf(
  database: Database,
  { issuer, subject }: Login,
  memberReference: string | undefined,
): Promise<Membership[]> {
  return database.unbound<Membership>(findMemberships, [issuer, subject, memberReference ?? null])
}

/** Builds sign-in over a token verifier (features 1.4 to 1.6). */
export function createSignIn({ database, verifier, viewers, memberClaim }: SignInOptions): SignIn {
  const chosen = createShortMemory<Membership>(FRESH_MS)

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

    async withTicket(ticket) {
      const [found] = await database.unbound<RedeemedTicket>(redeemTicket, [hashTicket(ticket)])
      if (!found || found.tokenExpiresAt.getTime() <= Date.now()) {
        throw new Refusal(
          'UNAUTHENTICATED',
          'The connection ticket is unknown, used or expired; make a new one.',
        )
      }
      if (!found.isEnabled) throw new Refusal('FORBIDDEN', NO_MEMBERSHIP)
      const profile = await viewers.find(found.companyId, found.userId)
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
      return login ? membershipsOfLogin(login) : []
    },
  }

  async function enter(token: VerifiedToken, choice: CompanyChoice): Promise<Membership> {
    // A claim other than `sub` may repeat between companies, so it ties only where the token itself names the company.
    const mayTie = memberClaim === 'sub' || token.companyReference !== undefined
    const look = async () => {
      const memberships = await enabledMemberships(token, mayTie ? token.memberReference : undefined)
      return choose(memberships, token.companyReference, choice)
    }
    const membership = await look()
    if (await tie(token, membership)) return membership
    // Somebody was faster: this login is tied to another member by now, or that member to another login.
    const current = await look()
    if (!current.isTied) throw new Refusal('FORBIDDEN', NO_MEMBERSHIP)
    return current
  }

  /** Without the token at hand, only a subject says who else's membership this is. */
  function membershipsOfLogin(login: Login): Promise<Membership[]> {
    return enabledMemberships(login, memberClaim === 'sub' ? login.subject : undefined)
  }

  /** Memberships that are tied to the login, and those that the member reference would tie. */
  async function enabledMemberships(
    login: Login,
    memberReference: string | undefined,
  ): Promise<Membership[]> {
    const memberships = await membershipsOf(database, login, memberReference)
    return memberships.filter((membership) => membership.isEnabled)
  }

  async function tie(login: Login, { companyId, userId, isTied }: Membership): Promise<boolean> {
    if (isTied) return true
    const tenant = database.forTenant({ companyId, userId })
    const values = [userId, login.issuer, login.subject]
    const [tied] = await tenant.query<{ isTied: boolean }>(tieMember, values)
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
    if (error instanceof AuthenticationError) throw new Refusal('UNAUTHENTICATED', error.message)
    if (error instanceof KeysUnavailableError)
      throw new Refusal('UNAVAILABLE', error.message, error.retryAfterMs)
    throw error
  }
}

/** The one membership to act in. Unknown, foreign and disabled companies get one and the same answer. */
function choose(
  memberships: Membership[],
  claimed: string | undefined,
  { named, ifSeveral }: CompanyChoice,
): Membership {
  const references = [claimed, named].filter((reference) => reference !== undefined)
  const chosen = memberships.filter((membership) =>
    references.every((reference) => isNamed(membership, reference)),
  )
  const [first, second] = chosen
  if (!first) throw new Refusal('FORBIDDEN', NO_MEMBERSHIP)
  if (!second) return first
  if (ifSeveral !== undefined) return choose(chosen, undefined, { named: ifSeveral })
  throw new Refusal(
    'BAD_USER_INPUT',
    'You belong to several companies: name one in the X-Company-Id header, or as companyId in connection_init.',
  )
}

/** A company is named by its global id, its UUID, or the embedding product's own id for it. */
function isNamed(membership: Membership, reference: string): boolean {
  const uuid = isUuid(reference.toLowerCase()) ? reference.toLowerCase() : decodeId(reference)?.uuid
  return uuid === membership.companyId || reference === membership.companyExternalId
}
