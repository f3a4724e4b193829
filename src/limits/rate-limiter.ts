import type { Logger } from 'pino'
import type { RedisConnections } from '../redis/connection.ts'
import type { RateWindow } from './rate-window.ts'

/** The call was accepted and counts. */
export interface Accepted {
  readonly accepted: true
  /** Removes the call from the count, because it was a replay or has failed. Never rejects. */
  refund(): Promise<void>
}

/** The call was rejected and does not count. */
export interface Refused {
  readonly accepted: false
  /**
   * Milliseconds after which the call would be accepted, if no other is accepted meanwhile. Before that it is rejected.
   */
  readonly retryAfterMs: number
}

/** Enforces limits exactly: within any time as long as a window, at most `max` calls are accepted. */
export interface RateLimiter {
  /** Accepts or rejects a call under all windows. Throws RangeError for windows that are not whole numbers. */
  take(key: string, windows: readonly RateWindow[]): Promise<Accepted | Refused>
  close(): void
}

/** The dependencies of a rate limiter. */
export interface RateLimiterOptions {
  readonly log: Logger
  /** Shares the limits between processes. Without Redis they apply to this process only. */
  readonly redis?: RedisConnections | undefined
  /** Called with true when the limiter stops using Redis, with false when it uses it again. */
  readonly onFallback?: ((active: boolean) => void) | undefined
  readonly keyPrefix?: string | undefined
  /** A clock in milliseconds that replaces those of the process and of Redis, for tests. */
  readonly clock?: (() => number) | undefined
  readonly maxKeys?: number | undefined
}
