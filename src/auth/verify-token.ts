import type { JWTPayload, JWTVerifyOptions, JWTVerifyResult } from 'jose'
import type { Logger } from 'pino'
import { createPassedTime } from '../concurrency/passed-time.ts'
import { isSigningAlgorithm, signingAlgorithms } from '../env/signing-algorithms.ts'
import { AuthenticationError } from './authentication-error.ts'
import { type KeySource, openIssuerKeys } from './issuer-keys.ts'
import { type ClaimNames, readClaims, type VerifiedToken } from './read-claims.ts'
import { createTokenCache, type Verification } from './token-cache.ts'
import { describeTokenProblem } from './token-problem.ts'
import { verifySignature } from './verify-signature.ts'

const maxTokenLength = 16 * 1024
const maxClockSkewSeconds = 300
const accessTokenTypes = ['at+jwt', 'application/at+jwt']
const acceptedTypes = ['jwt', 'application/jwt', ...accessTokenTypes]
// Logout tokens carry `events` (Back-Channel Logout, section 2.4), ID tokens the other claims (OpenID Connect Core,
// section 2).
const foreignClaims = ['events', 'nonce', 'at_hash', 'c_hash']

/** The tokens to accept and the source of the keys that verify them. */
export type TokenVerifierOptions = ClaimNames & {
  issuer: string
  /** The audience that a token must have. */
  audience: string
  /** The `typ` that a token must have. `any` accepts that of an access token, of a plain JWT, or none. */
  tokenType?: 'any' | 'at+jwt' | undefined
  /** Names from `signingAlgorithms`. */
  algorithms: readonly string[]
  /** Maximum deviation of the issuer's clock, 0 to 300 s. */
  clockSkewSeconds: number
  keys: KeySource
  /** Number of verified tokens to cache. 0 disables the cache. */
  cacheSize: number
  logger?: Logger | undefined
  /** Milliseconds since the epoch, for a test: they count as the time that passes, too. */
  now?: (() => number) | undefined
}

/** Verifies access tokens of one issuer. */
export type TokenVerifier = {
  /** Throws AuthenticationError if the token is rejected, KeysUnavailableError if it cannot be decided. */
  verify(accessToken: string): Promise<VerifiedToken>
  /** Cancels a running fetch of keys and starts no other. */
  close(): void
}

/** Creates a verifier. Throws TypeError for a configuration that would accept forged tokens or no token at all. */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  checkOptions(options)
  const now = options.now ?? (() => Date.now())
  // A clock that is set back must not keep withdrawn keys, nor tokens of theirs, for longer.
  const passed = options.now ?? createPassedTime()
  const cache = createTokenCache<VerifiedToken>({ maxEntries: options.cacheSize, now, passed })
  const keys = openIssuerKeys(options.keys, {
    now: passed,
    logger: options.logger,
    onKeysRemoved: () => cache.clear(),
  })

  return {
    async verify(accessToken) {
      if (accessToken.length > maxTokenLength) {
        throw new AuthenticationError('The access token is longer than 16 KiB.')
      }
      keys.refreshIfDue()
      return cache.read(accessToken, () => verifyUncached(accessToken))
    },
    close() {
      keys.close()
    },
  }

  async function verifyUncached(accessToken: string): Promise<Verification<VerifiedToken>> {
    const { payload, protectedHeader } = await verifySignatureAndClaims(accessToken)
    checkType(protectedHeader.typ, options.tokenType === 'at+jwt')
    checkKind(payload)
    const token = readClaims(options.issuer, payload, options)
    const acceptableUntilMs = token.expiresAt.getTime()
    // Fetching the keys may have taken seconds, in which the token may have expired.
    if (now() >= acceptableUntilMs) throw new AuthenticationError('The access token has expired.')
    return { token, acceptableUntilMs }
  }

  async function verifySignatureAndClaims(accessToken: string): Promise<JWTVerifyResult> {
    const claimRules: JWTVerifyOptions = {
      issuer: options.issuer,
      audience: options.audience,
      algorithms: [...options.algorithms],
      clockTolerance: options.clockSkewSeconds,
      currentDate: new Date(now()),
      requiredClaims: ['iss', 'sub', 'aud', 'exp'],
    }
    try {
      return await verifySignature(accessToken, keys, claimRules)
    } catch (error) {
      throw describeTokenProblem(error)
    }
  }
}

function checkOptions(options: TokenVerifierOptions): void {
  const { issuer, audience, algorithms, clockSkewSeconds, cacheSize } = options
  if (issuer === '') throw new TypeError('The token issuer must not be empty.')
  if (audience === '') throw new TypeError('The token audience must not be empty.')
  if (algorithms.length === 0) throw new TypeError('At least one signing algorithm must be allowed.')
  const refused = algorithms.filter((algorithm) => !isSigningAlgorithm(algorithm))
  if (refused.length > 0) {
    const allowed = signingAlgorithms.join(', ')
    throw new TypeError(`Signing algorithms must be among ${allowed}; refused: ${refused.join(', ')}.`)
  }
  if (!(clockSkewSeconds >= 0 && clockSkewSeconds <= maxClockSkewSeconds)) {
    throw new TypeError(`The clock skew must be between 0 and ${maxClockSkewSeconds} seconds.`)
  }
  if (!Number.isSafeInteger(cacheSize) || cacheSize < 0) {
    throw new TypeError('The size of the token cache must be a whole number, 0 or more.')
  }
}

/** Rejects other JWTs that are signed with the same keys, such as logout tokens and proofs (RFC 8725, section 3.11). */
function checkType(type: unknown, mustBeAccessToken: boolean): void {
  const name = typeof type === 'string' ? type.toLowerCase() : undefined
  if (mustBeAccessToken) {
    if (name !== undefined && accessTokenTypes.includes(name)) return
    throw new AuthenticationError('The token is not an access token: its type is not at+jwt.')
  }
  if (type === undefined || (name !== undefined && acceptedTypes.includes(name))) return
  throw new AuthenticationError('The token is not an access token.')
}

/** Most issuers give every token the type JWT, so its kind is detected by its claims. */
function checkKind(payload: JWTPayload): void {
  const claim = foreignClaims.find((name) => Object.hasOwn(payload, name))
  if (claim !== undefined) {
    throw new AuthenticationError(`The token is not an access token: it has the claim ${claim}.`)
  }
}
