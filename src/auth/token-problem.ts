import { errors } from 'jose'
import { AuthenticationError } from './authentication-error.ts'

/**
 * Returns the reason for which jose rejected a token, in words that help its holder and reveal nothing to others.
 * Returns other errors unchanged.
 */
export function describeTokenProblem(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return new AuthenticationError('The access token has expired.')
  if (error instanceof errors.JWTClaimValidationFailed) return new AuthenticationError(describeClaim(error))
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return new AuthenticationError('The signing algorithm is not allowed.')
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return new AuthenticationError("The access token's signature does not match the issuer's keys.")
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return new AuthenticationError('The access token is signed with a key that the issuer does not publish.')
  }
  if (error instanceof errors.JOSENotSupported) {
    return new AuthenticationError('The access token has a critical header that is not supported.')
  }
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) {
    return new AuthenticationError('The access token is malformed.')
  }
  return error
}

function describeClaim({ claim, reason }: errors.JWTClaimValidationFailed): string {
  if (reason === 'missing') return `The access token has no ${claim} claim.`
  if (reason === 'invalid') return `The access token's ${claim} claim is not a number.`
  if (claim === 'iss') return 'The access token is from another issuer.'
  if (claim === 'aud') return 'The access token is for another audience.'
  if (claim === 'nbf') return 'The access token is not valid yet.'
  return `The access token's ${claim} claim is not acceptable.`
}
