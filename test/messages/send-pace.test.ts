import { describe, expect, it } from 'vitest'
import { createSendPace } from '../../src/messages/send-pace.ts'

describe('the next batch of sends', () => {
  it('goes at once while few messages come', () => {
    const pace = createSendPace(() => 1_000)
    expect(pace.dueInMs(1, 1_000, 0)).toBe(0)
    pace.began(1)
    expect(pace.dueInMs(1, 1_000, 0)).toBe(0)
  })

  it('gathers for some milliseconds after a batch of many, but not for more once there are enough', () => {
    let now = 1_000
    const pace = createSendPace(() => now)
    pace.began(10)
    expect(pace.dueInMs(3, 1_000, 0)).toBe(2)
    expect(pace.dueInMs(20, 1_000, 0)).toBe(0)
    now = 1_001
    expect(pace.dueInMs(3, 1_000, 0)).toBe(1)
    now = 1_003
    expect(pace.dueInMs(3, 1_000, 0)).toBe(0)
    pace.began(1)
    expect(pace.dueInMs(3, 1_003, 0)).toBe(0)
  })

  it('waits for the one under way, but not for long, and not once there are enough', () => {
    let now = 1_000
    const pace = createSendPace(() => now)
    expect(pace.dueInMs(1, 1_000, 1)).toBe(20)
    expect(pace.dueInMs(19, 1_000, 1)).toBe(20)
    expect(pace.dueInMs(20, 1_000, 1)).toBe(0)
    now = 1_020
    expect(pace.dueInMs(1, 1_000, 1)).toBe(0)
  })
})
