import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PresenceState } from '../../src/presence/status.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { beat, openDevice, presenceOf, told, watchPresence } from '../support/presence.ts'
import { redisForTests } from '../support/redis.ts'
import { failOnUnhandledRejections } from '../support/unhandled-rejections.ts'
import { forgetAll, freezeFor } from './presence-faults.ts'

const SOON = { interval: 50, timeout: 30_000 }

const redis = await redisForTests()
afterAll(() => redis?.dispose())
failOnUnhandledRejections()

describe.skipIf(!redis)('presence at two servers whose Redis', { timeout: 90_000 }, () => {
  /** How far the servers' clocks are off. */
  const clock = { off: 0 }
  let one: TestApp
  let two: TestApp
  let acme: TestCompany<'alice' | 'bob' | 'carol' | 'dave'>
  beforeAll(async () => {
    const presenceClock = () => Date.now() + clock.off
    one = await startApp({ redisUrl: redis?.url ?? '', presenceClock })
    two = await startApp({ beside: one, presenceClock })
    for (const { application } of [one, two]) await application.redis?.whenReady(30_000)
  })
  afterAll(async () => {
    await two[Symbol.asyncDispose]()
    await one[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    clock.off = 0
    acme = await one.company('Acme', { alice: 'owner', bob: 'member', carol: 'member', dave: 'member' })
  })

  const there = (client: Client) => client.at(two.url)

  /** Announces changes as a third server would. */
  async function announce(...states: PresenceState[]): Promise<void> {
    const client = new Redis(redis?.url ?? '')
    for (const state of states) {
      const envelope = { from: 'a third server', message: { kind: 'presence', states: [state] } }
      await client.publish(`colloquy:live:ephemeral:${acme.companyUuid}`, JSON.stringify(envelope))
    }
    client.disconnect()
  }

  async function restarts(): Promise<void> {
    await redis?.restart()
  }

  async function forgets(): Promise<void> {
    if (redis) await forgetAll(redis)
  }

  async function freezes(meanwhile?: () => Promise<void>): Promise<void> {
    if (redis) await freezeFor(redis, [one, two], meanwhile)
  }

  it.each([
    ['forgets everything', forgets],
    ['starts again, empty', restarts],
    ['freezes for a while', freezes],
  ])(
    '%s goes on for everybody, and nobody is told otherwise',
    async (_what, goesWrong: () => Promise<void>) => {
      const { alice, bob, carol, dave } = acme
      const people = [bob, carol, dave]
      await using here = await watchPresence(alice, people)
      await using away = await watchPresence(there(alice), people)
      await using socket = openDevice(bob)
      await using other = openDevice(there(carol))
      await socket.beat('ONLINE')
      for (const watch of [here, away]) await watch.count(1)
      await other.beat('AWAY')
      for (const watch of [here, away]) await watch.count(2)
      await goesWrong()
      for (const viewer of [alice, there(alice)]) {
        await vi.waitFor(
          async () => expect(await presenceOf(viewer, people)).toEqual(['ONLINE', 'AWAY', 'OFFLINE']),
          SOON,
        )
      }
      await beat(dave, 'ONLINE')
      for (const watch of [here, away]) {
        await watch.event(({ user }) => user.id === dave.userId)
        expect(told(watch)).toEqual([
          [bob.userId, 'ONLINE'],
          [carol.userId, 'AWAY'],
          [dave.userId, 'ONLINE'],
        ])
      }
    },
  )

  it('has forgotten somebody of a server that is gone too, tells that soon', async () => {
    const { alice, bob } = acme
    await using watch = await watchPresence(alice, [bob])
    await announce({ userId: bob.uuid, status: 'ONLINE', changedAt: Date.now() })
    await watch.count(1)
    await forgets()
    await vi.waitFor(() => expect(told(watch)).toHaveLength(2), SOON)
    expect(told(watch)).toEqual([
      [bob.userId, 'ONLINE'],
      [bob.userId, 'OFFLINE'],
    ])
  })

  it('delivers the announcements of two others in the wrong order tells what is newest', async () => {
    const { alice, bob, carol } = acme
    await using watch = await watchPresence(alice, [bob, carol])
    const changedAt = Date.now()
    await announce({ userId: bob.uuid, status: 'ONLINE', changedAt })
    await watch.count(1)
    await announce(
      { userId: bob.uuid, status: 'ONLINE', changedAt: changedAt + 2 },
      { userId: bob.uuid, status: 'AWAY', changedAt: changedAt + 1 },
      { userId: carol.uuid, status: 'ONLINE', changedAt },
    )
    await watch.event(({ user }) => user.id === carol.userId)
    expect(told(watch)).toEqual([
      [bob.userId, 'ONLINE'],
      [carol.userId, 'ONLINE'],
    ])
  })

  it('has a clock ahead of theirs, or of its successor’s, has every change told', async () => {
    const { alice, bob } = acme
    await using watch = await watchPresence(alice, [bob])
    await beat(bob, 'ONLINE')
    await watch.count(1)
    await redis?.kill()
    clock.off = -60_000
    expect(await beat(bob, 'AWAY')).toBe('AWAY')
    await watch.count(2)
    await redis?.restart()
    await vi.waitFor(async () => expect(await presenceOf(there(alice), [bob])).toEqual(['AWAY']), SOON)
    clock.off = -120_000
    expect(await beat(bob, 'ONLINE')).toBe('ONLINE')
    await watch.count(3)
    expect(told(watch).map(([, status]) => status)).toEqual(['ONLINE', 'AWAY', 'ONLINE'])
  })

  it('was told otherwise by a server with a clock ahead is believed at the next comparison', async () => {
    const { alice, bob } = acme
    await using watch = await watchPresence(alice, [bob])
    await beat(bob, 'ONLINE')
    await watch.count(1)
    await announce({ userId: bob.uuid, status: 'OFFLINE', changedAt: Date.now() + 3_600_000 })
    await watch.count(2)
    const client = new Redis(redis?.url ?? '')
    // The links that announcements come over break: some may be lost.
    await client.client('KILL', 'TYPE', 'pubsub')
    client.disconnect()
    await watch.count(3)
    expect(told(watch).map(([, status]) => status)).toEqual(['ONLINE', 'OFFLINE', 'ONLINE'])
  })

  it('freezes does not bring back who left meanwhile', async () => {
    const { alice, bob, carol, dave } = acme
    await using watch = await watchPresence(alice, [bob, carol, dave])
    await using socket = openDevice(bob)
    const other = openDevice(carol)
    await socket.beat('ONLINE')
    await watch.count(1)
    await other.beat('ONLINE')
    await watch.count(2)
    await freezes(async () => {
      expect(await socket.beat('OFFLINE')).toBe('OFFLINE')
      await watch.count(3)
      await other[Symbol.asyncDispose]()
      await vi.waitFor(() => {
        clock.off += 100
        expect(told(watch)).toHaveLength(4)
      }, SOON)
    })
    await vi.waitFor(
      async () => expect(await presenceOf(there(alice), [bob, carol])).toEqual(['OFFLINE', 'OFFLINE']),
      SOON,
    )
    await beat(dave, 'ONLINE')
    await watch.event(({ user }) => user.id === dave.userId)
    expect(told(watch)).toEqual([
      [bob.userId, 'ONLINE'],
      [carol.userId, 'ONLINE'],
      [bob.userId, 'OFFLINE'],
      [carol.userId, 'OFFLINE'],
      [dave.userId, 'ONLINE'],
    ])
  })
})
