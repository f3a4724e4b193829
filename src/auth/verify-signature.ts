import { type CryptoKey, errors, type JWTVerifyOptions, type JWTVerifyResult, jwtVerify } from 'jose'
import { AuthenticationError } from './authentication-error.ts'
import type { IssuerKeys } from './issuer-keys.ts'
import { KeysUnavailableError } from './keys-unavailable-error.ts'

// RFC 7518, section 3.3. jose enforces it as well, but reports it as a program error instead of a bad key.
const minRsaBits = 2048

/**
 * Verifies signature and claims with the issuer's keys. Throws the errors of jose, AuthenticationError for a published
 * key that is unusable, and KeysUnavailableError.
 */
export async function verifySignature(
  accessToken: string,
  keys: IssuerKeys,
  claimRules: JWTVerifyOptions,
): Promise<JWTVerifyResult> {
  try {
    return await jwtVerify(
      accessToken,
      (header, token) => requireUsable(keys.find(header, token)),
      claimRules,
    )
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) return tryEach(error, accessToken, claimRules)
    throw error
  }
}

/** Several keys match a token without a key id, or while an issuer uses one id for two keys. */
async function tryEach(
  candidates: AsyncIterable<CryptoKey>,
  accessToken: string,
  claimRules: JWTVerifyOptions,
): Promise<JWTVerifyResult> {
  for await (const key of candidates) {
    if (!isLongEnough(key)) continue
    try {
      return await jwtVerify(accessToken, key, claimRules)
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error
    }
  }
  throw new errors.JWSSignatureVerificationFailed()
}

async function requireUsable(found: Promise<CryptoKey>): Promise<CryptoKey> {
  try {
    const key = await found
    if (isLongEnough(key)) return key
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) throw error
    if (error instanceof errors.JWKSMultipleMatchingKeys) throw error
    if (error instanceof KeysUnavailableError) throw error
    // All other errors mean that the published key cannot be imported.
  }
  throw new AuthenticationError("The issuer's key for this access token cannot be used.")
}

function isLongEnough(key: CryptoKey): boolean {
  const { algorithm } = key
  const isRsa = 'modulusLength' in algorithm && typeof algorithm.modulusLength === 'number'
  return !isRsa || Number(algorithm.modulusLength) >= minRsaBits
}
