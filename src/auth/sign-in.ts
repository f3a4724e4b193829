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

/** Turns credentials into a viewer. */
export interface SignIn {
  /** `companyReference`: what X-Company-Id says. Throws Refusal. */
  withToken(accessToken: string, companyReference: string | undefined): Promise<Viewer>
  /** Uses the ticket up. Throws Refusal. */
  withTicket(ticket: string): Promise<Viewer>
  /** The same login in another company; null if it may not act there, or the token names its company itself. */
  elsewhere(viewer: Viewer, companyId: string): Promise<Viewer | null>
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
  text: `update users set issuer = $3, subject = $4
         where company_id = $1 and id = $2 and (subject is null or (issuer = $3 and subject = $4))
         returning id`,
}

const redeemTicket = {
  name: 'redeem_ticket',
  text: `select company_id as "companyId", user_id as "userId", token_expires_at as "tokenExpiresAt" from app.redeem_ticket($1)`,
}

/** The choice of a company is remembered for a second; a disabled membership is found out by every statement. */
const FRESH_MS = 1_000

const NO_MEMBERSHIP = 'You have no active membership in this company.'

/** Memberships of a login, tied ones and those its member reference could tie; disabled ones too. */
export function membershipsOf(
  database: Database,
  login: { issuer: string; subject: string; memberReference: string | null },
): Promise<Membership[]> {
  return database.unbound<Membership>(findMemberships, [login.issuer, login.subject, login.memberReference])
}

/** Builds sign-in over a token verifier (features 1.4 to 1.6). */
export function createSignIn({ database, verifier, viewers, memberClaim }: SignInOptions): SignIn {
  const chosen = createShortMemory<Membership>(FRESH_MS)

  return {
    async withToken(accessToken, companyReference) {
      const token = await verify(verifier, accessToken)
      const key = JSON.stringify([
        token.issuer,
        token.subject,
        token.memberReference,
        token.companyReference,
        companyReference,
      ])
      const membership = await chosen.recall(key, () => enter(token, companyReference))
      const profile = await viewers.find(membership.companyId, membership.userId)
      return {
        ...profile,
        expiresAt: token.expiresAt,
        mayChangeCompany: token.companyReference === undefined,
      }
    },

    async withTicket(ticket) {
      const [found] = await database.unbound<{ companyId: string; userId: string; tokenExpiresAt: Date }>(
        redeemTicket,
        [hashTicket(ticket)],
      )
      if (!found || found.tokenExpiresAt.getTime() <= Date.now()) {
        throw new Refusal(
          'UNAUTHENTICATED',
          'The connection ticket is unknown, used or expired; make a new one.',
        )
      }
      const profile = await viewers.find(found.companyId, found.userId)
      return { ...profile, expiresAt: found.tokenExpiresAt, mayChangeCompany: false }
    },

    async elsewhere(viewer, companyId) {
      const { issuer, subject, externalId } = viewer.user
      if (!viewer.mayChangeCompany || !issuer || !subject) return null
      const memberships = await membershipsOf(database, { issuer, subject, memberReference: externalId })
      const there = memberships.find(
        (membership) => membership.companyId === companyId && membership.isEnabled,
      )
      return there ? { ...viewer, ...(await viewers.find(there.companyId, there.userId)) } : null
    },
  }

  async function enter(token: VerifiedToken, companyReference: string | undefined): Promise<Membership> {
    const membership = choose(await candidates(token), token, companyReference)
    if (!membership.isTied) await tie(token, membership)
    return membership
  }

  /** A claim other than `sub` may repeat between companies, so it ties only where the token itself names the company. */
  async function candidates(token: VerifiedToken): Promise<Membership[]> {
    const mayTie = memberClaim === 'sub' || token.companyReference !== undefined
    return membershipsOf(database, {
      ...token,
      memberReference: mayTie ? (token.memberReference ?? null) : null,
    })
  }

  async function tie(token: VerifiedToken, { companyId, userId }: Membership): Promise<void> {
    const tenant = database.forTenant({ companyId, userId })
    const tied = await tenant.query(tieMember, [companyId, userId, token.issuer, token.subject])
    if (tied.length === 0) throw new Refusal('FORBIDDEN', NO_MEMBERSHIP)
  }
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
function choose(memberships: Membership[], token: VerifiedToken, header: string | undefined): Membership {
  const claimed = token.companyReference
  const named = [claimed, header].filter((reference) => reference !== undefined)
  const chosen = memberships.filter(
    (membership) => membership.isEnabled && named.every((reference) => isNamed(membership, reference)),
  )
  const [first, second] = chosen
  if (!first) throw new Refusal('FORBIDDEN', NO_MEMBERSHIP)
  if (second) {
    throw new Refusal(
      'BAD_USER_INPUT',
      'You belong to several companies: name one in the X-Company-Id header.',
    )
  }
  return first
}

/** A company is named by its global id, its UUID, or the embedding product's own id for it. */
function isNamed(membership: Membership, reference: string): boolean {
  const uuid = isUuid(reference.toLowerCase()) ? reference.toLowerCase() : decodeId(reference)?.uuid
  return uuid === membership.companyId || reference === membership.companyExternalId
}
