import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { decodeId } from '../../src/ids.ts'
import { purge } from '../../src/retention/purge.ts'
import { tasks } from '../../src/tasks.ts'
import { exported, messagesIn } from '../exports/exporting.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { onDatabase } from '../support/on-database.ts'
import { makeMessagesOlder } from '../support/retention.ts'
import { waitingStatements } from '../support/waiting-statements.ts'

const HOLD = `id name user { id } conversation { id title } from to createdBy { id } releasedAt releasedBy { id } releaseReason`
const SEQS =
  'query ($id: ID!) { conversation(id: $id) { unreadCount messages(last: 50) { nodes { seq body } } } }'

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'cleo'>
let globex: TestCompany<'gina'>
let groupId: string
beforeAll(async () => {
  app = await startApp({ tasks })
  globex = await app.company('Globex', { gina: 'owner' })
})
afterAll(() => app[Symbol.asyncDispose]())
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', cleo: 'member' })
  groupId = await acme.alice.group('Team', [acme.bob, acme.cleo])
  await acme.alice.mutate('updateCompanySettings', { retentionDays: 30 })
})

const sweep = () => purge(app.application.services)
const hold = (input: Data, client: Client = acme.alice): Promise<Data> =>
  client.mutate('createLegalHold', { name: 'Doe v. Acme', ...input }, `hold { ${HOLD} }`)
const release = (holdId: string, reason = 'settled'): Promise<Data> =>
  acme.alice.mutate('releaseLegalHold', { holdId, reason }, `hold { ${HOLD} }`)

/** The numbers of the group's messages that are left. */
async function left(id = groupId, client: Client = acme.alice): Promise<number[]> {
  return (await client.run(SEQS, { id })).conversation.messages.nodes.map(({ seq }: Data) => seq)
}

/** The kinds and objects of what the audit trail tells of holds. */
async function trail(): Promise<Data[]> {
  const { auditEvents } = await acme.alice.run(
    '{ auditEvents(first: 9, filter: { kinds: ["hold.created", "hold.released"] }) { nodes { kind objectId conversationId actor { id } detail } } }',
  )
  return auditEvents.nodes
}

describe('a legal hold', () => {
  test('is placed, listed, found by its id and released by auditors, and the audit trail tells of it', async () => {
    const from = '2026-01-01T00:00:00.000Z'
    const to = '2030-01-01T00:00:00.000Z'
    const placed = await hold({ userId: acme.bob.userId, conversationId: groupId, from, to })
    const expected = {
      name: 'Doe v. Acme',
      user: { id: acme.bob.userId },
      conversation: { id: groupId, title: 'Team' },
      createdBy: { id: acme.alice.userId },
      releasedAt: null,
      releaseReason: null,
      from,
      to,
    }
    expect(placed).toMatchObject({ hold: expected })
    const { id } = placed.hold
    const { legalHolds, node } = await acme.alice.run(
      `query ($id: ID!) { legalHolds { nodes { ${HOLD} } } node(id: $id) { id ... on LegalHold { name } } }`,
      { id },
    )
    expect(legalHolds.nodes).toMatchObject([expected])
    expect(node).toEqual({ id, name: 'Doe v. Acme' })
    const released = await release(id)
    expect(released).toMatchObject({
      hold: {
        releasedAt: expect.any(String),
        releaseReason: 'settled',
        releasedBy: { id: acme.alice.userId },
      },
    })
    expect(await release(id, 'again')).toEqual(released)
    const actor = { id: acme.alice.userId }
    expect(await trail()).toMatchObject([
      { kind: 'hold.released', objectId: id, conversationId: groupId, actor },
      { kind: 'hold.created', objectId: id, conversationId: groupId, actor },
    ])
    const stored = await onDatabase<{ row: string }>(app, 'select h::text as row from legal_holds h')
    for (const { row } of stored) expect(row).not.toMatch(/Doe|settled/)
  })

  test.each([
    ['names nothing', {}, 'A hold names a person, a conversation, or the beginning and end of a time.'],
    ['names only a beginning', { from: '2026-01-01T00:00:00Z' }, /beginning and end of a time/],
    [
      'ends before it begins',
      { from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' },
      'The end must be after the beginning.',
    ],
    [
      'has no name',
      { name: ' ', from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' },
      /must not be empty/,
    ],
  ])('that %s is refused', async (_title, input, detail) => {
    const refused = await hold(input)
    expect(refused).toMatchObject({ __typename: 'InvalidInputError' })
    expect(refused.detail).toMatch(detail)
    expect(await trail()).toEqual([])
  })

  test('names nothing of another company, and is nothing to it and to people without the permission', async () => {
    const theirs = await globex.gina.group('Theirs')
    for (const input of [{ userId: globex.gina.userId }, { conversationId: theirs }])
      expect(await hold(input)).toMatchObject({ __typename: 'NotFoundError' })
    const { hold: ours } = await hold({ conversationId: groupId })
    expect(await globex.gina.mutate('releaseLegalHold', { holdId: ours.id, reason: 'mine' })).toMatchObject({
      __typename: 'NotFoundError',
    })
    for (const client of [globex.gina, acme.bob])
      expect(await client.run('query ($id: ID!) { node(id: $id) { id } }', { id: ours.id })).toEqual({
        node: null,
      })
    expect(await hold({ conversationId: groupId }, acme.bob)).toMatchObject({
      __typename: 'PermissionDeniedError',
      permission: 'CONVERSATION_AUDIT',
    })
    expect((await acme.bob.send('{ legalHolds { nodes { id } } }')).errors?.[0]?.extensions?.code).toBe(
      'FORBIDDEN',
    )
  })
})

describe('a legal hold keeps from a purge', () => {
  async function sayThree(): Promise<void> {
    const { alice, bob, cleo } = acme
    for (const [who, body] of [
      [alice, 'one'],
      [bob, 'two'],
      [cleo, 'three'],
    ] as const)
      await who.say({ conversationId: groupId }, body)
  }

  test('the conversation that it names, until it is released', async () => {
    await sayThree()
    await makeMessagesOlder(app, acme, 40)
    const { hold: placed } = await hold({ conversationId: groupId })
    expect(await sweep()).toMatchObject({ messages: 0 })
    await release(placed.id)
    expect(await sweep()).toMatchObject({ messages: 3 })
    expect(await left()).toEqual([])
  })

  test('all that a person wrote, and all of a conversation that they took part in, but not what others wrote to the company', async () => {
    const { alice, bob, cleo } = acme
    const { conversation } = await alice.mutate(
      'createGlobalConversation',
      { title: 'All', repliesAllowed: true },
      'conversation { id }',
    )
    for (const who of [bob, cleo, bob]) await who.say({ conversationId: conversation.id }, 'to all')
    const other = await alice.group('Without Bob', [cleo])
    await cleo.say({ conversationId: other }, 'not his')
    await sayThree()
    await alice.mutate('removeParticipant', { conversationId: groupId, userId: bob.userId })
    await hold({ userId: bob.userId })
    await makeMessagesOlder(app, acme, 40)
    await sweep()
    expect(await left()).toEqual([1, 2, 3])
    expect(await left(conversation.id)).toEqual([1, 3])
    expect(await left(other)).toEqual([])
  })

  test('messages of its time, and receipts that tell of them', async () => {
    await sayThree()
    await acme.bob.mutate('markRead', { conversationId: groupId, upToSeq: 2 })
    await makeMessagesOlder(app, acme, 40)
    await onDatabase(
      app,
      `update messages set created_at = ('2026-01-0' || (seq + 1) || 'T12:00:00Z')::timestamptz where company_id = $1`,
      [acme.companyUuid],
    )
    await hold({ from: '2026-01-03T00:00:00Z', to: '2026-01-04T00:00:00Z' })
    await sweep()
    expect(await left()).toEqual([2])
    expect((await acme.cleo.run(SEQS, { id: groupId })).conversation).toMatchObject({ unreadCount: 1 })
    const receipts = await onDatabase(app, 'select from receipts where company_id = $1 and up_to_seq = 2', [
      acme.companyUuid,
    ])
    expect(receipts.length).toBeGreaterThan(0)
  })

  test('a message that its author retracts, for exports, while nobody else reads it', async () => {
    const { alice, bob, cleo } = acme
    const { id } = await bob.say({ conversationId: groupId }, 'a canary sings')
    await hold({ userId: bob.userId })
    await bob.mutate('retractMessage', { messageId: id })
    await makeMessagesOlder(app, acme, 40)
    await sweep()
    const { message } = await cleo.run('query ($id: ID!) { message(id: $id) { state body } }', { id })
    expect(message).toEqual({ state: 'RETRACTED', body: null })
    const { text } = await exported(app, alice, { from: '2026-01-01T00:00:00Z' })
    expect(messagesIn(text)).toMatchObject([{ id, state: 'RETRACTED', body: 'a canary sings' }])
  })

  test('messages that no slice has reached when it is placed, though a purge is running', async () => {
    await sayThree()
    await makeMessagesOlder(app, acme, 40)
    await withClient(app.database.adminUrl, async (admin) => {
      // The purge has its turn and waits for the conversation; the hold waits for the purge.
      await admin.query('begin')
      await admin.query('select from conversations where id = $1 for update', [decodeId(groupId)?.uuid])
      const purging = sweep()
      await expect
        .poll(() =>
          onDatabase(
            app,
            `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
             and query like '%app.purge_messages%' and usename = 'colloquy_system'`,
          ),
        )
        .toHaveLength(1)
      const placing = hold({ conversationId: groupId })
      await waitingStatements(app.database.adminUrl, (pids) => pids.length > 0)
      await admin.query('rollback')
      expect(await purging).toMatchObject({ messages: 3, failedCompanies: 0 })
      expect(await placing).toMatchObject({ __typename: 'CreateLegalHoldPayload' })
    })
    for (const body of ['four', 'five']) await acme.bob.say({ conversationId: groupId }, body)
    await makeMessagesOlder(app, acme, 40)
    expect(await sweep()).toMatchObject({ messages: 0 })
    expect(await left()).toEqual([4, 5])
  })
})
