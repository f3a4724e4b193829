import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { newId } from '../../src/ids.ts'
import { presenceStream } from '../../src/presence/queries/presence-stream.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { contextOf } from '../support/context.ts'
import type { Transport } from '../support/following.ts'
import { beat, openDevice, presenceOf, told, watchPresence } from '../support/presence.ts'
import { redisForTests } from '../support/redis.ts'

const SECOND = 1_000

const redis = await redisForTests()
afterAll(() => redis?.dispose())

const settings = [
  { name: "the process's memory", redisUrl: undefined },
  ...(redis ? [{ name: 'Redis', redisUrl: redis.url }] : []),
]

describe.each(settings)('changes of presence in $name', ({ redisUrl }) => {
  const clock = { ms: Date.now() }
  let app: TestApp
  let acme: TestCompany<'alice' | 'bob' | 'carol'>
  beforeAll(async () => {
    app = await startApp({ ...(redisUrl && { redisUrl }), presenceClock: () => clock.ms })
    await app.application.redis?.whenReady(30_000)
  })
  afterAll(() => app[Symbol.asyncDispose]())
  beforeEach(async () => {
    acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member' })
  })

  /** Waits until what happened before has been told: a change of somebody else comes after it. */
  async function settled(viewer: Client): Promise<void> {
    const last = await app.newcomer(acme.alice, acme.companyId, `last${newId().slice(-6)}`)
    await using watch = await watchPresence(viewer, [last])
    await beat(last, 'ONLINE')
    await watch.count(1)
  }

  const transports: Transport[] = ['WebSocket', 'SSE']
  it.each(transports)('of named people arrive over %s, by time alone too', async (transport) => {
    const { alice, bob, carol } = acme
    await using watch = await watchPresence(alice, [bob], transport)
    await beat(carol, 'ONLINE')
    await beat(bob, 'ONLINE')
    const [first] = await watch.count(1)
    expect(first).toEqual({
      user: { id: bob.userId, name: 'Bob Acme' },
      status: 'ONLINE',
      changedAt: new Date(clock.ms).toISOString(),
    })
    await beat(bob, 'AWAY')
    await watch.count(2)
    clock.ms += 46 * SECOND
    await watch.count(3)
    expect(told(watch).map(([, status]) => status)).toEqual(['ONLINE', 'AWAY', 'OFFLINE'])
  })

  it('of contacts arrive as long as one shares a conversation with them', async () => {
    const { alice, bob, carol } = acme
    await alice.mutate('createGlobalConversation', { title: 'All of us' }, 'conversation { id }')
    await using watch = await watchPresence(alice)
    await beat(bob, 'ONLINE')
    await settled(alice)
    const groupId = await alice.group('Team', [bob, carol])
    await beat(bob, 'AWAY')
    await watch.count(1)
    await bob.mutate('leaveGroup', { groupId })
    await beat(bob, 'ONLINE')
    await beat(alice, 'ONLINE')
    await settled(alice)
    await beat(carol, 'ONLINE')
    await watch.count(2)
    expect(told(watch)).toEqual([
      [bob.userId, 'AWAY'],
      [carol.userId, 'ONLINE'],
    ])
  })

  it('are not sent for a person who reconnects within the grace period, however often', async () => {
    const { alice, bob } = acme
    await using watch = await watchPresence(alice, [bob])
    await beat(bob, 'ONLINE')
    await watch.count(1)
    for (let at = 0; at < 5; at += 1) {
      await using device = openDevice(bob)
      await device.beat('ONLINE')
      clock.ms += SECOND
    }
    await settled(alice)
    expect(told(watch)).toHaveLength(1)
  })

  it('of another company, and of people who are not there, never come', async () => {
    const globex = await app.company('Globex', { gina: 'owner' })
    const { alice, bob } = acme
    await using named = await watchPresence(globex.gina, [alice, bob, globex.gina])
    await using contacts = await watchPresence(globex.gina)
    await beat(alice, 'ONLINE')
    await beat(bob, 'ONLINE')
    await settled(alice)
    await beat(globex.gina, 'ONLINE')
    await named.count(1)
    expect(told(named)).toEqual([[globex.gina.userId, 'ONLINE']])
    expect(told(contacts)).toEqual([])
  })

  it('end for a disabled member and for a role without PRESENCE_READ', async () => {
    const { alice, bob, carol } = acme
    const { role } = app.application.services.database.forSystem(acme.companyUuid).prisma
    const data = { companyId: acme.companyUuid, id: newId(), name: 'blind', permissions: ['MESSAGE_READ'] }
    await role.create({ data })
    await using disabled = await watchPresence(bob, [alice])
    await using blind = await watchPresence(carol, [alice], 'SSE')
    await using unhurt = await watchPresence(alice, [alice])
    await alice.mutate('syncMembers', {
      members: [
        { externalId: bob.externalId, name: 'Bob', isEnabled: false },
        { externalId: carol.externalId, name: 'Carol', role: 'blind' },
      ],
    })
    await disabled.until(({ isComplete, closeEvent }) => isComplete || closeEvent)
    await beat(alice, 'ONLINE')
    await unhurt.count(1)
    await blind.until(({ isComplete, closeEvent }) => isComplete || closeEvent)
    expect([...told(disabled), ...told(blind)]).toEqual([])
  })

  it('end with the token', async () => {
    const { alice, bob } = acme
    const token = await app.issuer.mint({
      subject: bob.externalId,
      companyId: acme.companyId,
      expiresInSeconds: 8,
    })
    await using watch = await watchPresence(bob.at(bob.url, token), [alice], 'SSE')
    await watch.until(({ isComplete }) => isComplete)
  })

  it('wait one a person for who does not keep up', async () => {
    const { alice, bob, carol } = acme
    const context = await contextOf(app, acme.companyUuid, alice)
    const stalled = await presenceStream(context, [bob.uuid, carol.uuid])
    await using watch = await watchPresence(alice, [bob])
    for (const [at, status] of ['ONLINE', 'AWAY', 'ONLINE', 'AWAY'].entries()) {
      await beat(bob, status)
      await watch.count(at + 1)
    }
    await beat(carol, 'ONLINE')
    await vi.waitFor(async () => expect(await presenceOf(alice, [carol])).toEqual(['ONLINE']), 30_000)
    await settled(alice)
    await stalled
      .next()
      .then(({ value }) => expect(value).toMatchObject({ userId: bob.uuid, status: 'AWAY' }))
    await stalled.next().then(({ value }) => expect(value).toMatchObject({ userId: carol.uuid }))
    await stalled.return?.()
  })

  it('are refused to who asks for too much, or may not see them', async () => {
    const { alice, bob } = acme
    const query = 'subscription ($ids: [ID!]) { presenceChanged(userIds: $ids) { status } }'
    for (const ids of [Array.from({ length: 1_001 }, () => bob.userId), ['nobody'], [acme.companyId]]) {
      await using refused = alice.subscribe(query, { ids })
      expect(JSON.stringify(await refused.until(({ error, answers }) => error ?? answers[0]))).toContain(
        'BAD_USER_INPUT',
      )
    }
    const { role } = app.application.services.database.forSystem(acme.companyUuid).prisma
    const data = { companyId: acme.companyUuid, id: newId(), name: 'blind', permissions: ['MESSAGE_READ'] }
    await role.create({ data })
    await alice.mutate('syncMembers', {
      members: [{ externalId: bob.externalId, name: 'Bob', role: 'blind' }],
    })
    await using refused = bob.subscribe(query, { ids: [alice.userId] })
    expect(JSON.stringify(await refused.until(({ error, answers }) => error ?? answers[0]))).toContain(
      'FORBIDDEN',
    )
  })
})
