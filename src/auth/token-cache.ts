import { hash } from 'node:crypto'

// An entry expires with its token, and after this time at the latest, so that a withdrawn key whose withdrawal went
// unnoticed no longer vouches for its tokens.
const longestLifeMs = 5 * 60 * 1000

/**
 * The result of a verification, and the time in milliseconds since 1970 (exclusive) until which the token is accepted.
 */
export type Verification<Token> = { token: Token; acceptableUntilMs: number }

/** `acceptableUntilMs` is a time of the clock, `forgottenAtMs` one of the milliseconds that pass. */
type Entry<Token> = Verification<Token> & { forgottenAtMs: number }

/**
 * Creates a cache of at most `maxEntries` tokens. `now` is a clock in milliseconds since 1970. `passed` counts milliseconds as they
 * pass, whatever is done to the clock; by default it is the clock.
 */
export function createTokenCache<Token>({
  maxEntries,
  now,
  passed = now,
}: {
  maxEntries: number
  now: () => number
  passed?: () => number
}): TokenCache<Token> {
  return new TokenCache(maxEntries, now, passed)
}

/** A bounded cache of verified tokens. The least recently used one is removed first. */
class TokenCache<Token> {
  readonly #maxEntries: number
  readonly #now: () => number
  readonly #passed: () => number
  /** A Map iterates in insertion order, so its first key is the least recently used. */
  readonly #entries = new Map<string, Entry<Token>>()
  readonly #underWay = new Map<string, Promise<Token>>()
  #generation = 0

  constructor(maxEntries: number, now: () => number, passed: () => number) {
    this.#maxEntries = maxEntries
    this.#now = now
    this.#passed = passed
  }

  get size(): number {
    return this.#entries.size
  }

  /**
   * Returns the cached token, or runs `verify` once for all concurrent callers. A failure is returned to these callers
   * and not cached.
   */
  async read(accessToken: string, verify: () => Promise<Verification<Token>>): Promise<Token> {
    const key = fingerprint(accessToken)
    const entry = this.#entries.get(key)
    if (entry) {
      this.#entries.delete(key)
      if (this.#now() < entry.acceptableUntilMs && this.#passed() < entry.forgottenAtMs) {
        this.#entries.set(key, entry)
        return entry.token
      }
    }
    return this.#underWay.get(key) ?? this.#start(key, verify)
  }

  /** Removes all entries, including the results of verifications that are under way. */
  clear(): void {
    this.#generation += 1
    this.#entries.clear()
    this.#underWay.clear()
  }

  #start(key: string, verify: () => Promise<Verification<Token>>): Promise<Token> {
    const startedIn = this.#generation
    const promise = verify()
      .then(({ token, acceptableUntilMs }) => {
        // A verification that began before clear() may have used a key that is no longer trusted.
        if (this.#generation === startedIn) this.#remember(key, token, acceptableUntilMs)
        return token
      })
      .finally(() => {
        if (this.#underWay.get(key) === promise) this.#underWay.delete(key)
      })
    this.#underWay.set(key, promise)
    return promise
  }

  #remember(key: string, token: Token, acceptableUntilMs: number): void {
    if (this.#maxEntries === 0) return
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size < this.#maxEntries) break
      this.#entries.delete(oldest)
    }
    this.#entries.set(key, { token, acceptableUntilMs, forgottenAtMs: this.#passed() + longestLifeMs })
  }
}

/** The cache holds hashes instead of tokens, so that a memory dump does not reveal tokens. */
function fingerprint(accessToken: string): string {
  return hash('sha256', accessToken, 'base64')
}
