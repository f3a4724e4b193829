/** At most `max` accepted calls within any `perMs` milliseconds. A `max` of 0 rejects every call. */
export interface RateWindow {
  readonly max: number
  readonly perMs: number
}

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const WINDOW = /^([1-9]\d{0,8})(ms|s|m|h|d)$/

/** Parses a time such as `10s`, `1m`, `10m` or `1h` into milliseconds. Throws RangeError for anything else. */
export function parseWindow(text: string): number {
  const [, count, unit] = WINDOW.exec(text) ?? []
  if (!isUnit(unit)) throw new RangeError(`"${text}" is not a span of time such as 10s, 1m or 1h`)
  return Number(count) * UNIT_MS[unit]
}

/** Throws RangeError for a window that a limiter cannot enforce exactly. */
export function assertWindows(windows: readonly RateWindow[]): void {
  for (const { max, perMs } of windows) {
    if (!Number.isSafeInteger(max) || max < 0 || !Number.isSafeInteger(perMs) || perMs < 1) {
      throw new RangeError(`a limit of ${max} per ${perMs} ms is not a whole number per whole milliseconds`)
    }
  }
}

function isUnit(unit: string | undefined): unit is keyof typeof UNIT_MS {
  return unit !== undefined && unit in UNIT_MS
}
