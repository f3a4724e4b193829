import type { RateWindow } from './rate-window.ts'

/** The changes to a key's log that Redis must receive before its next decision. */
export interface Unmerged {
  readonly missing: readonly { readonly id: number; readonly ageUs: number }[]
  readonly disowned: readonly number[]
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

/** The calls that this process accepted, by key, within the longest window of each key. */
export class AcceptedCalls {
  readonly #bounds: AcceptedCallsBounds
  readonly #nowUs: () => number
  /** In order of use, so the first key is the least recently used. */
  readonly #logs = new Map<string, KeyLog>()
  #calls = 0

  /** `nowUs` is a monotonic clock in whole microseconds. */
  constructor(bounds: AcceptedCallsBounds, nowUs: () => number) {
    this.#bounds = bounds
    this.#nowUs = nowUs
  }

  /** Logs the call and returns 0, or returns the microseconds after which it would be accepted. */
  take(key: string, windows: readonly RateWindow[], id: number): number {
    const now = this.#nowUs()
    const waitUs = timeToWaitUs(this.#logs.get(key)?.times ?? [], windows, now)
    if (waitUs === 0) this.#append(key, windows, id, now)
    return waitUs
  }

  /** Logs a call that Redis accepted in the given epoch. */
  record(key: string, windows: readonly RateWindow[], id: number, epoch: number): void {
    const isNew = !this.#logs.has(key)
    const log = this.#append(key, windows, id, this.#nowUs())
    if (isNew) log.epoch = epoch
  }

  remove(key: string, id: number): void {
    const log = this.#logs.get(key)
    const at = log?.ids.lastIndexOf(id) ?? -1
    if (log && at >= 0) this.#drop(log, at, 1)
  }

  /** Records that Redis may hold a call that does not count. */
  disown(key: string, windows: readonly RateWindow[], id: number): void {
    const { disowned } = this.#useLog(key, windows, this.#nowUs())
    disowned.push(id)
    if (disowned.length > MAX_DISOWNED) disowned.shift()
  }

  /** Returns the changes that Redis may have missed, unless it has received them in the given epoch. */
  unmerged(key: string, epoch: number): Unmerged {
    const log = this.#logs.get(key)
    if (!log || (log.epoch === epoch && log.disowned.length === 0)) return NOTHING
    const now = this.#nowUs()
    const missing =
      log.epoch === epoch ? [] : log.ids.map((id, at) => ({ id, ageUs: now - (log.times[at] ?? 0) }))
    return { missing, disowned: [...log.disowned] }
  }

  /** Records that Redis has received these changes in the given epoch. */
  merged(key: string, epoch: number, told: Unmerged): void {
    const log = this.#logs.get(key)
    if (!log || told === NOTHING) return
    log.epoch = Math.max(log.epoch, epoch)
    log.disowned = log.disowned.filter((id) => !told.disowned.includes(id))
  }

  #append(key: string, windows: readonly RateWindow[], id: number, now: number): KeyLog {
    const log = this.#useLog(key, windows, now)
    log.times.push(now)
    log.ids.push(id)
    this.#calls += 1
    const past = log.times.findIndex((time) => time > now - log.horizonUs)
    this.#drop(log, 0, past < 0 ? log.times.length : past)
    this.#forgetUnused(now)
    return log
  }

  #useLog(key: string, windows: readonly RateWindow[], now: number): KeyLog {
    const log = this.#logs.get(key) ?? emptyLog()
    this.#logs.delete(key)
    this.#logs.set(key, log)
    log.lastUsedUs = now
    for (const { perMs } of windows) log.horizonUs = Math.max(log.horizonUs, perMs * 1_000)
    return log
  }

  #drop(log: KeyLog, from: number, count: number): void {
    if (count === 0) return
    log.times.splice(from, count)
    log.ids.splice(from, count)
    this.#calls -= count
  }

  /** Removes up to two keys per call, which is more than a call can add, so no timer is needed. */
  #forgetUnused(now: number): void {
    const { maxKeys, maxCalls } = this.#bounds
    let idle = 2
    for (const [key, log] of this.#logs) {
      const isIdle = log.lastUsedUs + log.horizonUs <= now && idle-- > 0
      if (!isIdle && this.#logs.size <= maxKeys && this.#calls <= maxCalls) return
      this.#drop(log, 0, log.times.length)
      this.#logs.delete(key)
    }
  }
}

function emptyLog(): KeyLog {
  return { times: [], ids: [], horizonUs: 0, lastUsedUs: 0, epoch: -1, disowned: [] }
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
