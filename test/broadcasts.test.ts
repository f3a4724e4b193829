import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from './support/app.ts'
import type { Client, Data } from './support/client.ts'
import { tableContents } from './support/table-contents.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app[Symbol.asyncDispose]())

let acme: TestCompany<'alice' | 'sara' | 'audrey' | 'bob' | 'carol' | 'dave'>
beforeEach(async () => {
  acme = await app.company('Acme', {
    alice: 'owner',
    sara: 'supervisor',
    audrey: 'auditor',
    bob: 'member',
    carol: 'member',
    dave: 'member',
  })
})

const BROADCAST = `id author { id } subject body priority audience status sentAt emailOffline repliesAllowed isRead recipientCount readCount
  groups { nodes { title } } conversation { id kind title unreadCount canPost isMember participantCount }`
const broadcast = (client: Client, more: Data = {}, headers = {}): Promise<Data> =>
  client.mutate(
    'sendBroadcast',
    { audience: 'ALL', subject: 'News', body: 'We moved.', ...more },
    `broadcast { ${BROADCAST} }`,
    headers,
  )
const sent = async (client: Client, more: Data = {}): Promise<Data> => {
  const answer = await broadcast(client, more)
  if (answer.__typename !== 'SendBroadcastPayload') throw new Error(JSON.stringify(answer))
  return answer.broadcast
}
const feed = async (client: Client, unreadOnly = false): Promise<Data[]> =>
  (
    await client.run(
      `query ($unreadOnly: Boolean) { broadcasts(unreadOnly: $unreadOnly) { nodes { ${BROADCAST} } } }`,
      { unreadOnly },
    )
  ).broadcasts.nodes
const subjects = (nodes: Data[]): string[] => nodes.map(({ subject }) => subject)
const see = async (client: Client, id: string): Promise<Data> =>
  (await client.run(`query ($id: ID!) { broadcast(id: $id) { ${BROADCAST} } }`, { id })).broadcast
const unread = async (client: Client): Promise<Data> =>
  (await client.run('{ viewer { unread { total broadcast } } }')).viewer.unread
const read = (client: Client, broadcastId: string): Promise<Data> =>
  client.mutate(
    'markBroadcastRead',
    { broadcastId },
    `broadcast { isRead readCount } unread { total broadcast }`,
  )
const readersOf = async (client: Client, id: string, has: boolean): Promise<string[]> =>
  (
    await client.run(
      'query ($id: ID!, $has: Boolean!) { broadcast(id: $id) { readers(read: $has) { nodes { user { name } readAt } } } }',
      { id, has },
    )
  ).broadcast.readers.nodes.map(({ user }: Data) => user.name.split(' ')[0])

describe('a broadcast to everybody', () => {
  it('is in each feed and inbox at once, counts as unread, and is message 1 of its own conversation', async () => {
    const { sara, bob } = acme
    const made = await sent(sara, { priority: 'HIGH' })
    expect(made).toMatchObject({
      author: { id: sara.userId },
      subject: 'News',
      body: 'We moved.',
      priority: 'HIGH',
      audience: 'ALL',
      status: 'SENT',
      isRead: true,
      recipientCount: 5,
      readCount: 0,
      conversation: { kind: 'BROADCAST', title: 'News', unreadCount: 0, canPost: true },
    })
    expect(await feed(bob)).toMatchObject([
      {
        id: made.id,
        subject: 'News',
        isRead: false,
        conversation: { title: 'News', unreadCount: 1, canPost: false },
      },
    ])
    expect(await unread(bob)).toEqual({ total: 1, broadcast: 1 })
    expect(await unread(sara)).toEqual({ total: 0, broadcast: 0 })
    const { conversations } = await bob.run(
      `{ conversations(filter: { kinds: [BROADCAST] }) { nodes { title lastMessage { seq subject body author { id } priority } } } }`,
    )
    expect(conversations.nodes).toEqual([
      {
        title: 'News',
        lastMessage: {
          seq: 1,
          subject: 'News',
          body: 'We moved.',
          author: { id: sara.userId },
          priority: 'HIGH',
        },
      },
    ])
  })

  it('is read once per person, whichever way, and its author sees by whom', async () => {
    const { sara, audrey, bob, carol } = acme
    const made = await sent(sara)
    expect(await read(bob, made.id)).toMatchObject({
      broadcast: { isRead: true, readCount: 1 },
      unread: { total: 0, broadcast: 0 },
    })
    await read(bob, made.id)
    await carol.mutate('markRead', { conversationId: made.conversation.id })
    await read(sara, made.id)
    expect(await see(sara, made.id)).toMatchObject({ readCount: 2, recipientCount: 5 })
    expect(await readersOf(sara, made.id, true)).toEqual(['Carol', 'Bob'])
    expect(await readersOf(sara, made.id, false)).toEqual(['Alice', 'Audrey', 'Dave'])
    expect(await readersOf(audrey, made.id, false)).toEqual(['Alice', 'Audrey', 'Dave'])
    const asked = await bob.send(
      'query ($id: ID!) { broadcast(id: $id) { readers(read: true) { nodes { readAt } } } }',
      {
        id: made.id,
      },
    )
    expect(asked.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' })
    const leaks = `query ($id: ID!) { conversation(id: $id) { lastMessage { receipts { nodes { user { id } } } }
      participants { nodes { user { id } } } } }`
    const { conversation } = await bob.run(leaks, { id: made.conversation.id })
    expect(conversation.lastMessage.receipts.nodes).toEqual([])
    expect(conversation.participants.nodes.map(({ user }: Data) => user.id).sort()).toEqual(
      [bob.userId, sara.userId].sort(),
    )
    expect(await feed(bob, true)).toEqual([])
    expect(subjects(await feed(acme.dave, true))).toEqual(['News'])
  })

  it('is found by its words, by whom it went to', async () => {
    const { sara, bob, carol } = acme
    await sent(sara, {
      audience: 'USERS',
      userIds: [bob.userId],
      subject: 'Relocation',
      body: 'Boxes please',
    })
    const found = async (client: Client, text: string): Promise<string[]> =>
      (
        await client.run('query ($text: String!) { searchMessages(text: $text) { nodes { subject } } }', {
          text,
        })
      ).searchMessages.nodes.map(({ subject }: Data) => subject)
    for (const text of ['relocation', 'boxes']) {
      expect(await found(bob, text)).toEqual(['Relocation'])
      expect(await found(carol, text)).toEqual([])
    }
  })

  it('costs no row per recipient', async () => {
    const rows = async () =>
      (await tableContents(app.database.adminUrl)).participants?.filter((row) =>
        row.includes(acme.companyUuid),
      ).length
    await sent(acme.sara)
    expect(await rows()).toBe(1)
  })

  it('is in the feed of who joins later, read', async () => {
    const made = await sent(acme.sara)
    const erin = await app.newcomer(acme.alice, acme.companyUuid, 'Erin')
    expect(await feed(erin)).toMatchObject([{ subject: 'News', isRead: true }])
    expect(await unread(erin)).toEqual({ total: 0, broadcast: 0 })
    await read(erin, made.id)
    expect(await see(acme.sara, made.id)).toMatchObject({ readCount: 0, recipientCount: 5 })
    expect(await readersOf(acme.sara, made.id, false)).not.toContain('Erin')
    expect(await readersOf(acme.sara, made.id, true)).toEqual([])
  })

  it('reaches the enabled alone, and who is enabled again later upsets no count', async () => {
    const { alice, sara, dave } = acme
    const enable = (isEnabled: boolean) =>
      alice.mutate('syncMembers', { members: [{ externalId: dave.externalId, name: 'Dave', isEnabled }] })
    await enable(false)
    const made = await sent(sara)
    expect(made.recipientCount).toBe(4)
    await enable(true)
    for (const client of [alice, acme.audrey, acme.bob, acme.carol, dave]) await read(client, made.id)
    expect((await see(sara, made.id)).readCount).toBe(4)
  })
})

describe('a broadcast to groups or people', () => {
  it('goes to the members of now, each once, and to nobody else', async () => {
    const { sara, bob, carol, dave } = acme
    const one = await bob.group('One', [sara, carol], { access: 'CLOSED' })
    const two = await sara.group('Two', [carol], { access: 'PRIVATE' })
    const made = await sent(sara, { audience: 'GROUPS', groupIds: [one, two, one] })
    expect(made).toMatchObject({ recipientCount: 2, audience: 'GROUPS' })
    expect(made.groups.nodes.map(({ title }: Data) => title).sort()).toEqual(['One', 'Two'])
    await bob.mutate('addParticipants', { conversationId: one, userIds: [dave.userId] })
    expect((await feed(bob))[0].groups.nodes).toEqual([{ title: 'One' }])
    expect(subjects(await feed(carol))).toEqual(['News'])
    expect(await feed(dave)).toEqual([])
    expect(await see(dave, made.id)).toBeNull()
    await read(carol, made.id)
    expect(await readersOf(sara, made.id, false)).toEqual(['Bob'])
    const named = await sent(sara, { audience: 'USERS', userIds: [dave.userId, sara.userId], subject: 'You' })
    expect(named.recipientCount).toBe(1)
    expect(subjects(await feed(dave))).toEqual(['You'])
  })

  it('is refused, with where and why, for whom it cannot go to', async () => {
    const { sara, bob, carol } = acme
    const globex = await app.company('Globex', { gina: 'owner' })
    const theirs = await globex.gina.group('Theirs')
    const secret = await bob.group('Secret', [carol], { access: 'PRIVATE' })
    const empty = await sara.group('Empty')
    const before = await tableContents(app.database.adminUrl)
    for (const [more, type, path] of [
      [{ audience: 'GROUPS' }, 'InvalidInputError', 'groupIds'],
      [{ audience: 'GROUPS', groupIds: [] }, 'InvalidInputError', 'groupIds'],
      [{ audience: 'USERS', userIds: [] }, 'InvalidInputError', 'userIds'],
      [{ audience: 'ALL', groupIds: [empty] }, 'InvalidInputError', 'groupIds'],
      [{ audience: 'ALL', userIds: [bob.userId] }, 'InvalidInputError', 'userIds'],
      [{ audience: 'GROUPS', groupIds: [empty] }, 'InvalidInputError', 'groupIds'],
      [{ audience: 'USERS', userIds: [sara.userId] }, 'InvalidInputError', 'userIds'],
      [{ audience: 'GROUPS', groupIds: [bob.userId] }, 'InvalidInputError', 'groupIds'],
      [{ subject: ' ' }, 'InvalidInputError', 'subject'],
      [{ body: '' }, 'InvalidInputError', 'body'],
      [{ subject: 'x'.repeat(256) }, 'InvalidInputError', 'subject'],
      [{ body: 'x'.repeat(32 * 1024 + 1) }, 'InvalidInputError', 'body'],
      [{ audience: 'GROUPS', groupIds: [theirs] }, 'NotFoundError', ''],
      [{ audience: 'GROUPS', groupIds: [secret] }, 'NotFoundError', ''],
      [{ audience: 'USERS', userIds: [globex.gina.userId] }, 'NotFoundError', ''],
    ] as const) {
      const answer = await broadcast(sara, more)
      expect([more, answer.__typename]).toEqual([more, type])
      if (path) expect(answer.issues[0].path[0]).toBe(path)
    }
    expect(await tableContents(app.database.adminUrl)).toEqual(before)
  })
})

describe('sending a broadcast', () => {
  it('needs its permission, which the refusal names', async () => {
    for (const client of [acme.bob, acme.audrey]) {
      expect(await broadcast(client)).toMatchObject({
        __typename: 'PermissionDeniedError',
        permission: 'CONVERSATION_BROADCAST',
      })
    }
  })

  it('is done once per idempotency key, also for 20 retries at once', async () => {
    const { sara, bob } = acme
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => broadcast(sara, { idempotencyKey: 'once' })),
    )
    expect(new Set(answers.map((answer) => answer.broadcast?.id)).size).toBe(1)
    expect(await feed(bob)).toHaveLength(1)
    expect(await broadcast(sara, { idempotencyKey: 'once', body: 'Other' })).toMatchObject({
      __typename: 'ConflictError',
    })
    expect((await broadcast(sara, {}, { 'idempotency-key': 'once' })).broadcast.id).toBe(
      answers[0].broadcast.id,
    )
  })

  it('is done as often an hour as the company allows; what is refused or repeated does not count', async () => {
    const { alice, sara } = acme
    await alice.mutate('updateCompanySettings', { broadcastsPerHour: 2 })
    await sent(sara, { idempotencyKey: 'first' })
    await broadcast(sara, { audience: 'USERS', userIds: [] })
    await broadcast(sara, { idempotencyKey: 'first' })
    await sent(alice)
    const refused = await sara.send(
      'mutation { sendBroadcast(input: { audience: ALL, subject: "a", body: "b" }) { __typename } }',
    )
    expect(refused.errors?.[0]).toMatchObject({
      message: 'This company sends at most 2 broadcasts an hour.',
      extensions: { code: 'RATE_LIMITED' },
    })
    expect((await broadcast(sara, { idempotencyKey: 'first' })).__typename).toBe('SendBroadcastPayload')
    await alice.mutate('updateCompanySettings', { broadcastsPerHour: 0 })
    const none = await alice.send(
      'mutation { sendBroadcast(input: { audience: ALL, subject: "a", body: "b" }) { __typename } }',
    )
    expect(none.errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED' })
  })
})

describe('a recipient', () => {
  it('replies only where that is allowed; the author always may', async () => {
    const { sara, bob } = acme
    const closed = await sent(sara)
    const reply = { conversationId: closed.conversation.id, body: 'Thanks' }
    expect(await bob.mutate('sendMessage', reply)).toMatchObject({ __typename: 'RepliesClosedError' })
    expect((await sara.say({ conversationId: closed.conversation.id }, 'PS')).seq).toBe(2)
    const open = await sent(sara, { repliesAllowed: true })
    expect((await bob.say({ conversationId: open.conversation.id }, 'Thanks')).seq).toBe(2)
    expect((await see(bob, open.id)).isRead).toBe(false)
  })

  it('is told at once, with the notice they want, and their other devices of the reading', async () => {
    const { sara, bob, carol } = acme
    const events =
      '... on BroadcastReceived { broadcast { id isRead } unread { total } notify } ... on ConversationRead { conversation { id } }'
    await using bobs = await bob.inbox(events)
    await using saras = await sara.inbox(events)
    const made = await sent(sara)
    await bobs.count(1)
    await saras.count(1)
    expect(bobs.events[0]).toEqual({
      __typename: 'BroadcastReceived',
      broadcast: { id: made.id, isRead: false },
      unread: { total: 1 },
      notify: true,
    })
    expect(saras.events[0]).toMatchObject({ notify: false })
    await read(bob, made.id)
    await bobs.count(2)
    expect(bobs.events[1]).toEqual({
      __typename: 'ConversationRead',
      conversation: { id: made.conversation.id },
    })
    await using carols = await carol.inbox(events)
    expect(
      await sara.mutate('remindUnreadRecipients', { broadcastId: made.id }, 'remindedCount'),
    ).toMatchObject({
      remindedCount: 4,
    })
    await carols.count(1)
    expect(carols.events[0]).toMatchObject({ __typename: 'BroadcastReceived', notify: true })
    await bobs.count(3)
    expect(bobs.events[2]).toMatchObject({ notify: false })
    expect(await bob.mutate('remindUnreadRecipients', { broadcastId: made.id })).toMatchObject({
      __typename: 'PermissionDeniedError',
    })
    expect(await acme.alice.mutate('remindUnreadRecipients', { broadcastId: made.id })).toMatchObject({
      __typename: 'NotFoundError',
    })
  })

  it('learns nothing of who else has read it, which its author is told live', async () => {
    const { sara, bob, carol } = acme
    const made = await sent(sara, { repliesAllowed: true })
    const events = '... on ReceiptAdvanced { user { id } status } ... on MessageSent { message { body } }'
    await using saras = await sara.watch(made.conversation.id, events)
    await using carols = await carol.watch(made.conversation.id, events)
    await read(bob, made.id)
    await bob.say({ conversationId: made.conversation.id }, 'Seen')
    await saras.count(2)
    expect(saras.events[0]).toMatchObject({ user: { id: bob.userId }, status: 'READ' })
    await carols.count(1)
    expect(carols.events).toEqual([{ __typename: 'MessageSent', message: { body: 'Seen' } }])
  })

  it('hides it for themselves', async () => {
    const { sara, bob, carol } = acme
    const made = await sent(sara)
    await bob.mutate('hideConversation', { conversationId: made.conversation.id })
    expect(await feed(bob)).toEqual([])
    expect(await see(bob, made.id)).toBeNull()
    expect(await unread(bob)).toEqual({ total: 0, broadcast: 0 })
    expect(subjects(await feed(carol))).toEqual(['News'])
    expect(await readersOf(sara, made.id, false)).toContain('Bob')
  })

  it('pages through the feed while broadcasts arrive', async () => {
    const { alice, sara, bob } = acme
    await alice.mutate('updateCompanySettings', { broadcastsPerHour: 100 })
    for (const at of [1, 2, 3, 4, 5]) await sent(sara, { subject: `No ${at}` })
    const page = (after?: string) =>
      bob.run(
        'query ($after: String) { broadcasts(first: 2, after: $after) { nodes { subject } pageInfo { endCursor hasNextPage } } }',
        { after },
      )
    const seen: string[] = []
    let after: string | undefined
    for (let more = true; more; ) {
      const { broadcasts } = await page(after)
      seen.push(...subjects(broadcasts.nodes))
      after = broadcasts.pageInfo.endCursor
      more = broadcasts.pageInfo.hasNextPage
      await sent(sara, { subject: 'Later' })
    }
    expect(seen).toEqual(['No 5', 'No 4', 'No 3', 'No 2', 'No 1'])
  })
})

describe('its status to the author', () => {
  it('is read once every recipient has read it', async () => {
    const { sara, bob, carol } = acme
    const made = await sent(sara, { audience: 'USERS', userIds: [bob.userId, carol.userId] })
    const status = async () =>
      (
        await sara.run('query ($id: ID!) { conversation(id: $id) { lastMessage { status } } }', {
          id: made.conversation.id,
        })
      ).conversation.lastMessage.status
    expect(await status()).toBe('SENT')
    await read(bob, made.id)
    expect(await status()).toBe('SENT')
    await carol.mutate('acknowledgeDelivery', {
      marks: [{ conversationId: made.conversation.id, upToSeq: 1 }],
    })
    expect(await status()).toBe('DELIVERED')
    await read(carol, made.id)
    expect(await status()).toBe('READ')
  })
})
