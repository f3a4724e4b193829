import { hash } from 'node:crypto'

// An entry outlives neither its token nor this span, so that a key which the issuer has withdrawn stops vouching
// for the tokens it signed even where the withdrawal itself goes unnoticed.
const longestLifeMs = 5 * 60 * 1000

/** What a verification found, and until when (milliseconds since the epoch, exclusive) the token is acceptable. */
export type Verification<Token> = { token: Token; acceptableUntilMs: number }

/** A bounded memory of the tokens that have been verified. */
type TokenCache<Token> = {
  /**
   * Answers from memory, else runs `verify` once for all who ask at the same time; failures reach only those.
   */
  read(accessToken: string, verify: () => Promise<Verification<Token>>): Promise<Token>
  /** Forgets everything, including what verifications under way are about to find. */
  clear(): void
  readonly size: number
}

type Entry<Token> = { token: Token; expiresAtMs: number }

/** Creates a cache of at most `maxEntries` tokens that drops the least recently used one first. */
export function createTokenCache<Token>(options: {
  maxEntries: number
  now: () => number
}): TokenCache<Token> {
  const { maxEntries, now } = options
  // A Map iterates in insertion order, so its first key is the least recently used one.
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
        // After clear() the verification may rest on a key that is no longer trusted.
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

/** The tokens themselves are not kept, so that a memory dump of the cache opens no account. */
function fingerprint(accessToken: string): string {
  return hash('sha256', accessToken, 'base64')
}
