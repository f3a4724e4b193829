import type { JWTPayload } from 'jose'
import { AuthenticationError } from './authentication-error.ts'

// OpenID Connect Core, section 2: a subject is at most 255 characters long.
const maxReferenceLength = 255

/** The claims of a verified access token about its holder. */
export type VerifiedToken = {
  readonly issuer: string
  readonly subject: string
  /** The time until which all transports accept the token: `exp` plus the clock skew. */
  readonly expiresAt: Date
  /** The company claim, if present. */
  readonly companyReference?: string
  /** The member claim, if present. */
  readonly memberReference?: string
}

/** The claims that name the member and the company of a token. */
export type ClaimNames = {
  /** The claim that names the member; `sub` by default. */
  memberClaim?: string | undefined
  /** The claim that names the company. Without it, tokens name no company. */
  companyClaim?: string | undefined
}

// OpenID Connect Core, section 5.1: claims that people may edit themselves, and the claims that tell whether they were
// verified.
const verifiedBy = new Map([
  ['email', 'email_verified'],
  ['phone_number', 'phone_number_verified'],
])

/**
 * Reads the claims of a token whose signature, issuer, audience and times are verified. An e-mail address or phone
 * number that the issuer has not verified names no member.
 */
export function readClaims(
  issuer: string,
  payload: JWTPayload,
  { memberClaim = 'sub', companyClaim, clockSkewSeconds }: ClaimNames & { clockSkewSeconds: number },
): VerifiedToken {
  const subject = readReference(payload, 'sub')
  if (subject === undefined) throw new AuthenticationError('The access token has no sub claim.')
  const companyReference = companyClaim === undefined ? undefined : readReference(payload, companyClaim)
  const memberReference = isVerified(payload, memberClaim) ? readReference(payload, memberClaim) : undefined
  return Object.freeze({
    issuer,
    subject,
    expiresAt: readExpiry(payload, clockSkewSeconds),
    ...(companyReference === undefined ? {} : { companyReference }),
    ...(memberReference === undefined ? {} : { memberReference }),
  })
}

function isVerified(payload: JWTPayload, claim: string): boolean {
  const verification = verifiedBy.get(claim)
  return (
    verification === undefined || (Object.hasOwn(payload, verification) && payload[verification] === true)
  )
}

function readExpiry(payload: JWTPayload, clockSkewSeconds: number): Date {
  const expiresAt = new Date(((payload.exp ?? Number.NaN) + clockSkewSeconds) * 1000)
  // JSON may contain 1e999, which is no valid time.
  if (Number.isNaN(expiresAt.getTime())) {
    throw new AuthenticationError("The access token's exp claim is not a date.")
  }
  return expiresAt
}

/** Throws for a claim that is present but unusable: ignoring a company claim would widen the access of the token. */
function readReference(payload: JWTPayload, claim: string): string | undefined {
  const value = Object.hasOwn(payload, claim) ? payload[claim] : undefined
  if (value === undefined || value === null) return undefined
  const reference = Number.isSafeInteger(value) ? String(value) : value
  if (typeof reference !== 'string' || !isStorable(reference)) {
    throw new AuthenticationError(`The access token's ${claim} claim is not an identifier.`)
  }
  return reference
}

/** PostgreSQL text cannot hold NUL or half of a surrogate pair. */
function isStorable(reference: string): boolean {
  if (reference === '' || reference.length > maxReferenceLength) return false
  return !reference.includes('\0') && !/\p{Surrogate}/u.test(reference)
}
