import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import pino from 'pino'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { createWakeUps } from '../src/live/pubsub/create-wake-ups.ts'
import type { WakeUps } from '../src/live/pubsub/wake-ups.ts'
import { sharedRedisForTests } from './support/redis.ts'
import { failOnUnhandledRejections } from './support/unhandled-rejections.ts'
import { createNode, hear, settle } from './support/wake-ups.ts'

const SOON = { interval: 20, timeout: 15_000 }

const server = await sharedRedisForTests()
afterAll(() => server?.dispose())
failOnUnhandledRejections()

function createInProcess(): Promise<WakeUps> {
  return Promise.resolve(createWakeUps({ log: pino({ level: 'silent' }) }))
}

async function createThroughRedis(): Promise<WakeUps> {
  return (await createNode(server?.url ?? '')).wakeUps
}

describe.each([
  { name: 'within the process', create: createInProcess, available: true },
  { name: 'through Redis', create: createThroughRedis, available: server !== undefined },
])('wake-ups $name', ({ create, available }) => {
  const test = it.skipIf(!available)

  test('reach every listener of their channel in order, and no other', async () => {
    const wakeUps = await create()
    const listeners = [await hear(wakeUps, 'a'), await hear(wakeUps, 'a')]
    const other = await hear(wakeUps, 'b')
    const payloads = Array.from({ length: 500 }, (_, at) => `{"at":${at}}`)
    await Promise.all(payloads.map((payload) => wakeUps.publish('a', payload)))
    await settle(wakeUps)
    for (const { heard } of listeners) expect(heard).toEqual(payloads)
    expect(other.heard).toEqual([])
  })

  test('carry any text unchanged', async () => {
    const wakeUps = await create()
    const { heard } = await hear(wakeUps, 'a')
    const payloads = ['', '"quoted"', '42', 'null', 'é 東京 🦊', 'line\r\nline', '{"ids":[1]}']
    for (const payload of payloads) await wakeUps.publish('a', payload)
    await settle(wakeUps)
    expect(heard).toEqual(payloads)
  })

  test('never arrive within the turn of the publisher', async () => {
    const wakeUps = await create()
    const { heard } = await hear(wakeUps, 'a')
    const published = wakeUps.publish('a', 'x')
    expect(heard).toEqual([])
    await published
    await vi.waitFor(() => expect(heard).toEqual(['x']), SOON)
  })

  test('go on for the others when one listener leaves, and stop for the one at once', async () => {
    const wakeUps = await create()
    const [stays, leaves] = [await hear(wakeUps, 'a'), await hear(wakeUps, 'a')]
    await wakeUps.publish('a', 'before')
    await settle(wakeUps)
    leaves.unsubscribe()
    leaves.unsubscribe()
    await wakeUps.publish('a', 'after')
    await settle(wakeUps)
    expect(stays.heard).toEqual(['before', 'after'])
    expect(leaves.heard).toEqual(['before'])
  })

  test('are heard by a listener that comes as the last one leaves', async () => {
    const wakeUps = await create()
    for (let round = 0; round < 20; round += 1) {
      const first = await hear(wakeUps, 'a')
      first.unsubscribe()
      const second = await hear(wakeUps, 'a')
      await wakeUps.publish('a', 'x')
      await settle(wakeUps)
      expect(second.heard).toEqual(['x'])
      second.unsubscribe()
    }
  })

  test('reach the others when one listener throws', async () => {
    const wakeUps = await create()
    await wakeUps.subscribe('a', () => {
      throw new Error('a broken listener')
    })
    const { heard } = await hear(wakeUps, 'a')
    await wakeUps.publish('a', 'x')
    await wakeUps.publish('a', 'y')
    await settle(wakeUps)
    expect(heard).toEqual(['x', 'y'])
  })

  test('end with close', async () => {
    const wakeUps = await create()
    const { heard, unsubscribe } = await hear(wakeUps, 'a')
    await wakeUps.close()
    await wakeUps.publish('a', 'x')
    const late = await hear(wakeUps, 'a')
    late.unsubscribe()
    unsubscribe()
    expect([...heard, ...late.heard]).toEqual([])
  })

  test('reach whoever is subscribed, over any order of coming, going and publishing', async () => {
    const wakeUps = await create()
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
            const listener = { ...(await hear(wakeUps, run + channel)), channel, expected: [] }
            present.push(listener)
            everybody.push(listener)
          }
          if (kind === 'go' && present.length > 0) present.splice(which % present.length, 1)[0]?.unsubscribe()
          if (kind !== 'publish') continue
          await wakeUps.publish(run + channel, `${at}`)
          await settle(wakeUps)
          for (const listener of present) if (listener.channel === channel) listener.expected.push(`${at}`)
        }
        for (const { heard, expected } of everybody) expect(heard).toEqual(expected)
        for (const { unsubscribe } of present) unsubscribe()
      }),
      { numRuns: 40 },
    )
  })
})

describe.skipIf(!server)('wake-ups through Redis', () => {
  it('reach the other processes of the deployment, and not another deployment', async () => {
    const url = server?.url ?? ''
    const one = await createNode(url)
    const [same, foreign] = [
      await createNode(url, { channelPrefix: one.channelPrefix }),
      await createNode(url),
    ]
    const [near, far, stranger] = await Promise.all(
      [one, same, foreign].map(({ wakeUps }) => hear(wakeUps, 'a')),
    )
    await one.wakeUps.publish('a', 'x')
    await Promise.all([one, same, foreign].map(({ wakeUps }) => settle(wakeUps)))
    expect([near?.heard, far?.heard, stranger?.heard]).toEqual([['x'], ['x'], []])
  })

  it('cost one subscription a channel, and none once nobody listens', async () => {
    const node = await createNode(server?.url ?? '')
    const { wakeUps, redis, channelPrefix } = node
    const count = async () => (await redis.commands.pubsub('NUMSUB', `${channelPrefix}a`))[1]
    const listeners = await Promise.all([hear(wakeUps, 'a'), hear(wakeUps, 'a'), hear(wakeUps, 'a')])
    expect(await count()).toBe(1)
    for (const { unsubscribe } of listeners) unsubscribe()
    await vi.waitFor(async () => expect(await count()).toBe(0), SOON)
    expect(node.gaps).toBe(0)
  })
})
