import type { JWTPayload, JWTVerifyOptions, JWTVerifyResult } from 'jose'
import type { Logger } from 'pino'
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
// Logout tokens have the first (Back-Channel Logout, section 2.4), ID tokens the others (OpenID Connect Core, section 2).
const foreignClaims = ['events', 'nonce', 'at_hash', 'c_hash']

/** Which tokens are accepted, and where the keys that prove them are. */
export type TokenVerifierOptions = ClaimNames & {
  issuer: string
  /** One of the token's audiences must be this. */
  audience: string
  /** Which `typ` a token must have; `any`: an access token's, a plain JWT's, or none. */
  tokenType?: 'any' | 'at+jwt' | undefined
  /** Names from `signingAlgorithms`. */
  algorithms: readonly string[]
  /** How far the issuer's clock may be off, 0 to 300. */
  clockSkewSeconds: number
  keys: KeySource
  /** How many verified tokens are remembered; 0 turns the memory off. */
  cacheSize: number
  logger?: Logger | undefined
  /** Milliseconds since the epoch. */
  now?: (() => number) | undefined
}

/** Verifies access tokens of one issuer. */
export type TokenVerifier = {
  /** Throws AuthenticationError if the token is refused, KeysUnavailableError if nobody can tell. */
  verify(accessToken: string): Promise<VerifiedToken>
  /** Abandons a fetch of keys that is under way and starts no other. */
  close(): void
}

/** Creates a verifier; throws TypeError for a configuration that would accept forgeries or nothing at all. */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  checkOptions(options)
  const now = options.now ?? Date.now
  const cache = createTokenCache<VerifiedToken>({ maxEntries: options.cacheSize, now })
  const keys = openIssuerKeys(options.keys, {
    now,
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
    // The keys may have taken seconds to arrive, and the token may have run out meanwhile.
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

/** Logout tokens, proofs and the like are signed with the same keys (RFC 8725, section 3.11). */
function checkType(type: unknown, mustBeAccessToken: boolean): void {
  const name = typeof type === 'string' ? type.toLowerCase() : undefined
  if (mustBeAccessToken) {
    if (name !== undefined && accessTokenTypes.includes(name)) return
    throw new AuthenticationError('The token is not an access token: its type is not at+jwt.')
  }
  if (type === undefined || (name !== undefined && acceptedTypes.includes(name))) return
  throw new AuthenticationError('The token is not an access token.')
}

/** Most issuers give every token the type JWT, so what it is shows in what it says. */
function checkKind(payload: JWTPayload): void {
  const claim = foreignClaims.find((name) => Object.hasOwn(payload, name))
  if (claim !== undefined) {
    throw new AuthenticationError(`The token is not an access token: it has the claim ${claim}.`)
  }
}
