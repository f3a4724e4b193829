import type { IdentitySettings } from '../../src/env.ts'
import type { startTokenIssuer } from './token-issuer.ts'

type Issuer = Awaited<ReturnType<typeof startTokenIssuer>>

/** Now, as tokens tell the time. */
export function seconds(): number {
  return Math.floor(Date.now() / 1000)
}

/** Settings that trust the issuer. */
export function identityOf(issuer: Issuer, changes: Partial<IdentitySettings> = {}): IdentitySettings {
  return {
    issuer: issuer.name,
    audience: 'colloquy',
    jwksUrl: issuer.jwksUrl,
    algorithms: ['ES256', 'RS256'],
    tokenType: 'any',
    clockSkewSeconds: 30,
    memberClaim: 'sub',
    companyClaim: undefined,
    ...changes,
  }
}

/** A token's claims: good for ten minutes unless changed. */
export function claims(issuer: Issuer, sub: string, changes: object = {}): object {
  return { iss: issuer.name, aud: 'colloquy', sub, exp: seconds() + 600, ...changes }
}
