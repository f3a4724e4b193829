import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createNode, hear } from '../support/notifications.ts'
import { redisForTests } from '../support/redis.ts'
import { failOnUnhandledRejections } from '../support/unhandled-rejections.ts'

const WARN = 40
const SOON = { interval: 20, timeout: 30_000 }

const server = await redisForTests()
const url = server?.url ?? ''
afterAll(() => server?.dispose())
failOnUnhandledRejections()
beforeEach(() => server?.restart())
afterEach(() => server?.cont())

type Node = Awaited<ReturnType<typeof createNode>>

/** Publishes until it is heard, which shows that the subscription holds again. */
async function expectHeard(node: Node, channel: string, heard: string[]): Promise<void> {
  await vi.waitFor(async () => {
    await node.notifications.publish(channel, 'again')
    expect(heard).toContain('again')
  }, SOON)
}

describe.skipIf(!server)('notifications whose Redis fails', { timeout: 90_000 }, () => {
  it('report a gap after a reconnect, with thousands of subscriptions held again', async () => {
    const node = await createNode(url)
    const names = Array.from({ length: 2_500 }, (_, at) => `channel ${at}`)
    await Promise.all(names.map((name) => node.notifications.subscribe(name, () => {})))
    const held = async () => (await node.redis.commands.pubsub('CHANNELS', `${node.channelPrefix}*`)).length
    expect(await held()).toBe(2_500)
    await server?.restart()
    await vi.waitFor(() => expect(node.gaps).toBeGreaterThan(0), SOON)
    // Under load the link may break more than once, and each time a gap tells when all of them hold again.
    await vi.waitFor(async () => expect(await held()).toBe(2_500), SOON)
  })

  it('report no gap before the subscriptions hold again', async () => {
    const node = await createNode(url)
    const { heard } = await hear(node.notifications, 'a')
    const { commands } = node.redis
    // Redis now ends the link of every subscriber and refuses each new SUBSCRIBE.
    await commands.call('ACL', 'SETUSER', 'default', 'resetchannels')
    await vi.waitFor(async () => expect(await commands.call('ACL', 'LOG')).not.toEqual([]), SOON)
    expect(node.gaps).toBe(0)
    await commands.call('ACL', 'SETUSER', 'default', 'allchannels')
    await vi.waitFor(() => expect(node.gaps).toBe(1), SOON)
    await expectHeard(node, 'a', heard)
  })

  it('are heard again after every restart', async () => {
    const node = await createNode(url)
    for (let round = 1; round <= 3; round += 1) {
      const { heard, unsubscribe } = await hear(node.notifications, 'a')
      await server?.restart()
      await expectHeard(node, 'a', heard)
      unsubscribe()
      expect(node.gaps).toBeGreaterThanOrEqual(round)
    }
  })

  it('do not reject to the publisher, and say once that they are lost', async () => {
    const node = await createNode(url)
    await server?.kill()
    for (let at = 0; at < 20; at += 1) await node.notifications.publish('a', 'x')
    expect(node.lines.map(({ level }) => level)).toEqual([WARN])
    await vi.waitFor(() => expect(node.gaps).toBeGreaterThan(0), SOON)
    const gapsWhileDown = node.gaps
    await server?.restart()
    await vi.waitFor(async () => {
      await node.notifications.publish('a', 'x')
      expect(node.lines).toHaveLength(2)
    }, SOON)
    await vi.waitFor(() => expect(node.gaps).toBeGreaterThan(gapsWhileDown), SOON)
    for (let at = 0; at < 5; at += 1) await node.notifications.publish('a', 'x')
    expect(node.lines).toHaveLength(2)
  })

  it('are subscribed to in the background when Redis is away, and a gap tells when they hold', async () => {
    await server?.kill()
    const node = await createNode(url, { waitForRedis: false })
    const [one, other] = await Promise.all([hear(node.notifications, 'a'), hear(node.notifications, 'a')])
    expect(node.gaps).toBe(0)
    await server?.restart()
    await vi.waitFor(() => expect(node.gaps).toBeGreaterThan(0), SOON)
    await expectHeard(node, 'a', one.heard)
    await expectHeard(node, 'a', other.heard)
  })

  it('are given up quietly when the listener leaves while Redis is away', async () => {
    const node = await createNode(url)
    const early = await hear(node.notifications, 'a')
    await server?.kill()
    const late = await hear(node.notifications, 'b')
    early.unsubscribe()
    late.unsubscribe()
    const { heard } = await hear(node.notifications, 'c')
    await server?.restart()
    await expectHeard(node, 'c', heard)
    const left = () => node.redis.commands.pubsub('CHANNELS', `${node.channelPrefix}*`)
    await vi.waitFor(async () => expect(await left()).toEqual([`${node.channelPrefix}c`]), SOON)
  })

  it('survive coming and going while Redis hangs', async () => {
    const node = await createNode(url)
    server?.stop()
    const comings = Array.from({ length: 10 }, () => hear(node.notifications, 'a'))
    for (const { unsubscribe } of (await Promise.all(comings)).slice(1)) unsubscribe()
    const first = await comings[0]
    server?.cont()
    await expectHeard(node, 'a', first?.heard ?? [])
    first?.unsubscribe()
    const count = async () => (await node.redis.commands.pubsub('NUMSUB', `${node.channelPrefix}a`))[1]
    await vi.waitFor(async () => expect(await count()).toBe(0), SOON)
  })

  it('keep trying when Redis refuses the subscription', async () => {
    const node = await createNode(url)
    await node.redis.commands.call('ACL', 'SETUSER', 'default', 'resetchannels')
    const { heard } = await hear(node.notifications, 'a')
    await node.redis.commands.call('ACL', 'SETUSER', 'default', 'allchannels')
    await vi.waitFor(() => expect(node.gaps).toBeGreaterThan(0), SOON)
    await expectHeard(node, 'a', heard)
  })

  it('can be closed while Redis is away', async () => {
    const node = await createNode(url)
    const { unsubscribe } = await hear(node.notifications, 'a')
    await server?.kill()
    const pending = node.notifications.subscribe('b', () => {})
    await node.notifications.close()
    ;(await pending)()
    unsubscribe()
    await node.redis.close()
    expect(node.redis.status().ready).toBe(false)
  })
})
