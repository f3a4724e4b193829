import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { decodeId } from '../../src/ids.ts'
import { purge } from '../../src/retention/purge.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { onDatabase } from '../support/on-database.ts'
import { makeMessagesOlder } from '../support/retention.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { range } from '../support/stored-events.ts'

vi.setConfig({ testTimeout: 120_000 })

const PEOPLE = { alice: 'owner', bob: 'member', cleo: 'member' } as const
const MESSAGES = 450
const DUE = 300
/** The connections whose purge waits for a lock. */
const PURGING = `select pid from pg_stat_activity where datname = current_database() and usename = 'colloquy_system'
  and wait_event_type = 'Lock' and query like '%app.purge_%'`

let app: TestApp
let acme: TestCompany<keyof typeof PEOPLE>
let groupId: string
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', PEOPLE)
  groupId = await acme.alice.group('Team', [acme.bob, acme.cleo])
  await acme.alice.mutate('updateCompanySettings', { retentionDays: 30 })
})
afterAll(() => app[Symbol.asyncDispose]())

/** Runs a purge that waits for rows of a table which somebody else has locked, and is killed there. */
async function purgeAndKill(table: string): Promise<void> {
  await withClient(app.database.adminUrl, async (admin) => {
    await admin.query(`begin; select from ${table} where company_id = '${acme.companyUuid}' for update`)
    const purging = purge(app.application.services, { companyIds: [acme.companyUuid] })
    // It deletes what comes before that table first. Then it waits for some seconds.
    await expect
      .poll(() => onDatabase(app, `select pid from (${PURGING}) p`), { interval: 20 })
      .toHaveLength(1)
    await onDatabase(app, `select pg_terminate_backend(pid) from (${PURGING}) p`)
    expect(await purging).toMatchObject({ failedCompanies: 1 })
    await admin.query('rollback')
  })
}

/** The number of unread messages, counted one by one. */
async function recount({ uuid }: Client): Promise<number> {
  const [row] = await onDatabase<{ count: number }>(
    app,
    `select count(*)::int as count from messages m join participants p using (company_id, conversation_id)
     where m.company_id = $1 and m.conversation_id = $2 and p.user_id = $3 and m.author_id <> $3 and m.state = 'POSTED'
       and m.seq > coalesce(least(p.last_read_seq, p.unread_from_seq - 1), 0)
       and not exists (select from hidden_messages h where h.message_id = m.id and h.user_id = $3)`,
    [acme.companyUuid, decodeId(groupId)?.uuid, uuid],
  )
  return row?.count ?? -1
}

async function expectUnreadToAgree(): Promise<void> {
  for (const person of [acme.alice, acme.bob, acme.cleo]) {
    const { conversation } = await person.run(
      'query ($id: ID!) { conversation(id: $id) { lastSeq unreadCount } viewer { unread { total } } }',
      { id: groupId },
    )
    expect(conversation).toEqual({ lastSeq: MESSAGES, unreadCount: await recount(person) })
  }
}

/** Everybody writes, edits, retracts, hides, reads and reacts at random. */
async function liveTogether(): Promise<void> {
  const random = seededRandom(20261130)
  const people = [acme.alice, acme.bob, acme.cleo]
  const anyone = () => people[Math.floor(random() * people.length)] as Client
  const sent: (Data & { by: Client })[] = []
  for (const n of range(1, MESSAGES)) {
    const by = anyone()
    const parent = random() < 0.2 ? sent[Math.floor(random() * sent.length)] : undefined
    const isTooDeep = parent && parent.depth > 6
    const more = parent && !isTooDeep ? { parentId: parent.id } : {}
    sent.push({ ...(await by.say({ conversationId: groupId }, `message ${n}`, more)), by })
    const { id: messageId, by: author } = sent[Math.floor(random() * sent.length)] as Data
    if (random() < 0.1) await author.mutate('retractMessage', { messageId })
    if (random() < 0.1) await anyone().mutate('hideMessage', { messageId })
    if (random() < 0.1) await anyone().mutate('setReaction', { messageId, emoji: '👍', on: true })
    if (random() < 0.02)
      await anyone().mutate('markRead', { conversationId: groupId, upToSeq: Math.ceil(random() * n) })
  }
  await acme.cleo.mutate('markUnread', { conversationId: groupId, fromSeq: 120 })
}

test('a purge that is killed at any point leaves counts that agree, and the next one leaves nothing behind', async () => {
  await liveTogether()
  await expectUnreadToAgree()
  await makeMessagesOlder(app, acme, 40, DUE)
  // Before it has done anything, while it empties events, and after all but the last of it.
  for (const table of ['conversations', 'events', 'company_streams']) {
    await purgeAndKill(table)
    await expectUnreadToAgree()
  }
  // The messages are gone by then, the receipts are not.
  await purgeAndKill('receipts')
  await expectUnreadToAgree()
  await purge(app.application.services)
  const left = async (sql: string) => (await onDatabase<{ n: number }>(app, sql, [acme.companyUuid]))[0]?.n
  expect(await left(`select count(*)::int as n from messages where company_id = $1 and seq <= ${DUE}`)).toBe(
    0,
  )
  expect(await left('select count(*)::int as n from message_gaps where company_id = $1')).toBe(1)
  for (const [table, column] of [
    ['receipts', 'up_to_seq'],
    ['hidden_messages', 'seq'],
    ['mentions', 'seq'],
  ])
    expect([
      table,
      await left(`select count(*)::int as n from ${table} where company_id = $1 and ${column} <= ${DUE} and not exists (
        select from messages m where m.seq <= ${column} and m.company_id = ${table}.company_id)`),
    ]).toEqual([table, 0])
  expect(
    await left(`select count(*)::int as n from events e where e.company_id = $1 and e.message_id is not null
      and not exists (select from messages m where m.company_id = e.company_id and m.id = e.message_id)`),
  ).toBe(0)
  await expectUnreadToAgree()
})
