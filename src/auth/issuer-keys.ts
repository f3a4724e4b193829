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
// Bounds how long a withdrawn key stays trusted while the issuer can be reached.
const refreshAfterMs = 5 * 60 * 1000
// … and while it cannot: an outage of the issuer shorter than this is not an outage of messaging.
const trustWithoutRefreshMs = 60 * 60 * 1000
const retryAfterFailureMs = 2_000
// Tokens with invented key ids cause no more than one fetch in this span, and one of a new key waits no longer for its own.
const unknownKeyIntervalMs = 2_000
// So many tokens of unknown keys wait at a time; the others are told to come again.
const maxWaiting = 10_000

/** Where the issuer's public keys come from. */
export type KeySource = { jwksUrl: URL } | { jwks: JSONWebKeySet }

/** The issuer's public keys, kept current. */
export type IssuerKeys = {
  /**
   * Finds the key for a token's header, asking the issuer again for a key id it does not know. Throws jose's
   * `JWKSNoMatchingKey` and `JWKSMultipleMatchingKeys`, and `KeysUnavailableError` if the issuer cannot be asked.
   */
  find(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey>
  /** Starts a refresh in the background if one is due; costs a comparison otherwise. */
  refreshIfDue(): void
  close(): void
}

type RemoteOptions = { now: () => number; onKeysRemoved: () => void; logger?: Logger | undefined }

/** Opens a key source; `onKeysRemoved` is called when a refresh finds that the issuer has withdrawn a key. */
export function openIssuerKeys(source: KeySource, options: RemoteOptions): IssuerKeys {
  if ('jwksUrl' in source) return openRemoteKeys(source.jwksUrl, options)
  return { find: createLocalJWKSet(source.jwks), refreshIfDue() {}, close() {} }
}

function openRemoteKeys(url: URL, { now, onKeysRemoved, logger }: RemoteOptions): IssuerKeys {
  const closing = new AbortController()
  // jose fetches and parses; when to fetch is decided here, because jose drops its keys as soon as a refresh that
  // is due fails, and has no cooldown after failures.
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
      // While the issuer is known to be failing, callers with a known key do not wait for its next time-out.
      if (failure === undefined || !areTrusted()) await done
    }
    if (!areTrusted()) throw unavailable()
  }

  /** A fetch that was under way as the token came may have been answered before its key was published: another one follows. */
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

  /** Joins the next fetch, which all who look for an unknown key share; whoever forges cannot use it up for the others. */
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
    // Closing ends the wait, and the fetch after it at once.
    await delay(waitMs, undefined, { ref: false, signal: closing.signal }).catch(() => {})
  }

  async function look(): Promise<void> {
    // Tokens that come from now on need a later fetch: the answer to this one may be under way already.
    nextLook = undefined
    askedForUnknownAt = now()
    await refresh()
    // An issuer that has not answered may be asked again as soon as it is due.
    if (failure !== undefined) askedForUnknownAt = Number.NEGATIVE_INFINITY
  }

  async function findAmongFetched(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    try {
      return await remote(header, token)
    } catch (error) {
      // The key may be a new one that the issuer cannot tell us about: that is no ground to refuse the token.
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

  /** Never rejects: a failure is remembered, and the keys at hand stay. */
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
