import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { tableContents } from '../support/table-contents.ts'
import { broadcast, feed, read, readersOf, see, sent, subjects, unread } from './broadcasts.ts'

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

  it('is found by its words, by its recipients', async () => {
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

  it('is rejected with path and reason for people that it cannot be sent to', async () => {
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
