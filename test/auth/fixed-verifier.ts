import { AuthenticationError } from '../../src/auth/authentication-error.ts'
import { createTokenVerifier, type TokenVerifierOptions } from '../../src/auth/verify-token.ts'
import { signingAlgorithms } from '../../src/env/signing-algorithms.ts'
import { makeKey, publicJwk } from '../support/token-issuer.ts'

/** The keys that the verifier knows. */
export const key = makeKey('ES256', 'key-1')
export const rsaKey = makeKey('RS256', 'key-rsa')
/** A key with the id of a known one. */
export const stranger = makeKey('ES256', 'key-1')
/** The time of the verifier. */
export const nowSeconds = Date.UTC(2030, 0, 1) / 1000
/** The claims of a token that is accepted. */
export const claims = { iss: 'https://login.test', aud: 'colloquy', sub: 'alice', exp: nowSeconds + 600 }

/** A verifier with fixed keys and a fixed time. */
export function openVerifier(changes: Partial<TokenVerifierOptions> = {}) {
  return createTokenVerifier({
    issuer: 'https://login.test',
    audience: 'colloquy',
    algorithms: 'algorithms' in changes || changes.keys ? signingAlgorithms : ['ES256', 'RS256'],
    clockSkewSeconds: 30,
    companyClaim: 'company',
    keys: { jwks: { keys: [publicJwk(key), publicJwk(rsaKey)] } },
    cacheSize: 100,
    now: () => nowSeconds * 1000,
    ...changes,
  })
}

/** The reason for which a token is refused. */
export async function rejection(token: string, verifier = openVerifier()): Promise<string> {
  const error = await verifier.verify(token).catch((thrown: unknown) => thrown)
  if (error instanceof AuthenticationError) return error.detail
  throw new Error('not refused', { cause: error })
}
