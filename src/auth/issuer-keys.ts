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

type RemoteOptions = { now: () => number; onKeysRemoved: () => void; logger?: Logger | undefined }

/** Opens a source of keys. `onKeysRemoved` is called when a refresh shows that the issuer has withdrawn a key. */
export function openIssuerKeys(source: KeySource, options: RemoteOptions): IssuerKeys {
  if ('jwksUrl' in source) return openRemoteKeys(source.jwksUrl, options)
  return { find: createLocalJWKSet(source.jwks), refreshIfDue() {}, close() {} }
}

function openRemoteKeys(url: URL, { now, onKeysRemoved, logger }: RemoteOptions): IssuerKeys {
  const closing = new AbortController()
  // jose fetches and parses. The times of fetching are decided here, because jose drops all keys as soon as a due
  // refresh fails, and does not wait after failures.
  const remote = createRemoteJWKSet(url, {
    timeoutDuration: fetchTimeoutMs,
    cacheMaxAge: Number.POSITIVE_INFINITY,
    cooldownDuration: Number.POSITIVE_INFINITY,
    [customFetch]: (href, init) =>
      fetchBounded(href, { ...init, signal: AbortSignal.any([init.signal, closing.signal]) }),
  })
  let fetchedAt = Number.NEGATIVE_INFINITY
  let retryAt = Number.NEGATIVE_INFINITY
  let askedForUnknownAt = Number.NEGATIVE_INFINITY
  let attempts = 0
  let failure: unknown
  let refreshing: Promise<void> | undefined
  let nextLook: Promise<void> | undefined
  let waiting = 0

  return {
    async find(header, token) {
      const attemptsBefore = attempts
      await ensureTrustworthyKeys()
      try {
        return await remote(header, token)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
        return await findAmongNew(header, token, attemptsBefore)
      }
    },
    refreshIfDue() {
      if (attempts > 0 && isRefreshDue()) void refresh()
    },
    close() {
      closing.abort()
    },
  }

  async function ensureTrustworthyKeys(): Promise<void> {
    if (isRefreshDue()) {
      const done = refresh()
      // While the issuer is known to fail, callers with a known key do not wait for the next timeout.
      if (failure === undefined || !areTrusted()) await done
    }
    if (!areTrusted()) throw unavailable()
  }

  /**
   * A fetch that was under way when the token arrived may have been answered before its key was published, so another
   * one follows.
   */
  async function findAmongNew(
    header: JWSHeaderParameters,
    token: FlattenedJWSInput,
    attemptsBefore: number,
  ): Promise<CryptoKey> {
    if (refreshing) {
      await refreshing
      if (attempts > attemptsBefore || failure !== undefined) return findAmongFetched(header, token)
      try {
        return await remote(header, token)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      }
    }
    if (attempts === attemptsBefore && now() >= retryAt) await lookForNewKeys()
    return findAmongFetched(header, token)
  }

  /**
   * Waits for the next fetch, which all unknown keys share. Forged tokens cannot cause more fetches, nor use up the
   * fetch of others.
   */
  async function lookForNewKeys(): Promise<void> {
    if (waiting >= maxWaiting) throw unavailable(unknownKeyIntervalMs)
    waiting += 1
    try {
      nextLook ??= untilNextLook().then(look)
      await nextLook
    } finally {
      waiting -= 1
    }
  }

  async function untilNextLook(): Promise<void> {
    const waitMs = askedForUnknownAt + unknownKeyIntervalMs - now()
    if (waitMs <= 0) return
    // Closing ends this wait, and cancels the fetch that follows.
    await delay(waitMs, undefined, { ref: false, signal: closing.signal }).catch(() => {})
  }

  async function look(): Promise<void> {
    // Tokens that arrive from now on need a later fetch, because this one may already have been answered.
    nextLook = undefined
    askedForUnknownAt = now()
    await refresh()
    // After a failure the next fetch does not wait for the interval of unknown keys.
    if (failure !== undefined) askedForUnknownAt = Number.NEGATIVE_INFINITY
  }

  async function findAmongFetched(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    try {
      return await remote(header, token)
    } catch (error) {
      // The token may be signed by a new key that the failing issuer cannot announce, so it is not rejected.
      if (error instanceof errors.JWKSNoMatchingKey && failure !== undefined) throw unavailable()
      throw error
    }
  }

  function refresh(): Promise<void> {
    refreshing ??= fetchKeys().finally(() => {
      refreshing = undefined
    })
    return refreshing
  }

  /** Never rejects. A failure is remembered, and the present keys stay. */
  async function fetchKeys(): Promise<void> {
    attempts += 1
    const before = remote.jwks()
    const startedAt = now()
    try {
      await remote.reload()
    } catch (error) {
      failure = error
      retryAt = now() + retryAfterFailureMs
      if (!closing.signal.aborted) {
        logger?.warn({ err: error, retryInMs: retryAfterFailureMs }, 'token issuer keys could not be fetched')
      }
      return
    }
    failure = undefined
    retryAt = Number.NEGATIVE_INFINITY
    fetchedAt = startedAt
    if (hasLostKeys(before, remote.jwks())) onKeysRemoved()
  }

  function isRefreshDue(): boolean {
    return now() >= fetchedAt + refreshAfterMs && now() >= retryAt
  }

  function areTrusted(): boolean {
    return now() < fetchedAt + trustWithoutRefreshMs
  }

  function unavailable(afterMs = retryAt - now()): KeysUnavailableError {
    return new KeysUnavailableError(Math.max(1, Math.ceil(afterMs)), failure)
  }
}

function hasLostKeys(before: JSONWebKeySet | undefined, after: JSONWebKeySet | undefined): boolean {
  const remaining = new Set(after?.keys.map((key) => JSON.stringify(key)))
  return before?.keys.some((key) => !remaining.has(JSON.stringify(key))) ?? false
}
