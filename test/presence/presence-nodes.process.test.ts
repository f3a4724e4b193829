import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { newId } from '../../src/ids.ts'
import { createSocketDevices } from '../../src/presence/device.ts'
import { presenceStream } from '../../src/presence/queries/presence-stream.ts'
import type { PresenceStatus } from '../../src/presence/status.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { addressOf, onlyPath } from '../support/colloquy.ts'
import { contextOf } from '../support/context.ts'
import { beat, openDevice, presenceOf, told, watchPresence } from '../support/presence.ts'
import { redisForTests } from '../support/redis.ts'
import { bundleProgram, type Program } from '../support/server-process.ts'
import { failOnUnhandledRejections } from '../support/unhandled-rejections.ts'

const SECOND = 1_000
const WARN = 40
const SOON = { interval: 50, timeout: 30_000 }

const redis = await redisForTests()
afterAll(() => redis?.dispose())
failOnUnhandledRejections()

describe.skipIf(!redis)('presence shared by two servers through Redis', { timeout: 90_000 }, () => {
  /** This server's clock goes ahead by as much as a test wants. */
  const ahead = { ms: 0 }
  let app: TestApp
  let program: Program
  let acme: TestCompany<'alice' | 'bob' | 'carol'>
  beforeAll(async () => {
    app = await startApp({ redisUrl: redis?.url ?? '', presenceClock: () => Date.now() + ahead.ms })
    await app.application.redis?.whenReady(30_000)
    program = await bundleProgram('src/main.ts')
  })
  afterAll(async () => {
    await app[Symbol.asyncDispose]()
    await program.remove()
  })
  beforeEach(async () => {
    ahead.ms = 0
    app.logged.splice(0)
    acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member' })
  })

  async function startNode() {
    const { appUrl, ownerUrl, systemUrl } = app.database
    const server = program.start([], {
      env: {
        ...onlyPath(),
        PORT: '0',
        DATA_DIR: app.environment.dataDirectory,
        DATABASE_URL: appUrl,
        DATABASE_OWNER_URL: ownerUrl,
        DATABASE_SYSTEM_URL: systemUrl,
        REDIS_URL: redis?.url ?? '',
      },
    })
    return { url: await addressOf(server), end: server.end }
  }

  const metric = async () => {
    const text = await (await fetch(`${app.url}/metrics`)).text()
    return text.split('\n').find((line) => line.startsWith('colloquy_presence_fallback '))
  }
  const warnings = () =>
    app.logged.filter(({ level, msg }) => level === WARN && String(msg).startsWith('presence'))

  it('merges devices of both, and tells of changes at both', async () => {
    const { alice, bob } = acme
    const node = await startNode()
    const there = (client: Client) => client.at(node.url)
    await using here = await watchPresence(alice, [bob])
    await using away = await watchPresence(there(alice), [bob])
    await using device = openDevice(there(bob))
    expect(await device.beat('ONLINE')).toBe('ONLINE')
    for (const watch of [here, away]) await watch.count(1)
    expect(await beat(bob, 'AWAY')).toBe('ONLINE')
    expect(await presenceOf(alice, [bob])).toEqual(['ONLINE'])
    expect(await device.beat('OFFLINE')).toBe('AWAY')
    expect(await presenceOf(there(alice), [bob])).toEqual(['AWAY'])
    for (const watch of [here, away]) {
      await watch.count(2)
      expect(told(watch).map(([, status]) => status)).toEqual(['ONLINE', 'AWAY'])
    }
    await node.end('SIGTERM')
  })

  it('tells of 10,000 people who come at once in few messages, and of nobody who is back at once', async () => {
    const { alice, companyUuid } = acme
    const watched = await thousandPeople()
    const people = [...watched, ...Array.from({ length: 9_000 }, newId)]
    const stalled = await presenceStream(await contextOf(app, companyUuid, alice), watched)
    await using messages = await listenTo(`colloquy:live:ephemeral:${companyUuid}`)
    const before = Date.now()
    for (const status of ['ONLINE', 'AWAY', 'ONLINE'] as const) await allBeat(people, status)
    const ticks = Math.ceil((Date.now() - before) / 100) + 1
    await vi.waitFor(() => expect(messages.latest().size).toBe(people.length), SOON)
    await vi.waitFor(() => expect(new Set(messages.latest().values())).toEqual(new Set(['ONLINE'])), SOON)
    expect(messages.heard.length).toBeLessThanOrEqual(ticks * 20)

    const seen = new Set<string>()
    for (const _ of watched) seen.add((await stalled.next()).value?.userId ?? '')
    expect(seen.size).toBe(watched.length)
    await stalled.return?.()

    const told = messages.heard.length
    const { presence } = app.application.services
    for (const userId of watched) {
      presence.leave({ companyId: companyUuid, userId }, { deviceId: 'device', graceMs: 30 * SECOND })
    }
    await allBeat(watched, 'ONLINE')
    await beat(alice, 'ONLINE')
    await vi.waitFor(() => expect(messages.latest().get(alice.uuid)).toBe('ONLINE'), SOON)
    expect(messages.heard.length).toBe(told + 1)
  })

  it('is heard of by nobody when 10,000 sockets close and come back at once, and Redis keeps up', async () => {
    const { alice, companyUuid: companyId } = acme
    const people = Array.from({ length: 10_000 }, () => ({ companyId, userId: newId() }))
    const { presence } = app.application.services
    const sockets = createSocketDevices(presence, () => 30 * SECOND)
    const connect = async () => {
      const opened = people.map((person) => sockets.open(person, `session of ${person.userId}`))
      await Promise.all(
        people.map((person, at) => presence.beat(person, opened[at]?.device.id ?? '', 'ONLINE')),
      )
      return opened
    }
    const opened = await connect()
    await using messages = await listenTo(`colloquy:live:ephemeral:${companyId}`)
    await beat(alice, 'ONLINE')
    await vi.waitFor(() => expect(messages.latest().get(alice.uuid)).toBe('ONLINE'), SOON)
    const told = messages.heard.length
    for (const { close } of opened) close()
    await connect()
    await beat(alice, 'AWAY')
    await vi.waitFor(() => expect(messages.latest().get(alice.uuid)).toBe('AWAY'), SOON)
    expect(messages.heard.length).toBe(told + 1)
    expect(warnings()).toEqual([])
  })

  async function thousandPeople(): Promise<string[]> {
    const members = Array.from({ length: 1_000 }, (_, at) => ({ externalId: `${at}`, name: `Person ${at}` }))
    await acme.alice.mutate('syncMembers', { members })
    const { user } = app.application.services.database.forSystem(acme.companyUuid).prisma
    const users = await user.findMany({
      where: { companyId: acme.companyUuid, name: { startsWith: 'Person' } },
    })
    return users.map(({ id }) => id)
  }

  async function allBeat(people: string[], status: PresenceStatus): Promise<void> {
    const { presence } = app.application.services
    for (let at = 0; at < people.length; at += 500) {
      const some = people.slice(at, at + 500)
      await Promise.all(
        some.map((userId) => presence.beat({ companyId: acme.companyUuid, userId }, 'device', status)),
      )
    }
  }

  /** Everything that goes over a channel of Redis. */
  async function listenTo(channel: string) {
    const subscriber = new Redis(redis?.url ?? '')
    const heard: { userId: string; status: string }[][] = []
    subscriber.on('message', (_channel, text) => heard.push(JSON.parse(text).message.states))
    await subscriber.subscribe(channel)
    return {
      heard,
      latest: () => new Map(heard.flat().map(({ userId, status }) => [userId, status])),
      [Symbol.asyncDispose]: async () => subscriber.disconnect(),
    }
  }

  it('ends by itself for the people of a server that is killed', async () => {
    const { alice, bob, carol } = acme
    const node = await startNode()
    await using watch = await watchPresence(alice, [bob, carol])
    await using socket = openDevice(bob.at(node.url))
    await socket.beat('ONLINE')
    await beat(carol.at(node.url), 'ONLINE')
    await watch.count(2)
    await node.end('SIGKILL')
    expect(await presenceOf(alice, [bob, carol])).toEqual(['ONLINE', 'ONLINE'])
    ahead.ms = 45 * SECOND
    await watch.count(4)
    expect(told(watch).slice(2)).toEqual(
      expect.arrayContaining([
        [bob.userId, 'OFFLINE'],
        [carol.userId, 'OFFLINE'],
      ]),
    )
    expect(await presenceOf(alice, [bob, carol])).toEqual(['OFFLINE', 'OFFLINE'])
  })

  it("is kept in the server's memory while Redis is away, which it says once, and comes back by itself", async () => {
    const { alice, bob, carol } = acme
    await using watch = await watchPresence(alice, [bob, carol])
    await beat(bob, 'ONLINE')
    await watch.count(1)
    expect(await metric()).toBe('colloquy_presence_fallback 0')
    await redis?.kill()
    expect(await presenceOf(alice, [bob])).toEqual(['ONLINE'])
    expect(await beat(carol, 'ONLINE')).toBe('ONLINE')
    await watch.count(2)
    expect(await metric()).toBe('colloquy_presence_fallback 1')
    expect(await beat(bob, 'AWAY')).toBe('AWAY')
    await watch.count(3)

    await redis?.restart()
    await vi.waitFor(async () => expect(await metric()).toBe('colloquy_presence_fallback 0'), SOON)
    expect(warnings()).toHaveLength(1)
    // Redis came back empty; what this server heard meanwhile still counts, and at another one too.
    const node = await startNode()
    await vi.waitFor(
      async () =>
        expect(await presenceOf(alice.at(node.url), [alice, bob, carol])).toEqual([
          'OFFLINE',
          'AWAY',
          'ONLINE',
        ]),
      SOON,
    )
    // Over HTTP one token is one device, whichever server it reaches.
    expect(await beat(carol.at(node.url), 'AWAY')).toBe('AWAY')
    expect(await beat(carol, 'OFFLINE')).toBe('OFFLINE')
    expect(told(watch).slice(0, 3)).toEqual([
      [bob.userId, 'ONLINE'],
      [carol.userId, 'ONLINE'],
      [bob.userId, 'AWAY'],
    ])
    await node.end('SIGTERM')
  })
})
