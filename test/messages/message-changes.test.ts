import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { tableContents } from '../support/table-contents.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app[Symbol.asyncDispose]())

let acme: TestCompany<'alice' | 'sara' | 'audrey' | 'bob' | 'carol'>
let groupId: string
let said: Data
beforeEach(async () => {
  acme = await app.company('Acme', {
    alice: 'owner',
    sara: 'supervisor',
    audrey: 'auditor',
    bob: 'member',
    carol: 'member',
  })
  const { alice, sara, audrey, bob } = acme
  groupId = await alice.group('Plans', [sara, audrey, bob])
  said = await bob.say({ conversationId: groupId }, 'first', {
    subject: 'About',
    metadata: { a: 1 },
    mentionIds: [alice.userId],
  })
})

const MESSAGE = `id seq subject body state editedAt retractedAt metadata mentions { id } replyCount
  reactions { emoji count reactedByViewer } revisions { nodes { subject body editedAt editedBy { id } } }`
const see = async (client: Client, id = said.id): Promise<Data> =>
  (await client.run(`query ($id: ID!) { message(id: $id) { ${MESSAGE} } }`, { id })).message
const edit = (client: Client, input: Data): Promise<Data> =>
  client.mutate('editMessage', { messageId: said.id, ...input }, `message { ${MESSAGE} }`)
const retract = (client: Client, messageId = said.id): Promise<Data> =>
  client.mutate('retractMessage', { messageId }, `message { ${MESSAGE} }`)
const settings = (input: Data) => acme.alice.mutate('updateCompanySettings', input)
const unread = async (client: Client): Promise<Data> =>
  (await client.run('{ viewer { unread { total mentions } } }')).viewer.unread

describe('an edit', () => {
  it('shows the new text to everybody, and the earlier ones to whom the company lets see them', async () => {
    const { alice, audrey, bob } = acme
    const once = await edit(bob, { body: 'second' })
    expect(once.message).toMatchObject({
      subject: 'About',
      body: 'second',
      state: 'POSTED',
      metadata: { a: 1 },
      revisions: null,
    })
    expect(once.message.editedAt).toMatch(/Z$/)
    await edit(bob, { body: 'third', subject: null })
    expect(await see(alice)).toMatchObject({
      subject: null,
      body: 'third',
      mentions: [{ id: alice.userId }],
      revisions: {
        nodes: [
          { subject: 'About', body: 'second', editedBy: { id: bob.userId } },
          { subject: 'About', body: 'first', editedBy: { id: bob.userId } },
        ],
      },
    })
    expect((await see(audrey)).revisions.nodes).toHaveLength(2)
    expect((await see(acme.sara)).revisions).toBeNull()
    await settings({ revisionsVisibleTo: 'PARTICIPANTS' })
    expect((await see(bob)).revisions.nodes).toHaveLength(2)
    const page =
      'query ($id: ID!, $after: String) { message(id: $id) { revisions(first: 1, after: $after) { nodes { body } pageInfo { endCursor } } } }'
    const first = (await bob.run(page, { id: said.id })).message.revisions
    const rest = await bob.run(page, { id: said.id, after: first.pageInfo.endCursor })
    expect([first.nodes[0].body, rest.message.revisions.nodes[0].body]).toEqual(['second', 'first'])
    const stored = JSON.stringify(await tableContents(app.database.adminUrl))
    for (const text of ['second', 'third']) {
      expect(stored).not.toContain(text)
      expect(stored).not.toContain(Buffer.from(text).toString('hex'))
    }
  })

  it('is found by its new words alone, and a retracted one by none', async () => {
    const { alice, bob } = acme
    const found = async (text: string): Promise<string[]> =>
      (
        await alice.run('query ($text: String!) { searchMessages(text: $text) { nodes { body } } }', { text })
      ).searchMessages.nodes.map(({ body }: Data) => body)
    expect(await found('first')).toEqual(['first'])
    await edit(bob, { body: 'second thoughts' })
    expect([await found('first'), await found('thoughts'), await found('about')]).toEqual([
      [],
      ['second thoughts'],
      ['second thoughts'],
    ])
    await retract(bob)
    expect(await found('thoughts')).toEqual([])
  })

  it('arrives live, in the conversation and in the inbox, and changes no count', async () => {
    const { alice, bob } = acme
    await using watched = await alice.watch(groupId, '... on MessageEdited { message { body } }')
    await using inbox = await alice.inbox(
      '... on InboxConversationChanged { conversation { lastMessage { body } } unread { total } }',
    )
    await edit(bob, { body: 'second' })
    await edit(bob, { body: 'second' })
    await edit(bob, { body: 'third' })
    await watched.count(2)
    expect(watched.events.map(({ message }) => message.body).at(-1)).toBe('third')
    await inbox.count(2)
    expect(inbox.events[1]).toMatchObject({
      conversation: { lastMessage: { body: 'third' } },
      unread: { total: 1 },
    })
  })

  it('is refused to others, too late, empty, after a retraction, and when it was overtaken', async () => {
    const { alice, bob, carol } = acme
    expect(await edit(alice, { body: 'mine' })).toMatchObject({ __typename: 'PermissionDeniedError' })
    expect(await edit(carol, { body: 'mine' })).toMatchObject({ __typename: 'NotFoundError' })
    for (const [input, path] of [
      [{ body: '' }, 'body'],
      [{ body: ' \n' }, 'body'],
      [{ body: 'x'.repeat(32 * 1024 + 1) }, 'body'],
      [{ body: 'a\0b' }, 'body'],
      [{ body: 'x', subject: 'x'.repeat(256) }, 'subject'],
      [{ body: 'x', messageId: groupId }, 'messageId'],
    ] as const) {
      expect(await edit(bob, input)).toMatchObject({
        __typename: 'InvalidInputError',
        issues: [{ path: [path] }],
      })
    }
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((body) => edit(bob, { body })))
    const types = answers.map(({ __typename }) => __typename)
    expect(types).toContain('EditMessagePayload')
    const { body } = await see(bob)
    const last = answers.filter((answer) => answer.message?.body === body)
    expect(last.length).toBeGreaterThan(0)
    expect((await see(alice)).revisions.nodes).toHaveLength(
      types.filter((type) => type === 'EditMessagePayload').length,
    )
    await settings({ editWindowMinutes: 0 })
    expect(await edit(bob, { body: 'late' })).toMatchObject({
      __typename: 'PermissionDeniedError',
      detail: 'Messages cannot be edited in this company.',
    })
    await settings({ editWindowMinutes: 5 })
    expect((await edit(bob, { body: 'in time' })).__typename).toBe('EditMessagePayload')
    await retract(bob)
    expect(await edit(bob, { body: 'again' })).toMatchObject({ __typename: 'ConflictError' })
  })
})

describe('a retraction', () => {
  it('leaves a tombstone in its place, and nothing to read or count', async () => {
    const { alice, audrey, bob } = acme
    await edit(bob, { body: 'second' })
    await alice.mutate('setReaction', { messageId: said.id, emoji: '👍', on: true })
    const reply = await alice.say({ conversationId: groupId }, 'a reply', { parentId: said.id })
    expect(await unread(acme.alice)).toEqual({ total: 1, mentions: 1 })
    const { message } = await retract(bob)
    const tombstone = {
      seq: 1,
      subject: null,
      body: null,
      metadata: null,
      state: 'RETRACTED',
      mentions: [],
      reactions: [],
      replyCount: 1,
    }
    expect(message).toMatchObject(tombstone)
    expect(message.retractedAt).toMatch(/Z$/)
    expect(await see(alice)).toMatchObject(tombstone)
    expect(await unread(alice)).toEqual({ total: 0, mentions: 0 })
    const parent = await alice.run('query ($id: ID!) { message(id: $id) { depth parent { id state } } }', {
      id: reply.id,
    })
    expect(parent.message).toEqual({ depth: 1, parent: { id: said.id, state: 'RETRACTED' } })
    expect((await acme.sara.say({ conversationId: groupId }, 'another', { parentId: said.id })).depth).toBe(1)
    expect((await see(audrey)).revisions.nodes).toHaveLength(1)
  })

  it('is for its author in time, and for moderators at any time', async () => {
    const { alice, sara, audrey, bob, carol } = acme
    for (const client of [audrey]) {
      expect(await retract(client)).toMatchObject({
        __typename: 'PermissionDeniedError',
        permission: 'MESSAGE_MODERATE',
      })
    }
    expect(await retract(carol)).toMatchObject({ __typename: 'NotFoundError' })
    await settings({ retractWindowMinutes: 0 })
    expect(await retract(bob)).toMatchObject({
      __typename: 'PermissionDeniedError',
      detail: 'Authors cannot retract messages in this company.',
    })
    expect((await retract(sara)).__typename).toBe('RetractMessagePayload')
    const direct = await bob.say({ recipientId: carol.userId }, 'between us')
    expect(await retract(sara, direct.id)).toMatchObject({ __typename: 'NotFoundError' })
    await settings({ retractWindowMinutes: 10 })
    expect((await retract(bob, direct.id)).__typename).toBe('RetractMessagePayload')
    expect(await retract(alice, 'nonsense')).toMatchObject({ __typename: 'InvalidInputError' })
  })

  it('is told of once, also to who resumes from before it', async () => {
    const { alice, bob } = acme
    const { conversation } = await alice.run('query ($id: ID!) { conversation(id: $id) { eventsCursor } }', {
      id: groupId,
    })
    const events =
      '... on MessageSent { message { body state } } ... on MessageRetracted { message { id body state } }'
    await using watched = await alice.watch(groupId, events)
    const next = await bob.say({ conversationId: groupId }, 'next')
    for (let attempt = 0; attempt < 3; attempt += 1) await retract(bob, next.id)
    await bob.say({ conversationId: groupId }, 'last')
    await watched.count(3)
    expect(watched.events.map(({ __typename }) => __typename)).toEqual([
      'MessageSent',
      'MessageRetracted',
      'MessageSent',
    ])
    await using resumed = await alice.watch(groupId, events, conversation.eventsCursor)
    await resumed.count(3)
    expect(resumed.events[0]).toMatchObject({ message: { body: null, state: 'RETRACTED' } })
    expect(resumed.events[1]).toMatchObject({
      __typename: 'MessageRetracted',
      message: { id: next.id, body: null },
    })
  })
})
