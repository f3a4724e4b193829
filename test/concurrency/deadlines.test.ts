import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { createDeadlines } from '../../src/concurrency/deadlines.ts'

const TICK_MS = 100

describe('deadlines that share timers', () => {
  it('come in their order and never early, each once', async () => {
    const deadlines = createDeadlines(TICK_MS)
    const passed: { name: string; early: boolean }[] = []
    for (const [name, inMs] of Object.entries({ third: 450, first: 20, second: 230 })) {
      const atMs = Date.now() + inMs
      deadlines.add(atMs, { due: () => passed.push({ name, early: Date.now() < atMs - 1 }) })
    }
    await vi.waitFor(() => expect(passed).toHaveLength(3), { timeout: 10_000 })
    await delay(2 * TICK_MS)
    expect(passed).toEqual(['first', 'second', 'third'].map((name) => ({ name, early: false })))
  })

  it('do not come once they are deleted, while others of the same tick do', async () => {
    const deadlines = createDeadlines(TICK_MS)
    const passed: string[] = []
    const atMs = Date.now() + TICK_MS
    const deleted = { due: () => passed.push('deleted') }
    deadlines.add(atMs, deleted)
    deadlines.add(atMs, { due: () => passed.push('kept') })
    deadlines.delete(atMs, deleted)
    deadlines.delete(atMs, deleted)
    await vi.waitFor(() => expect(passed).toHaveLength(1), { timeout: 10_000 })
    await delay(2 * TICK_MS)
    expect(passed).toEqual(['kept'])
  })

  it('may be months away, which no single timer can wait for', async () => {
    const deadlines = createDeadlines(TICK_MS)
    let isDue = false
    deadlines.add(Date.now() + 90 * 24 * 3_600_000, {
      due: () => {
        isDue = true
      },
    })
    await delay(5 * TICK_MS)
    expect(isDue).toBe(false)
  })
})
