import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { newId } from '../../src/ids.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { beat, contactsOf, heartbeat, openDevice, presenceOf, watchPresence } from '../support/presence.ts'
import { redisForTests } from '../support/redis.ts'

const SOON = { interval: 50, timeout: 30_000 }
const SECOND = 1_000
const MINUTE = 60 * SECOND

const redis = await redisForTests()
afterAll(() => redis?.dispose())

const settings = [
  { name: "the process's memory", redisUrl: undefined },
  ...(redis ? [{ name: 'Redis', redisUrl: redis.url }] : []),
]

describe.each(settings)('presence in $name', ({ redisUrl }) => {
  const clock = { ms: Date.now() }
  let app: TestApp
  let acme: TestCompany<'alice' | 'bob' | 'carol' | 'dave'>
  beforeAll(async () => {
    app = await startApp({ ...(redisUrl && { redisUrl }), presenceClock: () => clock.ms })
    await app.application.redis?.whenReady(30_000)
  })
  afterAll(() => app[Symbol.asyncDispose]())
  beforeEach(async () => {
    acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member', dave: 'auditor' })
  })

  it('is offline before the first heartbeat and 45 s after the last', async () => {
    const { alice, bob } = acme
    expect(await presenceOf(alice, [bob])).toEqual(['OFFLINE'])
    expect(await beat(bob, 'ONLINE')).toBe('ONLINE')
    clock.ms += 45 * SECOND - 1
    expect(await presenceOf(alice, [bob, alice])).toEqual(['ONLINE', 'OFFLINE'])
    expect(await beat(bob, 'ONLINE')).toBe('ONLINE')
    clock.ms += 45 * SECOND - 1
    expect(await presenceOf(alice, [bob])).toEqual(['ONLINE'])
    clock.ms += 1
    expect(await presenceOf(alice, [bob])).toEqual(['OFFLINE'])
  })

  it('tells since when', async () => {
    const { alice, bob } = acme
    const query = 'query ($ids: [ID!]) { presence(userIds: $ids) { status changedAt } }'
    const [before] = (await alice.run(query, { ids: [bob.userId] })).presence
    expect(before).toEqual({ status: 'OFFLINE', changedAt: null })
    await beat(bob, 'ONLINE')
    const changedAt = new Date(clock.ms).toISOString()
    clock.ms += 30 * SECOND
    await beat(bob, 'ONLINE')
    expect((await alice.run(query, { ids: [bob.userId] })).presence).toEqual([
      { status: 'ONLINE', changedAt },
    ])
    await beat(bob, 'OFFLINE')
    const leftAt = new Date(clock.ms).toISOString()
    clock.ms += 60 * MINUTE
    const [after] = (await alice.run(query, { ids: [bob.userId] })).presence
    expect(after).toEqual({ status: 'OFFLINE', changedAt: leftAt })
  })

  it('is away after 5 minutes of what clients do alone, and online again with the first thing done', async () => {
    const { alice, bob } = acme
    const groupId = await alice.group('Team', [bob])
    await alice.say({ conversationId: groupId }, 'Are you there?')
    await beat(bob, 'ONLINE')
    for (let at = 0; at < 10; at += 1) {
      clock.ms += 30 * SECOND - 1
      expect(await beat(bob, 'ONLINE')).toBe('ONLINE')
    }
    clock.ms += 10
    expect(await beat(bob, 'ONLINE')).toBe('AWAY')
    await bob.mutate('acknowledgeDelivery', { marks: [{ conversationId: groupId, upToSeq: 1 }] })
    await bob.mutate('createConnectionTicket', {}, 'ticket')
    await using _follower = await watchPresence(bob)
    expect(await presenceOf(alice, [bob])).toEqual(['AWAY'])
    await bob.run('{ viewer { unread { total } } }')
    await vi.waitFor(async () => expect(await presenceOf(alice, [bob])).toEqual(['ONLINE']), SOON)
  })

  it('is what the most present device says', async () => {
    const { alice, bob } = acme
    await using socket = openDevice(bob)
    await using other = openDevice(bob)
    expect(await beat(bob, 'AWAY')).toBe('AWAY')
    expect(await socket.beat('ONLINE')).toBe('ONLINE')
    expect(await other.beat('AWAY')).toBe('ONLINE')
    expect(await beat(bob, 'OFFLINE')).toBe('ONLINE')
    expect(await socket.beat('AWAY')).toBe('AWAY')
    expect(await socket.beat('ONLINE')).toBe('ONLINE')
    expect(await socket.beat('OFFLINE')).toBe('AWAY')
    expect(await presenceOf(alice, [bob])).toEqual(['AWAY'])
    expect(await other.beat('OFFLINE')).toBe('OFFLINE')
  })

  it('ends a grace after the last socket has closed, over HTTP too', async () => {
    const { alice, bob } = acme
    const { ticket } = await bob.mutate('createConnectionTicket', {}, 'ticket')
    const socket = openDevice(bob)
    const after = (await bob.run('{ viewer { inboxCursor } }')).viewer.inboxCursor
    const follow = 'subscription ($after: String) { inboxEvents(after: $after) { __typename } }'
    await using ticketed = bob.subscribe(follow, { after }, { ticket })
    await alice.say({ recipientId: bob.userId }, 'are you there?')
    await ticketed.count(1)
    expect(await socket.beat('ONLINE')).toBe('ONLINE')
    expect(await beat(bob, 'ONLINE')).toBe('ONLINE')
    await socket[Symbol.asyncDispose]()
    clock.ms += 10 * SECOND
    // Heartbeats of the session over HTTP count while one of its sockets is open.
    expect(await presenceOf(alice, [bob])).toEqual(['ONLINE'])
    await ticketed[Symbol.asyncDispose]()
    await vi.waitFor(async () => {
      clock.ms += 100
      expect(await presenceOf(alice, [bob])).toEqual(['OFFLINE'])
    }, SOON)
  })

  it('goes on where the socket comes back within the grace, for what the session says over HTTP', async () => {
    const { alice, bob } = acme
    expect(await beat(bob, 'ONLINE')).toBe('ONLINE')
    for (let at = 0; at < 3; at += 1) {
      await using socket = openDevice(bob)
      expect(await socket.beat('AWAY')).toBe('ONLINE')
    }
    await using last = openDevice(bob)
    expect(await last.beat('AWAY')).toBe('ONLINE')
    clock.ms += 10 * SECOND
    expect(await presenceOf(alice, [bob])).toEqual(['ONLINE'])
    clock.ms += 35 * SECOND
    expect(await last.beat('AWAY')).toBe('AWAY')
  })

  it('is listed for those one shares a conversation with who are not offline', async () => {
    const { alice, bob, carol, dave } = acme
    const globex = await app.company('Globex', { gina: 'owner' })
    for (const each of [alice, bob, carol, globex.gina]) await beat(each, 'ONLINE')
    await alice.mutate('createGlobalConversation', { title: 'All of us' }, 'conversation { id }')
    await carol.mutate('startDirectConversation', { userId: alice.userId }, 'conversation { id }')
    expect(await contactsOf(alice)).toEqual({})
    const groupId = await alice.group('Team', [bob, dave])
    expect(await contactsOf(alice)).toEqual({ [bob.userId]: 'ONLINE' })
    expect(await contactsOf(dave)).toEqual({ [alice.userId]: 'ONLINE', [bob.userId]: 'ONLINE' })
    await carol.say({ recipientId: alice.userId }, 'Hello')
    await beat(bob, 'AWAY')
    expect(await contactsOf(alice)).toEqual({ [bob.userId]: 'AWAY', [carol.userId]: 'ONLINE' })
    await bob.mutate('leaveGroup', { groupId })
    expect(await contactsOf(alice)).toEqual({ [carol.userId]: 'ONLINE' })
    await alice.mutate('syncMembers', {
      members: [{ externalId: carol.externalId, name: 'Carol', isEnabled: false }],
    })
    expect(await contactsOf(alice)).toEqual({})
    expect(await presenceOf(alice, [carol, bob])).toEqual(['AWAY'])
  })

  it('stands with each person, and is null for a role without PRESENCE_READ', async () => {
    const { alice, bob } = acme
    await beat(bob, 'ONLINE')
    const query = 'query ($id: ID!) { node(id: $id) { ... on User { presence { status user { id } } } } }'
    const presence = { status: 'ONLINE', user: { id: bob.userId } }
    expect(await alice.run(query, { id: bob.userId })).toEqual({ node: { presence } })
    const { role } = app.application.services.database.forSystem(acme.companyUuid).prisma
    const data = { companyId: acme.companyUuid, id: newId(), name: 'blind', permissions: ['MESSAGE_READ'] }
    await role.create({ data })
    const members = [{ externalId: acme.carol.externalId, name: 'Carol', role: 'blind' }]
    await alice.mutate('syncMembers', { members })
    expect(await acme.carol.run(query, { id: bob.userId })).toEqual({ node: { presence: null } })
    const { errors } = await acme.carol.send('{ presence { status } }')
    expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
    expect(await heartbeat(acme.carol, 'ONLINE')).toMatchObject({
      __typename: 'PermissionDeniedError',
      permission: 'PRESENCE_WRITE',
    })
    expect(await heartbeat(acme.dave, 'ONLINE')).toMatchObject({
      __typename: 'PermissionDeniedError',
    })
  })

  it('refuses what makes no sense, and knows nobody of another company', async () => {
    const { alice, bob } = acme
    const globex = await app.company('Globex', { gina: 'owner' })
    await beat(globex.gina, 'ONLINE')
    expect(await presenceOf(alice, [globex.gina])).toEqual([])
    expect(await presenceOf(globex.gina, [globex.gina, bob])).toEqual(['ONLINE'])
    const query = 'query ($ids: [ID!]) { presence(userIds: $ids) { status } }'
    const codeOf = async (ids: string[]) => (await alice.send(query, { ids })).errors?.[0]?.extensions?.code
    expect(await codeOf(Array.from({ length: 101 }, () => bob.userId))).toBe('BAD_USER_INPUT')
    expect(await codeOf(['nobody'])).toBe('BAD_USER_INPUT')
    expect(await codeOf([acme.companyId])).toBe('BAD_USER_INPUT')
    expect(await presenceOf(alice, [])).toEqual([])
    expect(await presenceOf(alice, [bob, bob])).toEqual(['OFFLINE'])
    const { errors } = await bob.send('mutation { heartbeat(input: { status: BUSY }) { __typename } }')
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT')
  })
})
