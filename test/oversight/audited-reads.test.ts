import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeId, encodeId, newId } from '../../src/ids.ts'
import {
  auditedConversation,
  auditedConversationPage,
} from '../../src/oversight/queries/audited-conversations.ts'
import { holdMessage } from '../moderation/moderated-company.ts'
import type { TestApp } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { contextOf } from '../support/context.ts'
import { sharedApp } from '../support/shared-app.ts'
import { audit, auditedReads, marksOf, type ReadCompany, readCompany } from './audited-company.ts'

const LIST = `query ($userId: ID, $search: String, $first: Int, $after: String) {
  auditConversations(userId: $userId, search: $search, first: $first, after: $after) {
    nodes { id title kind } pageInfo { endCursor hasNextPage } } }`

describe("an auditor's reads of others' conversations", () => {
  let app: TestApp
  let company: ReadCompany
  let acme: ReadCompany['acme']
  beforeAll(async () => {
    app = await sharedApp()
    company = await readCompany(app)
    acme = company.acme
  })
  afterAll(() => app[Symbol.asyncDispose]())

  const list = async (by: Client, variables = {}): Promise<Data> =>
    (await by.run(LIST, variables)).auditConversations
  const ids = ({ nodes }: { nodes: { id: string }[] }) => nodes.map(({ id }) => id)

  it('are for holders of CONVERSATION_AUDIT alone', async () => {
    for (const client of [acme.sue, acme.bob]) {
      const answers = [
        await client.send('query ($id: ID!) { auditConversation(id: $id) { id } }', { id: company.groupId }),
        await client.send(LIST),
      ]
      for (const { errors } of answers) expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
    }
    expect(ids(await list(acme.ann))).toContain(company.groupId)
  })

  it('are refused before anything is looked for, and by the database as well', async () => {
    for (const client of [acme.sue, acme.bob]) {
      const id = encodeId('Conversation', newId())
      const answers = [
        await client.send('query ($id: ID!) { auditConversation(id: $id) { id } }', { id }),
        await client.send(LIST, { after: 'of no list' }),
      ]
      for (const { errors } of answers) expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
      const refused = { name: 'PermissionDeniedError', permission: 'CONVERSATION_AUDIT' }
      const context = () => contextOf(app, acme.companyUuid, client)
      await expect(
        auditedConversation(await context(), decodeId(company.groupId)?.uuid ?? ''),
      ).rejects.toMatchObject(refused)
      await expect(
        auditedConversationPage(await context(), { userId: null, search: null }, { first: 1 }),
      ).rejects.toMatchObject(refused)
    }
  })

  it('show all posted messages with their revisions, whatever rules and people hide', async () => {
    const conversation = await audit(
      acme.aud,
      company.groupId,
      `title kind description isMember canPost unreadCount hasUnreadMention lastReadSeq lastSeq eventsCursor participantCount
      participants(first: 9) { nodes { user { id } lastReadSeq } } lastMessage { id }
      messages(first: 6) { nodes { id seq body state depth mentions { id } reactions { emoji count users(first: 1) { nodes { id } } }
        parent { id } replyCount replies(first: 2) { nodes { id body } } status accessRules { effect } clientMessageId
        revisions(first: 2) { nodes { body editedBy { id } } } conversation { id title } } }`,
    )
    const { bob, cal } = acme
    expect(conversation).toMatchObject({
      title: 'Team',
      kind: 'GROUP',
      description: 'Secret plans',
      ...{ isMember: false, canPost: false, unreadCount: 0, hasUnreadMention: false, lastReadSeq: 0 },
      ...{
        lastSeq: 6,
        eventsCursor: '',
        participantCount: 2,
        lastMessage: { id: company.messages.reply.id },
      },
    })
    expect(conversation.participants.nodes.map(({ user }: Data) => user.id).toSorted()).toEqual(
      [bob.userId, cal.userId].toSorted(),
    )
    const bodies = conversation.messages.nodes.map(({ body, state }: Data) => body ?? state)
    expect(bodies).toEqual(['First', 'Final', 'For nobody else', 'Hidden by Cal', 'RETRACTED', 'A reply'])
    expect(conversation.messages.nodes[0]).toMatchObject({
      mentions: [{ id: cal.userId }],
      reactions: [{ emoji: '👍', count: 1, users: { nodes: [{ id: cal.userId }] } }],
      replyCount: 1,
      replies: { nodes: [{ id: company.messages.reply.id, body: 'A reply' }] },
      ...{ status: null, accessRules: null, clientMessageId: null },
      conversation: { id: company.groupId, title: 'Team' },
    })
    const [, edited, , , , reply] = conversation.messages.nodes
    expect(edited.revisions.nodes).toEqual([{ body: 'Draft', editedBy: { id: bob.userId } }])
    expect(reply).toMatchObject({ depth: 1, parent: { id: company.messages.first.id } })
  })

  it('page through messages and replies in both directions', async () => {
    const { groupId, messages } = company
    const page = async (args: string) =>
      (
        await audit(
          acme.aud,
          groupId,
          `messages(${args}) { nodes { seq } pageInfo { startCursor endCursor } }`,
        )
      ).messages
    const seqs = (part: Data) => part.nodes.map(({ seq }: Data) => seq)
    const first = await page('first: 2')
    expect(seqs(first)).toEqual([1, 2])
    expect(seqs(await page(`first: 10, after: "${first.pageInfo.endCursor}"`))).toEqual([3, 4, 5, 6])
    const last = await page('last: 2')
    expect(seqs(last)).toEqual([5, 6])
    expect(seqs(await page(`last: 2, before: "${last.pageInfo.startCursor}"`))).toEqual([3, 4])
    expect(seqs(await page('aroundSeq: 3, first: 3'))).toEqual([2, 3, 4])
    const { messages: whole } = await audit(
      acme.aud,
      groupId,
      'messages(first: 1) { nodes { replies(subtree: true) { nodes { id } } } }',
    )
    expect(ids(whole.nodes[0].replies)).toEqual([messages.reply.id])
  })

  it('name the people of a direct conversation, and the subject of a broadcast', async () => {
    const { bob, cal, ann, aud } = acme
    const direct = await bob.say({ recipientId: cal.userId }, 'Between us')
    const { broadcast } = await ann.mutate(
      'sendBroadcast',
      { audience: 'USERS', userIds: [bob.userId], subject: 'News of the day', body: 'For Bob' },
      'broadcast { conversation { id } }',
    )
    expect(
      await audit(aud, direct.conversationId, 'title counterpart { id } messages { nodes { body } }'),
    ).toEqual({
      title: 'Bob Acme, Cal Acme',
      counterpart: null,
      messages: { nodes: [{ body: 'Between us' }] },
    })
    const sent = await audit(
      aud,
      broadcast.conversation.id,
      'title messages { nodes { body receipts { nodes { readAt } } } }',
    )
    expect(sent).toMatchObject({ title: 'News of the day', messages: { nodes: [{ body: 'For Bob' }] } })
    expect(ids(await list(aud, { search: 'cal ac' }))).toEqual([direct.conversationId])
  })

  it('show nothing that is held for review', async () => {
    const groupId = await acme.bob.group('Held here', [acme.cal])
    await holdMessage(app, acme, acme.bob, { conversationId: groupId })
    const conversation = await audit(
      acme.aud,
      groupId,
      'lastSeq lastMessage { id } messages { nodes { id } }',
    )
    expect(conversation).toEqual({ lastSeq: 0, lastMessage: null, messages: { nodes: [] } })
  })

  it('list conversations without skipping or repeating, of all or of one person', async () => {
    const left = await acme.bob.group('Left by Cal', [acme.cal])
    await acme.cal.mutate('leaveGroup', { groupId: left })
    const all = ids(await list(acme.aud))
    const paged: string[] = []
    for (let after: string | null = null; ; ) {
      const page: Data = await list(acme.aud, { first: 2, after })
      paged.push(...ids(page))
      if (!page.pageInfo.hasNextPage) break
      after = page.pageInfo.endCursor
    }
    expect(paged).toEqual(all)
    expect(ids(await list(acme.aud, { userId: acme.cal.userId }))).toContain(left)
    expect(ids(await list(acme.aud, { userId: acme.sue.userId }))).toEqual([])
    expect(ids(await list(acme.aud, { search: 'LEFT by' }))).toEqual([left])
  })

  it('change no mark, receipt, membership or count', async () => {
    const before = await marksOf(app, acme)
    const status = async () =>
      await acme.bob.run(
        '{ sentMessages(first: 1) { nodes { status receipts { nodes { readAt } } } } viewer { unread { total } } }',
      )
    const seen = await status()
    await audit(acme.aud, company.groupId, 'messages { nodes { id body } } lastMessage { id }')
    expect(await marksOf(app, acme)).toEqual(before)
    expect(await status()).toEqual(seen)
  })

  it('open no other way to the conversation, not even in the same operation', async () => {
    const { groupId, messages } = company
    const { aud } = acme
    const id = messages.first.id
    expect(
      await aud.run(
        `query ($groupId: ID!, $id: ID!, $ids: [ID!]!) {
          auditConversation(id: $groupId) { messages { nodes { id } } }
          conversation(id: $groupId) { id } message(id: $id) { id } nodes(ids: $ids) { id }
          searchMessages(text: "First") { nodes { id } } conversations { nodes { id } } }`,
        { groupId, id, ids: [groupId, id] },
      ),
    ).toMatchObject({
      conversation: null,
      message: null,
      nodes: [null, null],
      searchMessages: { nodes: [] },
      conversations: { nodes: [] },
    })
    const inputs: [string, object][] = [
      ['markRead', { conversationId: groupId }],
      ['acknowledgeDelivery', { marks: [{ conversationId: groupId, upToSeq: 1 }] }],
      ['setReaction', { messageId: id, emoji: '👍', on: true }],
      ['sendMessage', { conversationId: groupId, body: 'No' }],
      ['hideMessage', { messageId: id }],
    ]
    for (const [field, input] of inputs) {
      const { __typename: type } = await aud.mutate(field, input as Record<string, unknown>)
      expect(['NotFoundError', 'PermissionDeniedError'], field).toContain(type)
    }
    await using events = aud.subscribe(
      'subscription ($id: ID!) { conversationEvents(conversationId: $id) { __typename } }',
      { id: groupId },
    )
    expect((await events.rejection()).extensions?.code).toBe('NOT_FOUND')
  })

  it('end at the company', async () => {
    const globex = await app.company('Globex', { gus: 'owner', gil: 'member' })
    const foreign = await globex.gil.group('Elsewhere', [globex.gus])
    const before = await auditedReads(acme)
    for (const id of [foreign, encodeId('Conversation', newId())])
      expect(await audit(acme.ann, id, 'id title messages { nodes { id } }')).toBe(null)
    expect(await auditedReads(acme)).toEqual(before)
    expect(ids(await list(acme.ann, { userId: globex.gil.userId }))).toEqual([])
    expect(ids(await list(acme.ann, { search: 'Elsewhere' }))).toEqual([])
    expect(ids(await list(globex.gus))).toEqual([foreign])
  })
})
