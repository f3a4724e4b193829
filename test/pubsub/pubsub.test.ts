import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import pino from 'pino'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { createNotifications } from '../../src/pubsub/create-notifications.ts'
import type { Notifications } from '../../src/pubsub/notifications.ts'
import { createNode, hear, settle } from '../support/notifications.ts'
import { sharedRedisForTests } from '../support/redis.ts'
import { failOnUnhandledRejections } from '../support/unhandled-rejections.ts'

const SOON = { interval: 20, timeout: 30_000 }

const server = await sharedRedisForTests()
afterAll(() => server?.dispose())
failOnUnhandledRejections()

function createInProcess(): Promise<Notifications> {
  return Promise.resolve(createNotifications({ log: pino({ level: 'silent' }) }))
}

async function createThroughRedis(): Promise<Notifications> {
  return (await createNode(server?.url ?? '')).notifications
}

describe.each([
  { name: 'within the process', create: createInProcess, available: true },
  { name: 'through Redis', create: createThroughRedis, available: server !== undefined },
])('notifications $name', ({ create, available }) => {
  const test = it.skipIf(!available)

  test('reach every listener of their channel in order, and no other', async () => {
    const notifications = await create()
    const listeners = [await hear(notifications, 'a'), await hear(notifications, 'a')]
    const other = await hear(notifications, 'b')
    const payloads = Array.from({ length: 500 }, (_, at) => `{"at":${at}}`)
    await Promise.all(payloads.map((payload) => notifications.publish('a', payload)))
    await settle(notifications)
    for (const { heard } of listeners) expect(heard).toEqual(payloads)
    expect(other.heard).toEqual([])
  })

  test('carry any text unchanged', async () => {
    const notifications = await create()
    const { heard } = await hear(notifications, 'a')
    const payloads = ['', '"quoted"', '42', 'null', 'é 東京 🦊', 'line\r\nline', '{"ids":[1]}']
    for (const payload of payloads) await notifications.publish('a', payload)
    await settle(notifications)
    expect(heard).toEqual(payloads)
  })

  test('never arrive within the turn of the publisher', async () => {
    const notifications = await create()
    const { heard } = await hear(notifications, 'a')
    const published = notifications.publish('a', 'x')
    expect(heard).toEqual([])
    await published
    await vi.waitFor(() => expect(heard).toEqual(['x']), SOON)
  })

  test('go on for the others when one listener leaves, and stop for the one at once', async () => {
    const notifications = await create()
    const [stays, leaves] = [await hear(notifications, 'a'), await hear(notifications, 'a')]
    await notifications.publish('a', 'before')
    await settle(notifications)
    leaves.unsubscribe()
    leaves.unsubscribe()
    await notifications.publish('a', 'after')
    await settle(notifications)
    expect(stays.heard).toEqual(['before', 'after'])
    expect(leaves.heard).toEqual(['before'])
  })

  test('are heard by a listener that comes as the last one leaves', async () => {
    const notifications = await create()
    for (let round = 0; round < 20; round += 1) {
      const first = await hear(notifications, 'a')
      first.unsubscribe()
      const second = await hear(notifications, 'a')
      await notifications.publish('a', 'x')
      await settle(notifications)
      expect(second.heard).toEqual(['x'])
      second.unsubscribe()
    }
  })

  test('reach the others when one listener throws', async () => {
    const notifications = await create()
    await notifications.subscribe('a', () => {
      throw new Error('a broken listener')
    })
    const { heard } = await hear(notifications, 'a')
    await notifications.publish('a', 'x')
    await notifications.publish('a', 'y')
    await settle(notifications)
    expect(heard).toEqual(['x', 'y'])
  })

  test('end with close', async () => {
    const notifications = await create()
    const { heard, unsubscribe } = await hear(notifications, 'a')
    await notifications.close()
    await notifications.publish('a', 'x')
    const late = await hear(notifications, 'a')
    late.unsubscribe()
    unsubscribe()
    expect([...heard, ...late.heard]).toEqual([])
  })

  test('reach all subscribers, whatever the order of subscribing, leaving and publishing', async () => {
    const notifications = await create()
    const step = fc.record({
      kind: fc.constantFrom('come', 'go', 'publish', 'publish'),
      channel: fc.constantFrom('a', 'b', 'c'),
      which: fc.nat(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const run = randomUUID()
        const present: (Awaited<ReturnType<typeof hear>> & { channel: string; expected: string[] })[] = []
        const everybody: typeof present = []
        for (const [at, { kind, channel, which }] of steps.entries()) {
          if (kind === 'come') {
            const listener = { ...(await hear(notifications, run + channel)), channel, expected: [] }
            present.push(listener)
            everybody.push(listener)
          }
          if (kind === 'go' && present.length > 0) present.splice(which % present.length, 1)[0]?.unsubscribe()
          if (kind !== 'publish') continue
          await notifications.publish(run + channel, `${at}`)
          await settle(notifications)
          for (const listener of present) if (listener.channel === channel) listener.expected.push(`${at}`)
        }
        for (const { heard, expected } of everybody) expect(heard).toEqual(expected)
        for (const { unsubscribe } of present) unsubscribe()
      }),
      { numRuns: 40 },
    )
  })
})

describe.skipIf(!server)('notifications through Redis', () => {
  it('reach the other processes of the deployment, and not another deployment', async () => {
    const url = server?.url ?? ''
    const one = await createNode(url)
    const [same, foreign] = [
      await createNode(url, { channelPrefix: one.channelPrefix }),
      await createNode(url),
    ]
    const [near, far, stranger] = await Promise.all(
      [one, same, foreign].map(({ notifications }) => hear(notifications, 'a')),
    )
    await one.notifications.publish('a', 'x')
    await Promise.all([one, same, foreign].map(({ notifications }) => settle(notifications)))
    expect([near?.heard, far?.heard, stranger?.heard]).toEqual([['x'], ['x'], []])
  })

  it('cost one subscription a channel, and none once nobody listens', async () => {
    const node = await createNode(server?.url ?? '')
    const { notifications, redis, channelPrefix } = node
    const count = async () => (await redis.commands.pubsub('NUMSUB', `${channelPrefix}a`))[1]
    const listeners = await Promise.all([
      hear(notifications, 'a'),
      hear(notifications, 'a'),
      hear(notifications, 'a'),
    ])
    expect(await count()).toBe(1)
    for (const { unsubscribe } of listeners) unsubscribe()
    await vi.waitFor(async () => expect(await count()).toBe(0), SOON)
    expect(node.gaps).toBe(0)
  })
})
