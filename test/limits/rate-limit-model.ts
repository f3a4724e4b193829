import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { expect } from 'vitest'
import type { Accepted, RateLimiter } from '../../src/limits/rate-limiter.ts'
import type { RateWindow } from '../../src/limits/rate-window.ts'
import type { createClock } from '../support/rate-limits.ts'

/** The rules of the limiter, written as simply as possible. */
function createModel() {
  const accepted: number[] = []
  function hasRoom(nowMs: number, windows: readonly RateWindow[]): boolean {
    return windows.every(({ max, perMs }) => accepted.filter((time) => time > nowMs - perMs).length < max)
  }
  return {
    accepted,
    take(nowMs: number, windows: readonly RateWindow[]): number {
      if (hasRoom(nowMs, windows)) {
        accepted.push(nowMs)
        return 0
      }
      const leaving = windows.flatMap(({ perMs }) => accepted.map((time) => time + perMs))
      return Math.min(...leaving.filter((time) => time > nowMs && hasRoom(time, windows))) - nowMs
    },
  }
}

type Step =
  | { kind: 'take'; windows: RateWindow[] }
  | { kind: 'advance'; ms: number }
  | { kind: 'refund'; which: number }

/** Windows change from call to call, as an override of the company's would change them. */
const windowsOfACall = fc
  .tuple(
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: 1, max: 4 }),
    fc.subarray([0, 1, 2], { minLength: 1 }),
  )
  .map(([wide, narrow, used]) =>
    [
      { max: wide, perMs: 60_000 },
      { max: narrow, perMs: 7_000 },
      { max: wide + narrow, perMs: 600_000 },
    ].filter((_, at) => used.includes(at)),
  )
/** Calls, passing time and refunds in any order. */
export const schedule: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('take' as const), windows: windowsOfACall }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('advance' as const),
        ms: fc.oneof(fc.constantFrom(1, 6_999, 7_000, 59_999, 60_000), fc.integer({ min: 1, max: 90_000 })),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('refund' as const), which: fc.nat() }) },
  ),
  { minLength: 10, maxLength: 60 },
)

/** Runs the schedule and compares every verdict and every wait with the model's. */
export async function agreesWithModel(
  limiter: RateLimiter,
  clock: ReturnType<typeof createClock>,
  steps: Step[],
) {
  const key = randomUUID()
  const model = createModel()
  const takes: { at: number; accepted: Accepted }[] = []
  const everyLength = [{ max: 1_000, perMs: 600_000 }]
  for (const step of [{ kind: 'take' as const, windows: everyLength }, ...steps]) {
    if (step.kind === 'advance') clock.advance(step.ms)
    if (step.kind === 'take') {
      const result = await limiter.take(key, step.windows)
      const expectedWaitMs = model.take(clock.read(), step.windows)
      expect(result.accepted ? 0 : result.retryAfterMs).toBe(expectedWaitMs)
      if (result.accepted) takes.push({ at: clock.read(), accepted: result })
    }
    if (step.kind === 'refund' && takes.length > 0) {
      const [take] = takes.splice(step.which % takes.length, 1)
      await take?.accepted.refund()
      model.accepted.splice(model.accepted.indexOf(take?.at ?? 0), 1)
    }
  }
}
