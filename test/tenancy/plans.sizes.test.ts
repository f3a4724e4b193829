import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { INBOX } from '../../src/events/cursor.ts'
import { readEvents, readMissed } from '../../src/events/event-page.ts'
import { encodeId } from '../../src/ids.ts'
import { acquaintancesAmong } from '../../src/presence/acquaintances.ts'
import { purge } from '../../src/retention/purge.ts'
import { createSharedReads } from '../../src/subscriptions/shared-reads.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { contextOf } from '../support/context.ts'
import { cloneDatabase, type TestDatabase } from '../support/database.ts'
import { installedPostgresForTests } from '../support/installed-postgres.ts'
import { onDatabase } from '../support/on-database.ts'
import { storedPositions } from '../support/retention.ts'
import { changeManyTimes } from '../support/stored-events.ts'
import { pushEverything } from './every-push-request.ts'
import { useEverything } from './every-request.ts'
import { fillDatabase } from './large-database.ts'
import { BIG, COMPANY_WIDE, EACH_MEMBER, GREEDIER_ON_OLDEST, MAX_ROWS, RARE } from './plan-exceptions.ts'
import { explainEverything, type PlanRecord, recordPlans, statementNames } from './plans.ts'

/** So many that what is read for each of them must be little. */
const EVENTFUL = 200

/** Fewer than are deleted at once, so that one batch is all. */
const PAST = 900

/** Deletes what is past its time, after some of it is. */
async function purgeSome(app: TestApp, { companyUuid }: { companyUuid: string }): Promise<void> {
  const company = [companyUuid]
  await onDatabase(
    app,
    `update events set created_at = now() - interval '40 days' where company_id = $1 and position <= ${PAST}`,
    company,
  )
  await onDatabase(
    app,
    `update digest_marks d set position = s.position from company_streams s
      where s.company_id = d.company_id and d.company_id = $1`,
    company,
  )
  await onDatabase(
    app,
    `update messages m set created_at = now() - interval '400 days'
      from (select company_id, conversation_id from messages where company_id = $1 order by id limit 1) o
      where m.company_id = o.company_id and m.conversation_id = o.conversation_id and m.seq <= 3`,
    company,
  )
  await onDatabase(
    app,
    `insert into receipts (company_id, conversation_id, user_id, status, up_to_seq)
      select m.company_id, m.conversation_id, m.author_id, 'READ', 2 from messages m
      where m.company_id = $1 and m.created_at < now() - interval '399 days' and m.seq = 2 on conflict do nothing`,
    company,
  )
  await onDatabase(app, 'update companies set retention_days = 365 where id = $1', company)
  await purge(app.application.services)
}

/** As a stream does for messages that have waited for its subscriber. */
async function readVersions(app: TestApp, { ann, companyUuid }: TestCompany<'ann'>): Promise<void> {
  const context = await contextOf(app, companyUuid, ann)
  const latest = await onDatabase<{ id: string }>(
    app,
    'select id from messages where company_id = $1 order by id desc limit 50',
    [companyUuid],
  )
  const ids = latest.map(({ id }) => id)
  await context.loaders.messageVersion.loadMany(ids)
  const system = app.application.services.database.forSystem(companyUuid)
  await createSharedReads(system).of(ann.uuid).messageVersion?.().loadMany(ids)
}

/** As somebody who follows a busy conversation, and who comes back to it. */
async function readEventful(
  app: TestApp,
  { ann, bea, companyUuid }: TestCompany<'ann' | 'bea'>,
): Promise<void> {
  const system = app.application.services.database.forSystem(companyUuid)
  const [membership] = await onDatabase<{ id: string }>(
    app,
    'select conversation_id as id from participants where company_id = $1 and user_id = $2 limit 1',
    [companyUuid, ann.uuid],
  )
  const conversationId = membership?.id ?? ''
  const last = await changeManyTimes(app, companyUuid, encodeId('Conversation', conversationId), EVENTFUL)
  const range = { after: last - EVENTFUL, max: EVENTFUL }
  await readEvents(system, range, `{${ann.uuid},${bea.uuid}}`)
  await readMissed(system, range, { userId: ann.uuid, stream: INBOX })
  await readMissed(system, range, { userId: ann.uuid, stream: conversationId })
}

/** As who asks for contacts while most of the company is there. */
async function readContacts(app: TestApp, { ann, companyUuid }: TestCompany<'ann'>): Promise<void> {
  const people = await onDatabase<{ id: string }>(app, 'select id from users where company_id = $1', [
    companyUuid,
  ])
  const ids = people.map(({ id }) => id)
  const system = app.application.services.database.forSystem(companyUuid)
  const among = (viewers: string[], users: string[]) => acquaintancesAmong(system, viewers, users, null)
  const known = [...((await among([ann.uuid], ids)).get(ann.uuid) ?? [])].sort()
  expect(known.length).toBeGreaterThan(1_000)
  // From the other side, and looked up one by one, it is the same.
  expect([...(await among(ids, [ann.uuid])).keys()].sort()).toEqual(known)
  const few = known.slice(0, 50)
  expect([...((await among([ann.uuid], few)).get(ann.uuid) ?? [])].sort()).toEqual(few)
}

// Which functions the planner may run before a policy differs between versions: what is fast on one may be slow on another.
const installed = await installedPostgresForTests('THE TESTS ON AN OLDER POSTGRESQL')
const oldest = await installed?.makeServer()
afterAll(() => installed?.dispose())

type PlanCase = [
  name: string,
  planCacheMode: string,
  believed: number | undefined,
  makeDatabase: () => Promise<TestDatabase>,
]
const onEmbedded: PlanCase[] = [
  ['custom plans', 'force_custom_plan', undefined, cloneDatabase],
  ['generic plans', 'force_generic_plan', undefined, cloneDatabase],
  ['generic plans where most of 500 companies are small', 'force_generic_plan', 500, cloneDatabase],
]
const onOldest: PlanCase[] = oldest
  ? [
      ['custom plans on an older PostgreSQL', 'force_custom_plan', undefined, oldest.makeDatabase],
      ['generic plans on an older PostgreSQL', 'force_generic_plan', undefined, oldest.makeDatabase],
    ]
  : []

describe.each([...onEmbedded, ...onOldest])(
  'with %s, on 60,000 messages',
  (_name, planCacheMode, believed, makeDatabase) => {
    let app: TestApp
    let company: TestCompany<'ann' | 'bea' | 'cal'>
    let plans: PlanRecord
    beforeAll(async () => {
      app = await startApp({ database: await makeDatabase() })
      company = await app.company('Large', { ann: 'owner', bea: 'member', cal: 'member' })
      const { ann, bea, companyUuid } = company
      const { keyring } = app.application.services
      const keys = await keyring.forCompany(companyUuid)
      keyring.forget(companyUuid)
      const words = { common: keys.searchToken('common'), rare: keys.searchToken('rare') }
      await fillDatabase(app.database.adminUrl, companyUuid, [ann.uuid, bea.uuid], words, believed)
      await explainEverything(app.database.adminUrl, planCacheMode)
      plans = recordPlans()
      await useEverything(plans, company)
        .then(() => pushEverything(app, company))
        .then(() => readVersions(app, company))
        .then(() => readEventful(app, company))
        .then(() => readContacts(app, company))
        .then(() => purgeSome(app, company))
        .finally(plans.stop)
    }, 120_000)
    afterAll(() => app[Symbol.asyncDispose]())

    it('deletes what is past its time', async () => {
      const [first] = await storedPositions(app, company)
      expect(first).toBe(PAST + 1)
    })

    it('runs every statement of the sources, as the serving role', () => {
      const missing = statementNames('src').filter((name) => !plans.names.has(name) && !(name in RARE))
      expect(missing).toEqual([])
      expect(plans.accesses.length).toBeGreaterThan(500)
    })

    it('scans none of the tables that grow', () => {
      const scans = plans.accesses.filter(({ node, table }) => node === 'Seq Scan' && BIG.includes(table))
      expect([...new Set(scans.map(({ statement, table }) => `${statement} scans ${table}`))]).toEqual([])
    })

    it('looks at what concerns the viewer, not at all that the company has', () => {
      const greedy = plans.accesses.filter(
        ({ statement, table, rows }) =>
          BIG.includes(table) &&
          rows > MAX_ROWS &&
          !(statement in COMPANY_WIDE) &&
          !(EACH_MEMBER.has(statement) && table === 'users') &&
          !(
            makeDatabase === oldest?.makeDatabase &&
            statement in GREEDIER_ON_OLDEST &&
            table === 'participants'
          ),
      )
      expect([
        ...new Set(
          greedy.map(
            ({ statement, node, table, index, rows }) =>
              `${statement}: ${rows} ${table} by ${node} ${index ?? ''}`,
          ),
        ),
      ]).toEqual([])
    })
  },
)
