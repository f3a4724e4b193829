import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { encodeId } from '../../src/ids.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'

const DIRECT = 'conversation { id kind title counterpart { id name } participantCount isMember lastSeq }'

let app: TestApp
beforeAll(async () => {
  app = await sharedApp()
})
afterAll(() => app[Symbol.asyncDispose]())

const start = (from: Client, userId: string): Promise<Data> =>
  from.mutate('startDirectConversation', { userId }, DIRECT)

async function inboxOf(client: Client): Promise<string[]> {
  const { conversations } = await client.run('{ conversations { nodes { id } } }')
  return conversations.nodes.map(({ id }: Data) => id)
}

describe('a direct conversation', () => {
  let acme: TestCompany<'alice' | 'bob' | 'carol' | 'dave' | 'erin'>
  let globex: TestCompany<'gina'>
  beforeAll(async () => {
    acme = await app.company('Acme', {
      alice: 'owner',
      bob: 'member',
      carol: 'auditor',
      dave: 'member',
      erin: 'member',
    })
    globex = await app.company('Globex', { gina: 'owner' })
  })

  it('is named after the other person on each side, and is the same one whichever person starts it', async () => {
    const { alice, bob } = acme
    const started = await start(alice, bob.userId)
    expect(started).toEqual({
      __typename: 'StartDirectConversationPayload',
      conversation: {
        id: expect.any(String),
        kind: 'DIRECT',
        title: 'Bob Acme',
        counterpart: { id: bob.userId, name: 'Bob Acme' },
        participantCount: 2,
        isMember: true,
        lastSeq: 0,
      },
    })
    const other = await start(bob, alice.userId)
    expect(other.conversation).toMatchObject({
      id: started.conversation.id,
      title: 'Alice Acme',
      counterpart: { id: alice.userId },
    })
    expect((await start(alice, bob.userId)).conversation.id).toBe(started.conversation.id)
    const sent = await alice.say({ recipientId: bob.userId }, 'Hello')
    expect(sent.conversationId).toBe(started.conversation.id)
  })

  it('is none to the other side before its first message, by whichever mutation', async () => {
    const { alice, bob } = await app.company('Fresh', { alice: 'owner', bob: 'member' })
    const started = await alice.mutate(
      'startDirectConversation',
      { userId: bob.userId },
      'conversation { id }',
    )
    const conversationId = started.conversation.id
    for (const [field, input] of [
      ['markRead', { conversationId }],
      ['markUnread', { conversationId, fromSeq: 1 }],
      ['acknowledgeDelivery', { marks: [{ conversationId, upToSeq: 1 }] }],
      ['muteConversation', { conversationId }],
      ['hideConversation', { conversationId }],
      ['sendMessage', { conversationId, body: 'Guessed' }],
      ['addParticipants', { conversationId, userIds: [bob.userId] }],
      ['updateGroup', { groupId: conversationId, title: 'Taken' }],
    ] as const) {
      expect([field, (await bob.mutate(field, input)).__typename]).toEqual([field, 'NotFoundError'])
    }
    expect((await bob.say({ recipientId: alice.userId }, 'First')).seq).toBe(1)
  })

  it('shows to the other side with the first message, not before', async () => {
    const { alice, erin } = acme
    await using live = await erin.inbox('... on ConversationActivity { conversation { id title } }')
    const { id } = (await start(alice, erin.userId)).conversation
    expect(await inboxOf(alice)).toContain(id)
    expect(await inboxOf(erin)).not.toContain(id)
    const asErin = await erin.run(
      `query ($id: ID!, $userId: ID!) {
        conversation(id: $id) { id } node(id: $id) { id } directConversation(userId: $userId) { id } }`,
      { id, userId: alice.userId },
    )
    expect(asErin).toEqual({ conversation: null, node: null, directConversation: null })
    await using refused = erin.subscribe(
      'subscription ($id: ID!) { conversationEvents(conversationId: $id) { __typename } }',
      { id },
    )
    await refused.until(({ error, answers }) => error ?? answers[0])
    expect(JSON.stringify([refused.error, refused.answers])).toContain('NOT_FOUND')

    await alice.say({ conversationId: id }, 'Hello Erin')
    const activity = await live.event(({ __typename }) => __typename === 'ConversationActivity')
    expect(activity.conversation).toEqual({ id, title: 'Alice Acme' })
    expect(live.events).toHaveLength(1)
    expect(await inboxOf(erin)).toContain(id)
  })

  it('shows to both once both have started it', async () => {
    const { bob, dave } = acme
    const { id } = (await start(bob, dave.userId)).conversation
    expect(await inboxOf(dave)).not.toContain(id)
    expect((await start(dave, bob.userId)).conversation).toMatchObject({ id, title: 'Bob Acme' })
    expect(await inboxOf(dave)).toContain(id)
    expect(await inboxOf(bob)).toContain(id)
  })

  it('is found by the colleague, and by nobody else', async () => {
    const { alice, bob, dave } = acme
    const { conversationId } = await alice.say({ recipientId: bob.userId }, 'Found me?')
    const find = 'query ($userId: ID!) { directConversation(userId: $userId) { id } }'
    expect(await alice.run(find, { userId: bob.userId })).toEqual({
      directConversation: { id: conversationId },
    })
    expect(await bob.run(find, { userId: alice.userId })).toEqual({
      directConversation: { id: conversationId },
    })
    for (const userId of [dave.userId, alice.userId, globex.gina.userId, encodeId('User', randomUUID())])
      expect(await alice.run(find, { userId })).toEqual({ directConversation: null })
    const asDave = await dave.run('query ($id: ID!) { conversation(id: $id) { id } }', { id: conversationId })
    expect(asDave).toEqual({ conversation: null })
    for (const userId of ['nonsense', conversationId]) {
      const { errors } = await alice.send(find, { userId })
      expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT')
    }
  })

  it('needs the permission to start one', async () => {
    const { alice, carol } = acme
    expect(await start(carol, alice.userId)).toMatchObject({
      __typename: 'PermissionDeniedError',
      permission: 'CONVERSATION_DIRECT',
    })
    expect(await start(alice, carol.userId)).toMatchObject({ __typename: 'StartDirectConversationPayload' })
  })

  it('answers a bad choice of person in a typed, worded way', async () => {
    const { alice, dave } = acme
    const group = await alice.group('Not a person')
    const before = await inboxOf(alice)
    expect(await start(alice, alice.userId)).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: ['userId'], detail: 'You cannot write to yourself.' }],
    })
    expect(await start(alice, 'nonsense')).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: ['userId'], detail: 'This is not an id of a User.' }],
    })
    expect(await start(alice, group)).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: ['userId'], detail: 'This is the id of a Conversation, not of a User.' }],
    })
    const disabled = await alice.mutate('syncMembers', {
      members: [{ externalId: dave.externalId, name: 'Dave Acme', isEnabled: false }],
    })
    expect(disabled.__typename).toBe('SyncMembersPayload')
    const answers = await Promise.all(
      [encodeId('User', randomUUID()), globex.gina.userId, dave.userId].map((id) => start(alice, id)),
    )
    for (const answer of answers)
      expect(answer).toEqual({ __typename: 'NotFoundError', detail: 'There is no such person.' })
    expect(await inboxOf(alice)).toEqual(before)
  })

  it('closes, but stays readable, when the colleague is disabled', async () => {
    const { alice, bob } = acme
    const { conversationId } = await alice.say({ recipientId: bob.userId }, 'Before')
    const sync = (isEnabled: boolean) =>
      alice.mutate('syncMembers', { members: [{ externalId: bob.externalId, name: 'Bob Acme', isEnabled }] })
    await sync(false)
    const { conversation } = await alice.run(
      'query ($id: ID!) { conversation(id: $id) { title canPost lastMessage { body } } }',
      { id: conversationId },
    )
    expect(conversation).toEqual({ title: 'Bob Acme', canPost: false, lastMessage: { body: 'Before' } })
    const refused = await alice.mutate('sendMessage', { conversationId, body: 'After' })
    expect(refused).toMatchObject({
      __typename: 'RepliesClosedError',
      detail: expect.stringContaining('disabled'),
    })
    await sync(true)
    await alice.say({ conversationId }, 'Welcome back')
  })
})

describe('two people who start their conversation at the same instant', () => {
  it.each([{ nodes: 1 }, { nodes: 2 }])(
    'end in one conversation on $nodes server processes',
    async ({ nodes }) => {
      const { alice, bob, companyUuid } = await app.company('Race', { alice: 'member', bob: 'member' })
      await using second = nodes === 2 ? await startApp({ beside: app }) : null
      const urls = second ? [app.url, second.url] : [app.url]
      const calls = Array.from({ length: 50 }, (_, index) => {
        const [from, to] = index % 2 === 0 ? [alice, bob] : [bob, alice]
        const client = from.at(urls[Math.floor(index / 2) % urls.length] ?? app.url)
        return Math.floor(index / 4) % 2 === 0
          ? client.mutate('startDirectConversation', { userId: to.userId }, 'conversation { id }')
          : client.mutate(
              'sendMessage',
              { recipientId: to.userId, body: `message ${index}` },
              'conversation { id } message { seq }',
            )
      })
      const results: Data[] = await Promise.all(calls)
      expect(results.filter(({ conversation }) => !conversation)).toEqual([])
      expect(new Set(results.map(({ conversation }) => conversation.id)).size).toBe(1)
      const seqs = results.flatMap(({ message }) => (message ? [message.seq] : [])).sort((a, b) => a - b)
      expect(seqs).toEqual(seqs.map((_, index) => index + 1))
      expect(seqs.length).toBeGreaterThan(20)
      const { rows } = await withClient(app.database.adminUrl, (admin) =>
        admin.query(
          `select c.last_seq::int as "lastSeq", (select count(*) from participants p where p.conversation_id = c.id)::int as people
        from conversations c where c.company_id = $1`,
          [companyUuid],
        ),
      )
      expect(rows).toEqual([{ lastSeq: seqs.length, people: 2 }])
      expect(await inboxOf(alice)).toEqual(await inboxOf(bob))
    },
  )
})
