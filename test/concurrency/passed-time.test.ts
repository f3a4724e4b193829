import { expect, it } from 'vitest'
import { createPassedTime } from '../../src/concurrency/passed-time.ts'

function clock() {
  const at = { monotonic: 1_000, wall: 50_000 }
  const passed = createPassedTime(
    () => at.monotonic,
    () => at.wall,
  )
  const go = (monotonic: number, wall: number) => {
    at.monotonic += monotonic
    at.wall += wall
    return passed()
  }
  return go
}

it('time passes with both clocks', () => {
  const go = clock()
  expect(go(0, 0)).toBe(0)
  expect(go(10, 10)).toBe(10)
  expect(go(5, 5)).toBe(15)
})

it('time passes while the host is suspended, when the monotonic clock stands still', () => {
  const go = clock()
  expect(go(1, 60_001)).toBe(60_001)
})

it('time never goes back when the wall clock is set back, and goes on meanwhile', () => {
  const go = clock()
  go(10, 10)
  expect(go(7, -3_600_000)).toBe(17)
  expect(go(3, 3)).toBe(20)
})
