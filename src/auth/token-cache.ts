import { hash } from 'node:crypto'

// An entry expires with its token, and after this time at the latest, so that a withdrawn key whose withdrawal went
// unnoticed no longer vouches for its tokens.
const longestLifeMs = 5 * 60 * 1000

/**
 * The result of a verification, and the time in milliseconds since 1970 (exclusive) until which the token is accepted.
 */
export type Verification<Token> = { token: Token; acceptableUntilMs: number }

/** A bounded cache of verified tokens. */
type TokenCache<Token> = {
  /**
   * Returns the cached token, or runs `verify` once for all concurrent callers. A failure is returned to these callers
   * and not cached.
   */
  read(accessToken: string, verify: () => Promise<Verification<Token>>): Promise<Token>
  /** Removes all entries, including the results of verifications that are under way. */
  clear(): void
  readonly size: number
}

type Entry<Token> = { token: Token; expiresAtMs: number }

/** Creates a cache of at most `maxEntries` tokens. The least recently used one is removed first. */
export function createTokenCache<Token>(options: {
  maxEntries: number
  now: () => number
}): TokenCache<Token> {
  const { maxEntries, now } = options
  // A Map iterates in insertion order, so its first key is the least recently used.
  const entries = new Map<string, Entry<Token>>()
  const underWay = new Map<string, Promise<Token>>()
  let generation = 0

  return {
    async read(accessToken, verify) {
      const key = fingerprint(accessToken)
      const entry = entries.get(key)
      if (entry) {
        entries.delete(key)
        if (now() < entry.expiresAtMs) {
          entries.set(key, entry)
          return entry.token
        }
      }
      return underWay.get(key) ?? start(key, verify)
    },
    clear() {
      generation += 1
      entries.clear()
      underWay.clear()
    },
    get size() {
      return entries.size
    },
  }

  function start(key: string, verify: () => Promise<Verification<Token>>): Promise<Token> {
    const startedIn = generation
    const promise = verify()
      .then(({ token, acceptableUntilMs }) => {
        // A verification that began before clear() may have used a key that is no longer trusted.
        if (generation === startedIn) remember(key, token, acceptableUntilMs)
        return token
      })
      .finally(() => {
        if (underWay.get(key) === promise) underWay.delete(key)
      })
    underWay.set(key, promise)
    return promise
  }

  function remember(key: string, token: Token, acceptableUntilMs: number): void {
    if (maxEntries === 0) return
    for (const oldest of entries.keys()) {
      if (entries.size < maxEntries) break
      entries.delete(oldest)
    }
    entries.set(key, { token, expiresAtMs: Math.min(acceptableUntilMs, now() + longestLifeMs) })
  }
}

/** The cache holds hashes instead of tokens, so that a memory dump does not reveal tokens. */
function fingerprint(accessToken: string): string {
  return hash('sha256', accessToken, 'base64')
}
