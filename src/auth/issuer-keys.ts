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
import { KeysUnavailableError } from './keys-unavailable-error.ts'

const fetchTimeoutMs = 5_000
// Bounds how long a withdrawn key stays trusted while the issuer can be reached.
const refreshAfterMs = 5 * 60 * 1000
// … and while it cannot: an outage of the issuer shorter than this is not an outage of messaging.
const trustWithoutRefreshMs = 60 * 60 * 1000
const retryAfterFailureMs = 2_000
// Tokens with invented key ids cause no more than one fetch in this span.
const unknownKeyCooldownMs = 10_000

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
      fetch(href, { ...init, signal: AbortSignal.any([init.signal, closing.signal]) }),
  })
  let fetchedAt = Number.NEGATIVE_INFINITY
  let retryAt = Number.NEGATIVE_INFINITY
  let askedForUnknownAt = Number.NEGATIVE_INFINITY
  let attempts = 0
  let failure: unknown
  let refreshing: Promise<void> | undefined

  return {
    async find(header, token) {
      const attemptsBefore = attempts
      await ensureTrustworthyKeys()
      try {
        return await remote(header, token)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
        if (refreshing || attempts === attemptsBefore) await lookForNewKeys()
        return await findAmongFetched(header, token)
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

  async function lookForNewKeys(): Promise<void> {
    if (!refreshing) {
      if (now() < askedForUnknownAt + unknownKeyCooldownMs || now() < retryAt) return
      askedForUnknownAt = now()
    }
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

  function unavailable(): KeysUnavailableError {
    return new KeysUnavailableError(Math.max(1, Math.ceil(retryAt - now())), failure)
  }
}

function hasLostKeys(before: JSONWebKeySet | undefined, after: JSONWebKeySet | undefined): boolean {
  const remaining = new Set(after?.keys.map((key) => JSON.stringify(key)))
  return before?.keys.some((key) => !remaining.has(JSON.stringify(key))) ?? false
}
