import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { onDatabase } from '../support/on-database.ts'
import { sharedApp } from '../support/shared-app.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'tom' | 'bob' | 'carol' | 'dave'>
beforeAll(async () => {
  app = await sharedApp()
})
afterAll(() => app[Symbol.asyncDispose]())
beforeEach(async () => {
  acme = await app.company('Acme', {
    alice: 'owner',
    tom: 'member',
    bob: 'member',
    carol: 'member',
    dave: 'member',
  })
})

/** Enables or disables these people in one synchronisation. */
const sync = (isEnabled: boolean, ...people: Client[]) =>
  acme.alice.mutate('syncMembers', {
    members: people.map(({ externalId }) => ({ externalId, name: externalId, isEnabled })),
  })

async function adminsOf(by: Client, id: string): Promise<string[]> {
  const { conversation } = await by.run(
    'query ($id: ID!) { conversation(id: $id) { participants(first: 50) { nodes { role user { id } } } } }',
    { id },
  )
  return conversation.participants.nodes
    .filter(({ role }: Data) => role === 'ADMIN')
    .map(({ user }: Data) => user.id)
}

/** A group that people joined in this order. */
async function groupOf(creator: Client, others: Client[], access = 'PRIVATE'): Promise<string> {
  const group = await creator.group('Plans', [], { access })
  for (const { userId } of others)
    await creator.mutate('addParticipants', { conversationId: group, userIds: [userId] })
  return group
}

describe('a group whose last acting admin is disabled', () => {
  it.each(['OPEN', 'CLOSED', 'PRIVATE'])(
    'goes to its longest-standing member, if it is %s',
    async (access) => {
      const { tom, bob, carol, dave } = acme
      const group = await groupOf(tom, [carol, bob], access)
      await using watched = await bob.watch(group, '... on ConversationChanged { conversation { id } }')
      await sync(false, tom)
      await watched.count(1)
      expect(await adminsOf(bob, group)).toEqual([tom.userId, carol.userId])
      for (const [mutation, input] of [
        ['updateGroup', { groupId: group, title: 'Renamed' }],
        ['addParticipants', { conversationId: group, userIds: [dave.userId] }],
        ['removeParticipant', { conversationId: group, userId: bob.userId }],
      ] as const)
        expect((await carol.mutate(mutation, input)).__typename).toMatch(/Payload$/)
    },
  )

  it('stays with its other admin, if it has one', async () => {
    const { tom, bob, carol } = acme
    const group = await groupOf(tom, [carol, bob])
    await tom.mutate('changeParticipantRole', { conversationId: group, userId: bob.userId, role: 'ADMIN' })
    await sync(false, tom)
    expect(await adminsOf(bob, group)).toEqual([tom.userId, bob.userId])
  })

  it('skips who is disabled with the admin, and who was before', async () => {
    const { tom, bob, carol, dave } = acme
    const group = await groupOf(tom, [carol, bob, dave])
    await sync(false, carol)
    await sync(false, tom, bob)
    expect(await adminsOf(dave, group)).toEqual([tom.userId, dave.userId])
  })

  it('goes to the first one who is enabled again, if all are disabled at once', async () => {
    const { tom, bob, carol } = acme
    const group = await groupOf(tom, [carol, bob])
    await sync(false, tom, carol, bob)
    await sync(true, bob)
    expect(await adminsOf(bob, group)).toEqual([tom.userId, bob.userId])
    await sync(true, tom, carol)
    expect(await adminsOf(carol, group)).toEqual([tom.userId, bob.userId])
  })

  it('goes to who is let in, if nobody else acts in it', async () => {
    const { tom, carol, dave } = acme
    const group = await groupOf(tom, [carol], 'OPEN')
    await sync(false, tom, carol)
    await dave.mutate('joinGroup', { groupId: group })
    expect(await adminsOf(dave, group)).toEqual([tom.userId, dave.userId])
  })

  it('goes on when the heir leaves or is disabled in turn, and when disabled otherwise', async () => {
    const { tom, bob, carol, dave } = acme
    const group = await groupOf(tom, [carol, bob, dave])
    await sync(false, tom)
    await carol.mutate('leaveGroup', { groupId: group })
    expect(await adminsOf(dave, group)).toEqual([tom.userId, bob.userId])
    await onDatabase(app, 'update users set is_enabled = false where company_id = $1 and id = $2', [
      acme.companyUuid,
      bob.uuid,
    ])
    expect(await adminsOf(dave, group)).toContain(dave.userId)
  })

  it('is a restricted context or an open one all the same', async () => {
    const globex = await app.company('Globex', { gina: 'owner', hugo: 'admin', ina: 'member', jim: 'member' })
    const { gina, hugo, ina, jim } = globex
    for (const restricted of [true, false]) {
      const { conversation } = await hugo.mutate(
        'openContextConversation',
        { type: 'PLAN', contextId: `P-${restricted}`, restricted, participantIds: [ina.userId, jim.userId] },
        'conversation { id }',
      )
      const member = { externalId: hugo.externalId, name: 'Hugo' }
      await gina.mutate('syncMembers', { members: [{ ...member, isEnabled: false }] })
      const [, heir] = await adminsOf(ina, conversation.id)
      expect([ina.userId, jim.userId]).toContain(heir)
      await gina.mutate('syncMembers', { members: [{ ...member, isEnabled: true }] })
    }
  })

  it('has an admin, whichever comes first of a disabling and a leaving', async () => {
    const { tom, bob, carol, dave } = acme
    for (let round = 0; round < 8; round += 1) {
      const group = await groupOf(tom, [carol, bob, dave])
      await tom.mutate('changeParticipantRole', {
        conversationId: group,
        userId: carol.userId,
        role: 'ADMIN',
      })
      await Promise.all([sync(false, tom), carol.mutate('leaveGroup', { groupId: group })])
      expect(await adminsOf(bob, group)).toContain(bob.userId)
      await sync(true, tom)
    }
  })
})

describe('a stranger to a group', () => {
  const attempts = (group: string): [string, Data][] => [
    ['sendMessage', { conversationId: group, body: 'Hello' }],
    ['markRead', { conversationId: group }],
    ['markUnread', { conversationId: group, fromSeq: 1 }],
    ['muteConversation', { conversationId: group }],
    ['hideConversation', { conversationId: group }],
    ['setTyping', { conversationId: group, typing: true }],
    ['acknowledgeDelivery', { marks: [{ conversationId: group, upToSeq: 1 }] }],
  ]

  it.each([
    ['OPEN', 'join it first'],
    ['CLOSED', 'one of its admins has to add you first'],
  ])('hears how to come in, if it is %s and listed', async (access, how) => {
    const { tom, bob, dave } = acme
    const group = await groupOf(tom, [bob], access)
    const { id } = await tom.say({ conversationId: group }, 'first')
    const { groups } = await dave.run('{ groups { nodes { id } } }')
    expect(groups.nodes).toContainEqual({ id: group })
    const all = [
      ...attempts(group),
      ['sendMessage', { conversationId: group, parentId: id, body: 'Re' }] as const,
    ]
    for (const [mutation, input] of all) {
      const result = await dave.mutate(mutation, input, '__typename')
      expect(result, mutation).toMatchObject({ __typename: 'PermissionDeniedError' })
      expect(result.detail, mutation).toBe(`You are not in this group: ${how}.`)
    }
    await bob.mutate('leaveGroup', { groupId: group })
    expect((await bob.mutate('sendMessage', { conversationId: group, body: 'x' })).detail).toContain(how)
  })

  it('hears of nothing, if it is private, closed or of another company', async () => {
    const { tom, bob, dave } = acme
    const hidden = await groupOf(tom, [bob])
    const closed = await groupOf(tom, [], 'OPEN')
    await tom.mutate('leaveGroup', { groupId: closed })
    const globex = await app.company('Globex', { gina: 'owner' })
    const foreign = await globex.gina.group('Theirs', [], { access: 'OPEN' })
    for (const group of [hidden, closed, foreign])
      for (const [mutation, input] of attempts(group))
        expect(await dave.mutate(mutation, input, '__typename'), mutation).toMatchObject({
          __typename: 'NotFoundError',
        })
  })
})
