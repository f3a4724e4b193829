import type { Logger } from 'pino'
import { reasonOf } from '../reason.ts'

const PROBE_EVERY_MS = 1_000

/** Tells whether Redis is considered unavailable, so that no call waits for a command that will fail. */
export interface Outage {
  active(): boolean
  begin(cause: unknown): void
  /** Counts the outages that have ended. */
  recoveries(): number
  close(): void
}

interface OutageOptions {
  /** The work that uses Redis, in the plural, for the log. */
  readonly what: string
  /** Rejects while Redis cannot do that work. */
  readonly probe: () => Promise<unknown>
  readonly log: Logger
  readonly onFallback: ((active: boolean) => void) | undefined
}

/** Tries Redis once a second during an outage, and ends the outage when it answers. */
export function watchOutage({ what, probe, log, onFallback }: OutageOptions): Outage {
  let active = false
  let closed = false
  let recoveries = 0
  let timer: NodeJS.Timeout | undefined

  function begin(cause: unknown): void {
    if (active || closed) return
    active = true
    log.warn(
      { reason: reasonOf(cause) },
      `${what} fall back to the memory of this process: Redis does not answer`,
    )
    onFallback?.(true)
    probeLater()
  }

  function probeLater(): void {
    if (closed) return
    timer = setTimeout(() => probe().then(end, probeLater), PROBE_EVERY_MS)
    timer.unref()
  }

  function end(): void {
    if (closed) return
    active = false
    recoveries += 1
    log.info(`${what} are shared through Redis again`)
    onFallback?.(false)
  }

  function close(): void {
    closed = true
    clearTimeout(timer)
    // After closing there is no fallback to end.
    if (active) onFallback?.(false)
  }

  return { active: () => active, begin, recoveries: () => recoveries, close }
}
