/**
 * The signing algorithms that an access token may use. All are asymmetric: an HMAC algorithm would make the issuer's
 * public key a signing secret (RFC 8725, section 3.1).
 */
export const signingAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const

/** The JWS name of an accepted signing algorithm. */
export type SigningAlgorithm = (typeof signingAlgorithms)[number]

/** True if the name is that of an accepted signing algorithm. */
export function isSigningAlgorithm(name: string): name is SigningAlgorithm {
  return signingAlgorithms.some((algorithm) => algorithm === name)
}
