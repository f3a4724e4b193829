import type { Logger } from 'pino'
import type { Environment } from '../env.ts'
import { StartupProblem } from '../startup-problem.ts'
import type { DevelopmentIssuer } from './development-issuer.ts'
import { createTokenVerifier, type TokenVerifier } from './verify-token.ts'

/** Creates the verifier of tokens of the identity provider, or else of the development issuer. Throws StartupProblem. */
export function createConfiguredVerifier(
  { identity }: Environment,
  issuer: DevelopmentIssuer | undefined,
  log: Logger,
): TokenVerifier {
  const cacheSize = 50_000
  if (issuer) {
    return createTokenVerifier({
      ...issuer,
      keys: { jwks: issuer.jwks },
      clockSkewSeconds: 0,
      cacheSize,
      logger: log,
    })
  }
  if (!identity) throw new TypeError('Without an identity provider there is a development issuer.')
  try {
    return createTokenVerifier({ ...identity, keys: { jwksUrl: identity.jwksUrl }, cacheSize, logger: log })
  } catch (error) {
    if (error instanceof TypeError)
      throw new StartupProblem(`The identity settings are not usable: ${error.message}`)
    throw error
  }
}
