import type { RateWindow } from './rate-window.ts'

/** The changes to a key's log that Redis must receive before its next decision. */
export interface Unmerged {
  readonly missing: readonly { readonly id: number; readonly ageUs: number }[]
  readonly disowned: readonly number[]
}

/** The calls that this process accepted, by key, within the longest window of each key. */
export interface AcceptedCalls {
  /** Logs the call and returns 0, or returns the microseconds after which it would be accepted. */
  take(key: string, windows: readonly RateWindow[], id: number): number
  /** Logs a call that Redis accepted in the given epoch. */
  record(key: string, windows: readonly RateWindow[], id: number, epoch: number): void
  remove(key: string, id: number): void
  /** Records that Redis may hold a call that does not count. */
  disown(key: string, windows: readonly RateWindow[], id: number): void
  /** Returns the changes that Redis may have missed, unless it has received them in the given epoch. */
  unmerged(key: string, epoch: number): Unmerged
  merged(key: string, epoch: number, told: Unmerged): void
}

/** The bounds of memory. Beyond them the least recently used keys are forgotten. */
export interface AcceptedCallsBounds {
  readonly maxKeys: number
  readonly maxCalls: number
}

interface KeyLog {
  readonly times: number[]
  readonly ids: number[]
  horizonUs: number
  lastUsedUs: number
  epoch: number
  disowned: number[]
}

const NOTHING: Unmerged = { missing: [], disowned: [] }
const MAX_DISOWNED = 1_000

/** Creates the log in this process's memory. `nowUs` is a monotonic clock in whole microseconds. */
export function createAcceptedCalls(bounds: AcceptedCallsBounds, nowUs: () => number): AcceptedCalls {
  // In order of use, so the first key is the least recently used.
  const logs = new Map<string, KeyLog>()
  let calls = 0

  function take(key: string, windows: readonly RateWindow[], id: number): number {
    const now = nowUs()
    const waitUs = timeToWaitUs(logs.get(key)?.times ?? [], windows, now)
    if (waitUs === 0) append(key, windows, id, now)
    return waitUs
  }

  function record(key: string, windows: readonly RateWindow[], id: number, epoch: number): void {
    const isNew = !logs.has(key)
    const log = append(key, windows, id, nowUs())
    if (isNew) log.epoch = epoch
  }

  function append(key: string, windows: readonly RateWindow[], id: number, now: number): KeyLog {
    const log = useLog(key, windows, now)
    log.times.push(now)
    log.ids.push(id)
    calls += 1
    const past = log.times.findIndex((time) => time > now - log.horizonUs)
    drop(log, 0, past < 0 ? log.times.length : past)
    forgetUnused(now)
    return log
  }

  function useLog(key: string, windows: readonly RateWindow[], now: number): KeyLog {
    const log = logs.get(key) ?? { times: [], ids: [], horizonUs: 0, lastUsedUs: 0, epoch: -1, disowned: [] }
    logs.delete(key)
    logs.set(key, log)
    log.lastUsedUs = now
    for (const { perMs } of windows) log.horizonUs = Math.max(log.horizonUs, perMs * 1_000)
    return log
  }

  function drop(log: KeyLog, from: number, count: number): void {
    if (count === 0) return
    log.times.splice(from, count)
    log.ids.splice(from, count)
    calls -= count
  }

  /** Removes up to two keys per call, which is more than a call can add, so no timer is needed. */
  function forgetUnused(now: number): void {
    let idle = 2
    for (const [key, log] of logs) {
      const isIdle = log.lastUsedUs + log.horizonUs <= now && idle-- > 0
      if (!isIdle && logs.size <= bounds.maxKeys && calls <= bounds.maxCalls) return
      drop(log, 0, log.times.length)
      logs.delete(key)
    }
  }

  function remove(key: string, id: number): void {
    const log = logs.get(key)
    const at = log?.ids.lastIndexOf(id) ?? -1
    if (log && at >= 0) drop(log, at, 1)
  }

  function disown(key: string, windows: readonly RateWindow[], id: number): void {
    const { disowned } = useLog(key, windows, nowUs())
    disowned.push(id)
    if (disowned.length > MAX_DISOWNED) disowned.shift()
  }

  function unmerged(key: string, epoch: number): Unmerged {
    const log = logs.get(key)
    if (!log || (log.epoch === epoch && log.disowned.length === 0)) return NOTHING
    const now = nowUs()
    const missing =
      log.epoch === epoch ? [] : log.ids.map((id, at) => ({ id, ageUs: now - (log.times[at] ?? 0) }))
    return { missing, disowned: [...log.disowned] }
  }

  function merged(key: string, epoch: number, told: Unmerged): void {
    const log = logs.get(key)
    if (!log || told === NOTHING) return
    log.epoch = Math.max(log.epoch, epoch)
    log.disowned = log.disowned.filter((id) => !told.disowned.includes(id))
  }

  return { take, record, remove, disown, unmerged, merged }
}

/** A call exactly one window later is outside of it, because the `max`-th newest call then no longer counts. */
function timeToWaitUs(times: readonly number[], windows: readonly RateWindow[], now: number): number {
  let waitUs = 0
  for (const { max, perMs } of windows) {
    const first = max === 0 ? now : times[times.length - max]
    if (first !== undefined) waitUs = Math.max(waitUs, first + perMs * 1_000 - now)
  }
  return waitUs
}
