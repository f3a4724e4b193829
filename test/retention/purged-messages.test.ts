import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { decodeId } from '../../src/ids.ts'
import { purge } from '../../src/retention/purge.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Data } from '../support/client.ts'
import { onDatabase } from '../support/on-database.ts'
import { makeMessagesOlder, storedPositions } from '../support/retention.ts'
import { range } from '../support/stored-events.ts'
import { tableContents } from '../support/table-contents.ts'

const MESSAGES = `query ($id: ID!) { conversation(id: $id) { lastSeq unreadCount lastMessage { seq }
  messages(last: 50) { nodes { id seq depth body parent { id } replyCount } } } }`
const SETTINGS = '{ viewer { company { settings { retentionDays } } } }'

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'cleo'>
let groupId: string
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app[Symbol.asyncDispose]())
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', cleo: 'member' })
  groupId = await acme.alice.group('Team', [acme.bob, acme.cleo])
  await acme.alice.mutate('updateCompanySettings', { retentionDays: 30 })
})

const sweep = (retentionDaysDefault = 0) => purge({ ...app.application.services, retentionDaysDefault })
const read = async (client = acme.bob): Promise<Data> =>
  (await client.run(MESSAGES, { id: groupId })).conversation
const seqsOf = ({ messages }: Data): number[] => messages.nodes.map(({ seq }: Data) => seq)
const uuidOf = (id: string) => decodeId(id)?.uuid ?? ''

/** A message with everything that can hang on one. */
async function sayMuch(): Promise<string> {
  const { alice, bob, cleo } = acme
  const { id } = await alice.say({ conversationId: groupId }, 'a canary sings', {
    idempotencyKey: 'once',
    mentionIds: [bob.userId],
    accessRules: [{ effect: 'DENY', userId: (await app.newcomer(alice, acme.companyId, 'dan')).userId }],
  })
  await alice.mutate('editMessage', { messageId: id, body: 'another canary' })
  await bob.mutate('setReaction', { messageId: id, emoji: '👍', on: true })
  await bob.mutate('reportMessage', { messageId: id, reason: 'OTHER', note: 'too loud' })
  await bob.mutate('markRead', { conversationId: groupId })
  await cleo.mutate('hideMessage', { messageId: id })
  return uuidOf(id)
}

describe('messages past the retention of their company', () => {
  test('are deleted with all that hangs on them, and leave no trace but in the audit trail, which verifies', async () => {
    const { alice, bob } = acme
    const gone = await sayMuch()
    const kept = await alice.say({ conversationId: groupId }, 'a robin sings')
    const before = await storedPositions(app, acme)
    await makeMessagesOlder(app, acme, 32, 1)
    expect(await sweep()).toMatchObject({ messages: 1, receipts: 1, failedCompanies: 0 })
    for (const [table, rows] of Object.entries(await tableContents(app.database.adminUrl)))
      if (table !== 'audit_events')
        expect([table, rows.filter((row) => row.includes(gone))]).toEqual([table, []])
    expect(await storedPositions(app, acme)).toEqual(before)
    expect(await read()).toMatchObject({ lastSeq: 2, unreadCount: 1, messages: { nodes: [{ id: kept.id }] } })
    const { searchMessages } = await bob.run('{ searchMessages(text: "sings") { nodes { id } } }')
    expect(searchMessages.nodes).toEqual([{ id: kept.id }])
    const { auditEvents } = await alice.run(
      '{ auditEvents(first: 1, filter: { kinds: ["messages.purged"] }) { nodes { actor { id } objectId detail } } }',
    )
    expect(auditEvents.nodes).toEqual([
      { actor: null, objectId: groupId, detail: { count: 1, fromSeq: 1, toSeq: 1 } },
    ])
    const { auditVerification } = await alice.run('{ auditVerification { problems { detail } } }')
    expect(auditVerification.problems).toEqual([])
  })

  test('are those of whole days before the day', async () => {
    await acme.alice.say({ conversationId: groupId }, 'one')
    await makeMessagesOlder(app, acme, 30)
    expect(await sweep()).toMatchObject({ messages: 0 })
    await makeMessagesOlder(app, acme, 1)
    expect(await sweep()).toMatchObject({ messages: 1 })
    expect(await read()).toMatchObject({ lastSeq: 1, lastMessage: null, messages: { nodes: [] } })
  })

  test('follow the default of the deployment where the company says nothing, and stay where it says 0', async () => {
    const { alice } = acme
    await alice.say({ conversationId: groupId }, 'one')
    await makeMessagesOlder(app, acme, 100)
    await alice.mutate('updateCompanySettings', { retentionDays: 0 })
    expect(await sweep(10)).toMatchObject({ messages: 0 })
    await alice.mutate('updateCompanySettings', { retentionDays: null })
    expect((await alice.run(SETTINGS)).viewer.company.settings).toEqual({ retentionDays: null })
    expect(await sweep(0)).toMatchObject({ messages: 0 })
    expect(await sweep(200)).toMatchObject({ messages: 0 })
    expect(await sweep(10)).toMatchObject({ messages: 1 })
  })

  test('are kept by a setting that is refused', async () => {
    for (const retentionDays of [-1, 36_501])
      expect(await acme.alice.mutate('updateCompanySettings', { retentionDays })).toMatchObject({
        __typename: 'InvalidInputError',
      })
    expect(await acme.bob.mutate('updateCompanySettings', { retentionDays: 1 })).toMatchObject({
      __typename: 'PermissionDeniedError',
    })
  })

  test('of one company are none of another', async () => {
    const globex = await app.company('Globex', { gina: 'owner', greg: 'member' })
    await globex.gina.say({ recipientId: globex.greg.userId }, 'theirs')
    await acme.alice.say({ conversationId: groupId }, 'ours')
    for (const company of [acme, globex]) await makeMessagesOlder(app, company, 400)
    expect(await sweep()).toMatchObject({ messages: 1 })
    const { conversations } = await globex.greg.run(
      '{ conversations { nodes { lastMessage { body } unreadCount } } }',
    )
    expect(conversations.nodes).toEqual([{ lastMessage: { body: 'theirs' }, unreadCount: 1 }])
  })

  test('leave their replies at their depth', async () => {
    const { alice, bob } = acme
    const root = await alice.say({ conversationId: groupId }, 'root')
    const reply = await bob.say({ conversationId: groupId }, 'reply', { parentId: root.id })
    const deeper = await alice.say({ conversationId: groupId }, 'deeper', { parentId: reply.id })
    await makeMessagesOlder(app, acme, 40, 1)
    await sweep()
    expect((await read()).messages.nodes).toMatchObject([
      { id: reply.id, depth: 1, parent: null, replyCount: 1 },
      { id: deeper.id, depth: 2, parent: { id: reply.id } },
    ])
    await bob.say({ conversationId: groupId }, 'deepest', { parentId: deeper.id })
    await makeMessagesOlder(app, acme, 40, 2)
    await sweep()
    expect(seqsOf(await read())).toEqual([3, 4])
  })

  test('of one with more replies than a slice takes off go in the end', async () => {
    const { alice } = acme
    const root = await alice.say({ conversationId: groupId }, 'root')
    await Promise.all(
      range(1, 310).map((n) => alice.say({ conversationId: groupId }, `reply ${n}`, { parentId: root.id })),
    )
    await makeMessagesOlder(app, acme, 40, 1)
    expect(await sweep()).toMatchObject({ messages: 1 })
    expect(await read()).toMatchObject({ lastSeq: 311, unreadCount: 310 })
  })

  test('that are held or rejected go as well, with their cases', async () => {
    const { alice, bob } = acme
    await alice.mutate('updateCompanySettings', { spam: { blockedDomains: ['spam.test'] } })
    const spam = () => bob.mutate('sendMessage', { conversationId: groupId, body: 'https://spam.test' })
    for (let n = 0; n < 30; n += 1) if ((await spam()).__typename === 'SpamRefusedError') break
    await onDatabase(app, 'update spam_penalties set cooldown_until = null, step = 9 where company_id = $1', [
      acme.companyUuid,
    ])
    await spam()
    const held = await bob.run('{ heldMessages { nodes { id } } }')
    expect(held.heldMessages.nodes).toHaveLength(1)
    await makeMessagesOlder(app, acme, 40)
    await sweep()
    expect(await bob.run('{ heldMessages { nodes { id } } }')).toEqual({ heldMessages: { nodes: [] } })
    const { moderationCases } = await alice.run('{ moderationCases { nodes { id } } }')
    expect(moderationCases.nodes).toEqual([])
  })

  test('of a broadcast take the broadcast with them', async () => {
    const { alice, bob } = acme
    const { broadcast } = await alice.mutate(
      'sendBroadcast',
      { audience: 'ALL', subject: 'News', body: 'We moved.', idempotencyKey: 'b' },
      'broadcast { id }',
    )
    await makeMessagesOlder(app, acme, 40)
    expect(await sweep()).toMatchObject({ messages: 1 })
    expect(await bob.run('query ($id: ID!) { broadcast(id: $id) { id } }', { id: broadcast.id })).toEqual({
      broadcast: null,
    })
    expect(await alice.mutate('remindUnreadRecipients', { broadcastId: broadcast.id })).toMatchObject({
      __typename: 'NotFoundError',
    })
    expect(
      (await bob.run('{ broadcasts { nodes { id } } viewer { unread { total } } }')).viewer.unread.total,
    ).toBe(0)
  })

  test('are passed over in a stream that resumes from before them', async () => {
    const { alice, bob } = acme
    const { conversation } = await bob.run('query ($id: ID!) { conversation(id: $id) { eventsCursor } }', {
      id: groupId,
    })
    await alice.say({ conversationId: groupId }, 'old')
    await alice.say({ conversationId: groupId }, 'young')
    await makeMessagesOlder(app, acme, 40, 1)
    await sweep()
    await using stream = await bob.watch(
      groupId,
      '... on MessageSent { message { seq } }',
      conversation.eventsCursor,
    )
    expect(await stream.count(1)).toMatchObject([{ message: { seq: 2 } }])
  })
})
