import { randomUUID } from 'node:crypto'
import pino from 'pino'
import { expect, onTestFinished } from 'vitest'
import { createNotifications } from '../../src/pubsub/create-notifications.ts'
import type { Notifications, Unsubscribe } from '../../src/pubsub/notifications.ts'
import { connectRedis } from '../../src/redis/connection.ts'

/** One process's notifications through Redis for this test, with what it logged and how many gaps it reported. */
export async function createNode(
  url: string,
  { channelPrefix = `${randomUUID()}:`, waitForRedis = true } = {},
) {
  const lines: { level: number; msg: string }[] = []
  const redis = connectRedis(url, pino({ level: 'silent' }))
  if (waitForRedis) expect(await redis.whenReady(30_000)).toBe(true)
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(JSON.parse(line)) })
  const notifications = createNotifications({ log, redis, channelPrefix })
  const node = { redis, notifications, lines, channelPrefix, gaps: 0 }
  notifications.onGap(() => {
    node.gaps += 1
  })
  onTestFinished(async () => {
    await notifications.close()
    await redis.close()
  })
  return node
}

/** Subscribes and keeps what was heard. */
export async function hear(notifications: Notifications, channel: string) {
  const heard: string[] = []
  const unsubscribe = await notifications.subscribe(channel, (payload) => void heard.push(payload))
  return { heard, unsubscribe }
}

/** Resolves when everything published before has been delivered: all channels share one ordered connection. */
export async function settle(notifications: Notifications): Promise<void> {
  const channel = randomUUID()
  let leave: Unsubscribe = () => {}
  const arrived = new Promise<string>((resolve) => {
    void notifications.subscribe(channel, resolve).then((unsubscribe) => {
      leave = unsubscribe
      return notifications.publish(channel, 'done')
    })
  })
  await arrived
  leave()
}
