import { ColloquyError } from '../../src/client/errors.ts'

/** An access token, as the endpoint of the host or its function gives it. */
export interface TokenAnswer {
  token: string
  /** Time of expiry; without it the claim `exp` of the token counts. */
  expiresAt?: string | number
}

/** The host's own way to a token. */
export type TokenFunction = () => Promise<string | TokenAnswer> | string | TokenAnswer

/** The token of the signed-in person, in memory only. */
export interface TokenSource {
  /** Returns a token that has not expired. Throws ColloquyError: UNAUTHENTICATED if the host refuses one. */
  get(): Promise<string>
  /** Forgets the token, because the server has refused it. */
  drop(): void
  /** Forgets the token, and one that is on its way: the person signs out. Returns it; empty if there is none. */
  end(): string
}

/** A token is replaced this long before it expires. */
const EARLY_MS = 30_000

/** Creates the source over the host's function or the address of its endpoint. */
export function createTokenSource(ask: TokenFunction): TokenSource {
  let held: { token: string; until: number } | undefined
  let asking: Promise<{ token: string; until: number }> | undefined
  async function renew(): Promise<{ token: string; until: number }> {
    const answer = await ask()
    const { token, expiresAt } = typeof answer === 'string' ? { token: answer, expiresAt: undefined } : answer
    if (typeof token !== 'string' || token === '') {
      throw new ColloquyError('UNAUTHENTICATED', 'The token endpoint gave no token.')
    }
    const expiry = expiresAt === undefined ? expiryOf(token) : new Date(expiresAt).getTime()
    return { token, until: expiry - EARLY_MS }
  }
  return {
    async get() {
      if (held && Date.now() < held.until) return held.token
      asking ??= renew()
      const answer = asking
      try {
        const renewed = await answer
        if (asking === answer) held = renewed
        return renewed.token
      } finally {
        if (asking === answer) asking = undefined
      }
    },
    drop() {
      held = undefined
    },
    end() {
      const token = held?.token ?? ''
      held = undefined
      asking = undefined
      return token
    },
  }
}

/** Returns a function that fetches tokens from the host's endpoint with the host's cookies. */
export function tokenFrom(url: string): TokenFunction {
  return async () => {
    const answer = await fetch(url, {
      credentials: 'include',
      cache: 'no-store',
      headers: { accept: 'application/json' },
    })
    if (answer.status === 401 || answer.status === 403) {
      throw new ColloquyError('UNAUTHENTICATED', 'The page is signed out.')
    }
    if (!answer.ok) throw new Error(`The token endpoint answered with status ${answer.status}.`)
    return (await answer.json()) as TokenAnswer
  }
}

/** The person that a token stands for, as a key of what this browser keeps for them. */
export function personOf(token: string): string {
  const { iss = '', sub = '' } = claimsOf(token)
  return `${iss}|${sub}`
}

function expiryOf(token: string): number {
  const { exp } = claimsOf(token)
  return typeof exp === 'number' ? exp * 1000 : Number.POSITIVE_INFINITY
}

function claimsOf(token: string): { iss?: string; sub?: string; exp?: number } {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(payload), (c) => c.charCodeAt(0))))
  } catch {
    return {}
  }
}
