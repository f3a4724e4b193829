import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeId } from '../../src/ids.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { sharedApp } from '../support/shared-app.ts'
import { untilSubscribed } from '../support/subscribed.ts'
import { drift, sql as sqlAs } from './department-drift.ts'

let app: TestApp
let acme: TestCompany<'olga' | 'adam' | 'bob' | 'carol' | 'dave'>
beforeAll(async () => {
  app = await sharedApp()
})
// Mutations are limited per person: each part gets people of its own.
const newCompany = async () => {
  acme = await app.company('Acme', {
    olga: 'owner',
    adam: 'admin',
    bob: 'member',
    carol: 'member',
    dave: 'member',
  })
}
afterAll(() => app[Symbol.asyncDispose]())

const CHANNEL =
  'id kind title description access departments isMember viewerRole allowedActions participantCount'

const channel = (by: Client, departments: string[], title = 'Channel'): Promise<Data> =>
  by
    .mutate('createDepartmentChannel', { title, departments }, `conversation { ${CHANNEL} }`)
    .then(({ conversation }) => conversation)

const sync = (by: Client, members: Data[]): Promise<Data> =>
  by.mutate('syncMembers', { members }, 'created updated problems { detail }')

const moved = (who: Client, department: string | null, more = {}) => ({
  externalId: who.externalId,
  name: `${who.externalId} moved`,
  department,
  ...more,
})

async function see(by: Client, id: string, fields = CHANNEL): Promise<Data> {
  return (await by.run(`query ($id: ID!) { conversation(id: $id) { ${fields} } }`, { id })).conversation
}

async function present(id: string): Promise<string[]> {
  const rows = await sql(
    `select u.external_id as who from participants p join users u on u.company_id = p.company_id and u.id = p.user_id
     where p.conversation_id = $1 and p.left_at is null order by 1`,
    [decodeId(id)?.uuid],
  )
  return rows.map(({ who }) => who)
}

const sql = (text: string, values: unknown[]) => sqlAs(app.database.adminUrl, text, values)

describe('a department channel', () => {
  beforeAll(newCompany)

  it('holds the enabled people of its departments and its creator, whatever the case and spaces of a name', async () => {
    const { olga, bob, carol, dave } = acme
    await sync(olga, [
      moved(bob, '  field   SALES '),
      moved(carol, 'Field Sales'),
      moved(dave, 'field sales', { isEnabled: false }),
    ])
    const made = await channel(olga, ['Field Sales', 'FIELD sales', 'Überseehandel'])
    expect(made).toMatchObject({
      kind: 'GROUP',
      access: 'CLOSED',
      departments: ['Field Sales', 'Überseehandel'],
      viewerRole: 'ADMIN',
      participantCount: 3,
    })
    expect(made.allowedActions).toContain('LEAVE')
    expect(await present(made.id)).toEqual([bob, carol, olga].map((each) => each.externalId).sort())
    await sync(olga, [moved(dave, 'ÜBERSEEHANDEL', { isEnabled: true })])
    expect(await present(made.id)).toContain(dave.externalId)
    await sync(olga, [moved(dave, null)])
    expect(await present(made.id)).not.toContain(dave.externalId)
    expect(await see(dave, made.id, 'isMember departments allowedActions')).toEqual({
      isMember: false,
      departments: [],
      allowedActions: [],
    })
  })

  it('shows newcomers all as read, and so it does to a person who returns', async () => {
    const { olga, dave } = acme
    const { id } = await channel(olga, ['Support'])
    for (let count = 0; count < 3; count++) await olga.say({ conversationId: id }, `before ${count}`)
    await sync(olga, [moved(dave, 'Support')])
    const MARKS = 'unreadCount lastReadSeq isMuted messages(first: 5) { nodes { body } }'
    expect(await see(dave, id, MARKS)).toMatchObject({ unreadCount: 0, lastReadSeq: 3, isMuted: false })
    await dave.mutate('muteConversation', { conversationId: id })
    const after = await olga.say({ conversationId: id }, 'new')
    expect(await see(dave, id, MARKS)).toMatchObject({ unreadCount: 1 })
    await dave.mutate('markUnread', { conversationId: id, fromSeq: after.seq })
    await sync(olga, [moved(dave, null)])
    await olga.say({ conversationId: id }, 'unseen')
    await sync(olga, [moved(dave, 'support')])
    expect(await see(dave, id, MARKS)).toMatchObject({ unreadCount: 0, lastReadSeq: 5, isMuted: true })
    expect((await see(dave, id, MARKS)).messages.nodes).toHaveLength(5)
  })

  it('is left by no member, joined by nobody, and keeps people whom an admin has added by hand', async () => {
    const { olga, adam, bob, carol } = acme
    await sync(olga, [moved(bob, 'Legal'), moved(carol, 'Press')])
    const { id } = await channel(olga, ['Legal'])
    await olga.mutate('addParticipants', { conversationId: id, userIds: [carol.userId] })
    const managed = { __typename: 'MembershipManagedError' }
    for (const each of [bob, carol])
      expect(await each.mutate('leaveGroup', { groupId: id })).toMatchObject(managed)
    expect(await adam.mutate('joinGroup', { groupId: id })).toMatchObject(managed)
    expect(await olga.mutate('updateGroup', { groupId: id, access: 'OPEN' })).toMatchObject(managed)
    const remove = (who: Client) =>
      olga.mutate('removeParticipant', { conversationId: id, userId: who.userId })
    expect(await remove(bob)).toMatchObject(managed)
    await sync(olga, [moved(carol, 'Legal')])
    expect(await remove(carol)).toMatchObject(managed)
    await sync(olga, [moved(carol, 'Press'), moved(bob, 'Press')])
    expect(await present(id)).toEqual([carol, olga].map((each) => each.externalId).sort())
    expect(await remove(carol)).toHaveProperty('__typename', 'RemoveParticipantPayload')
    expect(await present(id)).toEqual([olga.externalId])
  })

  it('follows other departments after a change by a manager who is not in it, and tells both events', async () => {
    const { olga, adam, bob, carol } = acme
    await sync(olga, [moved(bob, 'North'), moved(carol, 'South')])
    const { id } = await channel(olga, ['North'])
    await using events = await olga.watch(
      id,
      '... on ParticipantsChanged { joined { id } left { id } } ... on ConversationChanged { conversation { title } }',
    )
    const update = (by: Client, input: Data) =>
      by.mutate('updateDepartmentChannel', { conversationId: id, ...input }, `conversation { ${CHANNEL} }`)
    const changed = await update(adam, { title: 'South only', departments: ['south'] })
    expect(changed.conversation).toMatchObject({
      title: 'South only',
      departments: ['south'],
      isMember: false,
    })
    expect(await present(id)).toEqual([carol, olga].map((each) => each.externalId).sort())
    expect(await events.count(2)).toMatchObject([
      { conversation: { title: 'South only' } },
      { joined: [{ id: carol.userId }], left: [{ id: bob.userId }] },
    ])
    expect(await update(adam, { departments: [] })).toMatchObject({ __typename: 'InvalidInputError' })
    expect(await update(adam, { departments: [' '] })).toMatchObject({ __typename: 'InvalidInputError' })
    expect(await update(carol, { title: 'Mine' })).toMatchObject({ permission: 'MEMBER_MANAGE' })
    const group = await olga.group('No channel', [])
    expect(await olga.mutate('updateDepartmentChannel', { conversationId: group, title: 'x' })).toMatchObject(
      { __typename: 'InvalidInputError', issues: [{ path: ['conversationId'] }] },
    )
    const kinds = await sql(
      `select kind, detail from audit_events where conversation_id = $1 and kind like 'channel.%' order by index`,
      [decodeId(id)?.uuid],
    )
    expect(kinds).toEqual([
      { kind: 'channel.created', detail: { departments: 1 } },
      { kind: 'channel.departments_changed', detail: { departments: 1 } },
    ])
  })
})

describe('while members are synchronised', () => {
  beforeAll(newCompany)

  it('a person who moves loses the stream of the channel, and 150 who come make one event and one act', async () => {
    const { olga, bob } = acme
    await sync(olga, [moved(bob, 'Crew')])
    const { id } = await channel(olga, ['Crew', 'Newcomers'])
    const said = '... on MessageSent { message { body } }'
    await using mine = await bob.watch(id, `${said} ... on ConversationRemoved { conversationId }`)
    await using events = await olga.watch(id, `${said} ... on ParticipantsChanged { joined { id } }`)
    await untilSubscribed(olga, id, [mine, events])
    await sync(olga, [moved(bob, 'Elsewhere')])
    await mine.until(({ isComplete }) => isComplete)
    expect(mine.events.at(-1)).toMatchObject({ conversationId: id })
    const crowd = Array.from({ length: 150 }, (_, at) => ({
      externalId: `n-${at}`,
      name: `New ${at}`,
      department: at % 2 ? 'newcomers' : 'CREW',
    }))
    await sync(olga, crowd)
    await olga.say({ conversationId: id }, 'Welcome')
    await events.event(({ message }) => message?.body === 'Welcome')
    const later = events.events.filter(({ message }: Data) => message?.body !== 'Begin')
    expect(later.map((event: Data) => [event.__typename, event.joined?.length])).toEqual([
      ['ParticipantsChanged', 0],
      ['ParticipantsChanged', 100],
      ['MessageSent', undefined],
    ])
    expect((await present(id)).length).toBe(151)
    const acts = await sql(
      `select jsonb_array_length(detail -> 'joined') as joined from audit_events
       where conversation_id = $1 and kind = 'conversation.participants_changed' order by index`,
      [decodeId(id)?.uuid],
    )
    expect(acts.map(({ joined }) => joined)).toEqual([2, 0, 150])
  })

  it('random moves that race with other changes leave exactly those of the departments and those added by hand', async () => {
    const { olga, adam, dave } = acme
    const random = seededRandom(19)
    const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
    const names = [null, '', ' ', 'Red', ' red', 'RED ', 'Green', 'gr een', 'Gr  Een', 'blue', 'Black']
    const rows = (size: number) =>
      Array.from({ length: size }, () => Math.floor(random() * 40)).map((at) => ({
        externalId: `r-${at}`,
        name: `Random ${at}`,
        department: one(names),
        isEnabled: random() < 0.8,
      }))
    const unique = (list: Data[]) => [...new Map(list.map((row) => [row.externalId, row])).values()]
    await sync(olga, unique(rows(60)))
    const channels = [
      await channel(olga, ['red', 'Gr Een']),
      await channel(adam, ['Blue', 'GREEN', 'red']),
      await channel(olga, ['Nobody']),
    ].map(({ id }) => id)
    await olga.mutate('addParticipants', { conversationId: channels[2], userIds: [dave.userId] })
    for (let round = 0; round < 6; round++) {
      const answers: Data[] = await Promise.all([
        sync(olga, unique(rows(25))),
        sync(adam, unique(rows(25))),
        adam.mutate('updateDepartmentChannel', {
          conversationId: channels[2],
          departments: [one(['Red', 'Black', 'Green'])],
        }),
        channel(olga, [one(['Red', 'black'])], `Raced ${round}`).then(
          (made) => channels.push(made.id) && made,
        ),
        olga.say({ conversationId: channels[0] }, `Round ${round}`),
      ])
      expect(answers.filter(({ __typename = '' }) => __typename.endsWith('Error'))).toEqual([])
    }
    expect(
      await drift(
        app.database.adminUrl,
        channels.map((id) => decodeId(id)?.uuid),
      ),
    ).toEqual([])
  })
})
