import type { Logger } from 'pino'
import type { RedisConnections } from '../redis/connection.ts'
import type { RateWindow } from './rate-window.ts'

/** The call counts from now on. */
export interface Accepted {
  readonly accepted: true
  /** Takes the call back, as if it had never been made (a replay, a failed call); never rejects. */
  refund(): Promise<void>
}

/** The call does not count. */
export interface Refused {
  readonly accepted: false
  /** After this many milliseconds the call is accepted if nothing else was accepted meanwhile, and not before. */
  readonly retryAfterMs: number
}

/** Holds limits exactly: in no span as long as a window are more than its maximum of calls accepted. */
export interface RateLimiter {
  /** Accepts a call under every window, or refuses it; throws a RangeError on windows that are not whole numbers. */
  take(key: string, windows: readonly RateWindow[]): Promise<Accepted | Refused>
  close(): void
}

/** Everything that a rate limiter needs. */
export interface RateLimiterOptions {
  readonly log: Logger
  /** Shares the limits between processes; without it they are held in this process's memory. */
  readonly redis?: RedisConnections | undefined
  /** Called when the limiter stops (true) and resumes (false) asking Redis. */
  readonly onFallback?: ((active: boolean) => void) | undefined
  readonly keyPrefix?: string | undefined
  /** A clock in milliseconds that replaces those of the process and of Redis. */
  readonly clock?: (() => number) | undefined
  readonly maxKeys?: number | undefined
}
