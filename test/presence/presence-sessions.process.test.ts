import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { beat, openDevice, presenceOf, watchPresence } from '../support/presence.ts'
import { redisForTests } from '../support/redis.ts'
import { forgetAll, freezeFor } from './presence-faults.ts'

const SECOND = 1_000
const SOON = { interval: 50, timeout: 30_000 }

const redis = await redisForTests()
afterAll(() => redis?.dispose())

describe.skipIf(!redis)('a heartbeat over HTTP of a session with sockets at two servers', () => {
  const clock = { ms: Date.now() }
  let one: TestApp
  let two: TestApp
  let acme: TestCompany<'alice' | 'bob' | 'dave'>
  beforeAll(async () => {
    const presenceClock = () => clock.ms
    one = await startApp({ redisUrl: redis?.url ?? '', presenceClock })
    two = await startApp({ beside: one, presenceClock })
    for (const { application } of [one, two]) await application.redis?.whenReady(30_000)
  })
  afterAll(async () => {
    await two[Symbol.asyncDispose]()
    await one[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    acme = await one.company('Acme', { alice: 'owner', bob: 'member', dave: 'member' })
  })

  const there = (client: Client) => client.at(two.url)

  /** A socket that is open as far as its server is concerned, and says no more than that. */
  async function openSocket(client: Client) {
    const device = openDevice(client)
    await device.beat('OFFLINE')
    return device
  }

  /** Waits until so many servers say that they have a socket of bob's session. */
  async function heldBy(servers: number): Promise<void> {
    const client = new Redis(redis?.url ?? '')
    const key = `colloquy:presence:2:${acme.companyUuid}:${acme.bob.uuid}`
    await vi.waitFor(async () => {
      const fields = await client.hkeys(key)
      expect(fields.filter((field) => field.startsWith('socket:'))).toHaveLength(servers)
    }, SOON)
    client.disconnect()
  }

  /** The socket at the other server of somebody who is there, and has closed the one here. */
  async function leftOpenElsewhere(client: Client) {
    const here = await openSocket(client)
    const other = await openSocket(there(client))
    await beat(client, 'ONLINE')
    await heldBy(2)
    await here[Symbol.asyncDispose]()
    await heldBy(1)
    return other
  }

  /** Waits until the servers have no socket any more. */
  const allClosed = () =>
    vi.waitFor(async () => {
      expect(await (await fetch(`${one.url}/metrics`)).text()).toContain('colloquy_open_sockets 0\n')
    }, SOON)

  it('holds while one is open at either of them', async () => {
    const { alice, bob } = acme
    await using _other = await leftOpenElsewhere(bob)
    clock.ms += 10 * SECOND
    expect(await presenceOf(alice, [bob])).toEqual(['ONLINE'])
    expect(await presenceOf(there(alice), [bob])).toEqual(['ONLINE'])
  })

  it.each([0, 6])(
    'holds though Redis forgets it %i seconds after who tells it again saw it end',
    async (seconds) => {
      const { alice, bob } = acme
      await using _other = await leftOpenElsewhere(bob)
      clock.ms += seconds * SECOND
      if (redis) await forgetAll(redis)
      await heldBy(1)
      await vi.waitFor(async () => expect(await presenceOf(alice, [bob])).toEqual(['ONLINE']), SOON)
      clock.ms += 10 * SECOND
      expect(await presenceOf(alice, [bob])).toEqual(['ONLINE'])
    },
  )

  it('ends with the last one, though another closed while Redis was away', async () => {
    const { alice, bob } = acme
    const here = await openSocket(bob)
    const other = await openSocket(there(bob))
    await heldBy(2)
    if (redis) await freezeFor(redis, [one, two], () => here[Symbol.asyncDispose]())
    await heldBy(1)
    await beat(there(bob), 'ONLINE')
    await other[Symbol.asyncDispose]()
    await heldBy(0)
    clock.ms += 10 * SECOND
    expect(await presenceOf(alice, [bob])).toEqual(['OFFLINE'])
  })

  it('ends although a server without a socket received it, and that server writes it again', async () => {
    const { alice, bob, dave } = acme
    const other = await openSocket(there(bob))
    await beat(bob, 'ONLINE')
    await other[Symbol.asyncDispose]()
    await heldBy(0)
    clock.ms += 6 * SECOND
    expect(await presenceOf(alice, [bob])).toEqual(['OFFLINE'])
    if (redis) await freezeFor(redis, [one, two], async () => void (await beat(dave, 'ONLINE')))
    await vi.waitFor(async () => expect(await presenceOf(there(alice), [dave])).toEqual(['ONLINE']), SOON)
    expect(await presenceOf(there(alice), [bob])).toEqual(['OFFLINE'])
  })

  it('continues for a person with a heartbeat after a socket that closed while Redis was away', async () => {
    const { alice, bob } = acme
    const here = await openSocket(bob)
    await heldBy(1)
    if (redis) {
      await freezeFor(redis, [one, two], async () => {
        await here[Symbol.asyncDispose]()
        await allClosed()
        clock.ms += 10 * SECOND
        await beat(there(bob), 'ONLINE')
      })
    }
    await heldBy(0)
    await vi.waitFor(async () => expect(await presenceOf(alice, [bob])).toEqual(['ONLINE']), SOON)
    clock.ms += 10 * SECOND
    expect(await presenceOf(alice, [bob])).toEqual(['ONLINE'])
  })

  it('goes on where the last one comes back at the other, and ends with that', async () => {
    const { alice, bob } = acme
    const here = await openSocket(bob)
    await beat(bob, 'ONLINE')
    await here[Symbol.asyncDispose]()
    await heldBy(0)
    clock.ms += 4 * SECOND
    const other = await openSocket(there(bob))
    clock.ms += 10 * SECOND
    expect(await presenceOf(alice, [bob])).toEqual(['ONLINE'])
    await other[Symbol.asyncDispose]()
    await heldBy(0)
    clock.ms += 5 * SECOND
    expect(await presenceOf(alice, [bob])).toEqual(['OFFLINE'])
  })

  it('continues for people of a server that stops, and ends with their last socket elsewhere', async () => {
    const { alice, bob } = acme
    const three = await startApp({ beside: one, presenceClock: () => clock.ms })
    await three.application.redis?.whenReady(30_000)
    const device = await openSocket(bob.at(three.url))
    await using watch = await watchPresence(alice, [bob])
    expect(await beat(bob.at(three.url), 'ONLINE')).toBe('ONLINE')
    await three[Symbol.asyncDispose]()
    await device[Symbol.asyncDispose]()
    await heldBy(0)
    // While stopping, the server writes the leaves that it has not yet written.
    await watch.count(1)
    clock.ms += 20 * SECOND
    expect(await presenceOf(alice, [bob])).toEqual(['ONLINE'])
    const elsewhere = await openSocket(there(bob))
    await elsewhere[Symbol.asyncDispose]()
    await heldBy(0)
    clock.ms += 5 * SECOND
    expect(await presenceOf(alice, [bob])).toEqual(['OFFLINE'])
  })
})
