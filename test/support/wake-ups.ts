import { randomUUID } from 'node:crypto'
import pino from 'pino'
import { expect, onTestFinished } from 'vitest'
import { createWakeUps } from '../../src/live/pubsub/create-wake-ups.ts'
import type { Unsubscribe, WakeUps } from '../../src/live/pubsub/wake-ups.ts'
import { connectRedis } from '../../src/redis/connection.ts'

/** One process's wake-ups through Redis for this test, with what it logged and how many gaps it reported. */
export async function createNode(
  url: string,
  { channelPrefix = `${randomUUID()}:`, waitForRedis = true } = {},
) {
  const lines: { level: number; msg: string }[] = []
  const redis = connectRedis(url, pino({ level: 'silent' }))
  if (waitForRedis) expect(await redis.whenReady(10_000)).toBe(true)
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(JSON.parse(line)) })
  const wakeUps = createWakeUps({ log, redis, channelPrefix })
  const node = { redis, wakeUps, lines, channelPrefix, gaps: 0 }
  wakeUps.onGap(() => {
    node.gaps += 1
  })
  onTestFinished(async () => {
    await wakeUps.close()
    await redis.close()
  })
  return node
}

/** Subscribes and keeps what was heard. */
export async function hear(wakeUps: WakeUps, channel: string) {
  const heard: string[] = []
  const unsubscribe = await wakeUps.subscribe(channel, (payload) => void heard.push(payload))
  return { heard, unsubscribe }
}

/** Resolves when everything published before has been delivered: channels share one ordered link. */
export async function settle(wakeUps: WakeUps): Promise<void> {
  const channel = randomUUID()
  let leave: Unsubscribe = () => {}
  const arrived = new Promise<string>((resolve) => {
    void wakeUps.subscribe(channel, resolve).then((unsubscribe) => {
      leave = unsubscribe
      return wakeUps.publish(channel, 'done')
    })
  })
  await arrived
  leave()
}
