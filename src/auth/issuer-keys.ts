import { setTimeout as delay } from 'node:timers/promises'
import {
  type CryptoKey,
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose'
import type { Logger } from 'pino'
import { fetchBounded } from './fetch-bounded.ts'
import { KeysUnavailableError } from './keys-unavailable-error.ts'

const fetchTimeoutMs = 5_000
// Maximum time for which a withdrawn key is trusted while the issuer answers.
const refreshAfterMs = 5 * 60 * 1000
// Maximum time for which keys are trusted while the issuer does not answer, so that its short outages do not stop
// messaging.
const trustWithoutRefreshMs = 60 * 60 * 1000
const retryAfterFailureMs = 2_000
// Unknown key ids cause at most one fetch in this time, and a token with a new key waits no longer than this.
const unknownKeyIntervalMs = 2_000
// Maximum number of tokens with unknown keys that wait at a time. Others are answered with a time to try again.
const maxWaiting = 10_000

/** The source of the issuer's public keys. */
export type KeySource = { jwksUrl: URL } | { jwks: JSONWebKeySet }

/** The issuer's public keys, refreshed as needed. */
export type IssuerKeys = {
  /**
   * Finds the key for a token's header. An unknown key id causes a fetch. Throws jose's `JWKSNoMatchingKey` and
   * `JWKSMultipleMatchingKeys`, and `KeysUnavailableError` if the issuer cannot be reached.
   */
  find(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey>
  /** Starts a refresh in the background if one is due. */
  refreshIfDue(): void
  close(): void
}

type RemoteOptions = {
  /** Milliseconds as they pass, whatever is done to the clock. */
  now: () => number
  onKeysRemoved: () => void
  logger?: Logger | undefined
}

/** Opens a source of keys. `onKeysRemoved` is called when a refresh shows that the issuer has withdrawn a key. */
export function openIssuerKeys(source: KeySource, options: RemoteOptions): IssuerKeys {
  if ('jwksUrl' in source) return new RemoteKeys(source.jwksUrl, options)
  return { find: createLocalJWKSet(source.jwks), refreshIfDue() {}, close() {} }
}

/** Keys that are fetched from the issuer, and kept over its short outages. */
class RemoteKeys implements IssuerKeys {
  readonly #closing = new AbortController()
  readonly #remote: ReturnType<typeof createRemoteJWKSet>
  readonly #now: () => number
  readonly #onKeysRemoved: () => void
  readonly #logger: Logger | undefined
  #fetchedAt = Number.NEGATIVE_INFINITY
  #retryAt = Number.NEGATIVE_INFINITY
  #askedForUnknownAt = Number.NEGATIVE_INFINITY
  #attempts = 0
  #failure: unknown
  #refreshing: Promise<void> | undefined
  #nextLook: Promise<void> | undefined
  #waiting = 0

  constructor(url: URL, { now, onKeysRemoved, logger }: RemoteOptions) {
    this.#now = now
    this.#onKeysRemoved = onKeysRemoved
    this.#logger = logger
    // jose fetches and parses. The times of fetching are decided here, because jose drops all keys as soon as a due
    // refresh fails, and does not wait after failures.
    this.#remote = createRemoteJWKSet(url, {
      timeoutDuration: fetchTimeoutMs,
      cacheMaxAge: Number.POSITIVE_INFINITY,
      cooldownDuration: Number.POSITIVE_INFINITY,
      [customFetch]: (href, init) =>
        fetchBounded(href, { ...init, signal: AbortSignal.any([init.signal, this.#closing.signal]) }),
    })
  }

  async find(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    const attemptsBefore = this.#attempts
    await this.#ensureTrustworthyKeys()
    try {
      return await this.#remote(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      return await this.#findAmongNew(header, token, attemptsBefore)
    }
  }

  refreshIfDue(): void {
    if (this.#attempts > 0 && this.#isRefreshDue()) void this.#refresh()
  }

  close(): void {
    this.#closing.abort()
  }

  async #ensureTrustworthyKeys(): Promise<void> {
    if (this.#isRefreshDue()) {
      const done = this.#refresh()
      // While the issuer is known to fail, callers with a known key do not wait for the next timeout.
      if (this.#failure === undefined || !this.#areTrusted()) await done
    }
    if (!this.#areTrusted()) throw this.#unavailable()
  }

  /**
   * A fetch that was under way when the token arrived may have been answered before its key was published, so another
   * one follows.
   */
  async #findAmongNew(
    header: JWSHeaderParameters,
    token: FlattenedJWSInput,
    attemptsBefore: number,
  ): Promise<CryptoKey> {
    if (this.#refreshing) {
      await this.#refreshing
      if (this.#attempts > attemptsBefore || this.#failure !== undefined)
        return this.#findAmongFetched(header, token)
      try {
        return await this.#remote(header, token)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      }
    }
    if (this.#attempts === attemptsBefore && this.#now() >= this.#retryAt) await this.#lookForNewKeys()
    return this.#findAmongFetched(header, token)
  }

  /**
   * Waits for the next fetch, which all unknown keys share. Forged tokens cannot cause more fetches, nor use up the
   * fetch of others.
   */
  async #lookForNewKeys(): Promise<void> {
    if (this.#waiting >= maxWaiting) throw this.#unavailable(unknownKeyIntervalMs)
    this.#waiting += 1
    try {
      this.#nextLook ??= this.#untilNextLook().then(() => this.#look())
      await this.#nextLook
    } finally {
      this.#waiting -= 1
    }
  }

  async #untilNextLook(): Promise<void> {
    const waitMs = this.#askedForUnknownAt + unknownKeyIntervalMs - this.#now()
    if (waitMs <= 0) return
    // Closing ends this wait, and cancels the fetch that follows.
    await delay(waitMs, undefined, { ref: false, signal: this.#closing.signal }).catch(() => {})
  }

  async #look(): Promise<void> {
    // Tokens that arrive from now on need a later fetch, because this one may already have been answered.
    this.#nextLook = undefined
    this.#askedForUnknownAt = this.#now()
    await this.#refresh()
    // After a failure the next fetch does not wait for the interval of unknown keys.
    if (this.#failure !== undefined) this.#askedForUnknownAt = Number.NEGATIVE_INFINITY
  }

  async #findAmongFetched(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    try {
      return await this.#remote(header, token)
    } catch (error) {
      // The token may be signed by a new key that the failing issuer cannot announce, so it is not rejected.
      if (error instanceof errors.JWKSNoMatchingKey && this.#failure !== undefined) throw this.#unavailable()
      throw error
    }
  }

  #refresh(): Promise<void> {
    this.#refreshing ??= this.#fetchKeys().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  /** Never rejects. A failure is remembered, and the present keys stay. */
  async #fetchKeys(): Promise<void> {
    this.#attempts += 1
    const before = this.#remote.jwks()
    const startedAt = this.#now()
    try {
      await this.#remote.reload()
    } catch (error) {
      this.#failure = error
      this.#retryAt = this.#now() + retryAfterFailureMs
      if (!this.#closing.signal.aborted) {
        this.#logger?.warn(
          { err: error, retryInMs: retryAfterFailureMs },
          'token issuer keys could not be fetched',
        )
      }
      return
    }
    this.#failure = undefined
    this.#retryAt = Number.NEGATIVE_INFINITY
    this.#fetchedAt = startedAt
    if (hasLostKeys(before, this.#remote.jwks())) this.#onKeysRemoved()
  }

  #isRefreshDue(): boolean {
    return this.#now() >= this.#fetchedAt + refreshAfterMs && this.#now() >= this.#retryAt
  }

  #areTrusted(): boolean {
    return this.#now() < this.#fetchedAt + trustWithoutRefreshMs
  }

  #unavailable(afterMs = this.#retryAt - this.#now()): KeysUnavailableError {
    return new KeysUnavailableError(Math.max(1, Math.ceil(afterMs)), this.#failure)
  }
}

function hasLostKeys(before: JSONWebKeySet | undefined, after: JSONWebKeySet | undefined): boolean {
  const remaining = new Set(after?.keys.map((key) => JSON.stringify(key)))
  return before?.keys.some((key) => !remaining.has(JSON.stringify(key))) ?? false
}
