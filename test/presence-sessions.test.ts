import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startApp, type TestApp, type TestCompany } from './support/app.ts'
import type { Client } from './support/client.ts'
import { beat, openDevice, presenceOf } from './support/presence.ts'
import { redisForTests } from './support/redis.ts'

const SECOND = 1_000
const SOON = { interval: 50, timeout: 10_000 }

const redis = await redisForTests()
afterAll(() => redis?.dispose())

describe.skipIf(!redis)('what a session says over HTTP, with its sockets at two servers,', () => {
  const clock = { ms: Date.now() }
  let one: TestApp
  let two: TestApp
  let acme: TestCompany<'alice' | 'bob'>
  beforeAll(async () => {
    const presenceClock = () => clock.ms
    one = await startApp({ redisUrl: redis?.url ?? '', presenceClock })
    two = await startApp({ beside: one, presenceClock })
    for (const { application } of [one, two]) await application.redis?.whenReady(10_000)
  })
  afterAll(async () => {
    await two[Symbol.asyncDispose]()
    await one[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    acme = await one.company('Acme', { alice: 'owner', bob: 'member' })
  })

  const there = (client: Client) => client.at(two.url)

  /** A socket that is open as far as its server is concerned, and says no more than that. */
  async function openSocket(client: Client) {
    const device = openDevice(client)
    await device.beat('OFFLINE')
    return device
  }

  /** Waits until the two servers, which count together, have so many sockets left. */
  const socketsLeft = (count: number) =>
    vi.waitFor(async () => {
      const text = await (await fetch(`${one.url}/metrics`)).text()
      expect(/^colloquy_live_subscriptions (\d+)/m.exec(text)?.[1]).toBe(`${count}`)
    }, SOON)

  it('holds while one is open at either of them', async () => {
    const { alice, bob } = acme
    const here = await openSocket(bob)
    await using _other = await openSocket(there(bob))
    await beat(bob, 'ONLINE')
    await here[Symbol.asyncDispose]()
    await socketsLeft(1)
    clock.ms += 10 * SECOND
    expect(await presenceOf(alice, [bob])).toEqual(['ONLINE'])
    expect(await presenceOf(there(alice), [bob])).toEqual(['ONLINE'])
  })

  it('goes on where the last one comes back at the other, and ends with that', async () => {
    const { alice, bob } = acme
    const here = await openSocket(bob)
    await beat(bob, 'ONLINE')
    await here[Symbol.asyncDispose]()
    await socketsLeft(0)
    clock.ms += 4 * SECOND
    const other = await openSocket(there(bob))
    clock.ms += 10 * SECOND
    expect(await presenceOf(alice, [bob])).toEqual(['ONLINE'])
    await other[Symbol.asyncDispose]()
    await socketsLeft(0)
    clock.ms += 5 * SECOND
    expect(await presenceOf(alice, [bob])).toEqual(['OFFLINE'])
  })
})
