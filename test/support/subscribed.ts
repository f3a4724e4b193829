import { expect, vi } from 'vitest'
import type { Client } from './client.ts'
import type { Recorder } from './recorder.ts'

/** Says "Begin" until each of the recorders has received an event, so that none of them misses what follows. */
export async function untilSubscribed(author: Client, conversationId: string, recorders: Recorder[]) {
  const saysBegin = async () => {
    await author.say({ conversationId }, 'Begin')
    for (const { events } of recorders) expect(events.length).toBeGreaterThan(0)
  }
  await vi.waitFor(saysBegin, { interval: 1_000, timeout: 30_000 })
}
