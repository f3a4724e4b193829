import pino from 'pino'
import { AuthenticationError } from '../../src/auth/authentication-error.ts'
import { KeysUnavailableError } from '../../src/auth/keys-unavailable-error.ts'
import { createTokenVerifier, type TokenVerifier } from '../../src/auth/verify-token.ts'
import { makeKey, signToken, startTokenIssuer } from '../support/token-issuer.ts'

type TokenIssuer = Awaited<ReturnType<typeof startTokenIssuer>>

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
/** A new key waits for two seconds, and a busy machine for some more. */
export const SECONDS = { timeout: 20_000 }
/** The first key that is published, and the one after it. */
export const first = makeKey('ES256', 'key-1')
export const second = makeKey('ES256', 'key-2')
/** A key that is never published. */
export const stranger = makeKey('ES256', 'key-3')

/** A key under an id that was never published. */
export function makeInvented(n: number) {
  return { ...stranger, kid: `invented-${n}` }
}

/** An issuer that publishes `first`, and a verifier of its tokens with a clock of its own. */
export class IssuedTokens implements AsyncDisposable {
  readonly issuer: TokenIssuer
  readonly verifier: TokenVerifier
  /** Lines of the verifier's log. */
  readonly logged: string[] = []
  nowMs = Date.UTC(2030, 0, 1)
  private tokens = 0

  private constructor(issuer: TokenIssuer) {
    this.issuer = issuer
    this.verifier = createTokenVerifier({
      issuer: issuer.name,
      audience: 'colloquy',
      algorithms: ['ES256'],
      clockSkewSeconds: 0,
      keys: { jwksUrl: issuer.jwksUrl },
      cacheSize: 100,
      logger: pino({ level: 'warn' }, { write: (line) => void this.logged.push(line) }),
      now: () => this.nowMs,
    })
  }

  static async start(): Promise<IssuedTokens> {
    const issuer = await startTokenIssuer()
    issuer.publish(first)
    return new IssuedTokens(issuer)
  }

  /** Every token differs, so that none is answered from memory. */
  newToken(key: typeof first, header: object = {}, lifeMs = 24 * hourMs): string {
    this.tokens += 1
    const exp = (this.nowMs + lifeMs) / 1000
    const claims = { iss: this.issuer.name, aud: 'colloquy', sub: 'alice', exp, jti: `${this.tokens}` }
    return signToken(key, claims, header)
  }

  /** Tells whether a token is accepted, or why not. */
  async outcome(token: string): Promise<string> {
    try {
      await this.verifier.verify(token)
      return 'accepted'
    } catch (error) {
      if (error instanceof AuthenticationError) return error.detail
      if (error instanceof KeysUnavailableError) return 'unavailable'
      throw error
    }
  }

  async [Symbol.asyncDispose]() {
    this.verifier.close()
    await this.issuer[Symbol.asyncDispose]()
  }
}
