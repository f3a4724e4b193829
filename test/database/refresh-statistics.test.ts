import pino from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDatabase } from '../../src/database/database.ts'
import { startRefreshingStatistics } from '../../src/database/refresh-statistics.ts'
import { withClient } from '../../src/database/roles.ts'
import { cloneDatabase, type TestDatabase } from '../support/database.ts'

const ROWS = 2_000

let database: TestDatabase
beforeAll(async () => {
  database = await cloneDatabase()
})
afterAll(() => database.drop())

const refresh = (url: string) =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ table: string | null }>(
      'select app.refresh_statistics() as "table"',
    )
    return rows[0]?.table
  })

/** Messages of one company in one conversation. */
const addMessages = (from: number, to: number) =>
  withClient(database.adminUrl, async (admin) => {
    await admin.query('set session_replication_role = replica')
    await admin.query(
      `insert into messages (company_id, id, conversation_id, seq, author_id, body)
       select '00000000-0000-4000-8000-000000000001', gen_random_uuid(), '00000000-0000-4000-8000-000000000002', n,
         '00000000-0000-4000-8000-000000000003', '\\x00' from generate_series($1::int, $2::int) n`,
      [from, to],
    )
    await admin.query('select pg_stat_force_next_flush()')
  })

it('a kept plan that was made for an empty table is made anew once the table has grown', async () => {
  await withClient(database.adminUrl, async (keeping) => {
    await keeping.query('set enable_seqscan = off')
    await keeping.query('set plan_cache_mode = force_generic_plan')
    await keeping.query('prepare kept (uuid, uuid) as select from messages where company_id = $1 and id = $2')
    const plan = async () => {
      const { rows } = await keeping.query('explain execute kept (gen_random_uuid(), gen_random_uuid())')
      return JSON.stringify(rows)
    }
    const before = await plan()
    await addMessages(1, ROWS)
    expect(await plan()).toBe(before)
    expect(await refresh(database.systemUrl)).toBe('public.messages')
    expect(await plan()).not.toBe(before)
    expect(await plan()).toContain('messages_pkey')
  })
})

it('tables that have grown less than fourfold since they were looked at are left alone', async () => {
  await addMessages(ROWS + 1, 2 * ROWS)
  expect(await refresh(database.systemUrl)).toBeNull()
  await addMessages(2 * ROWS + 1, 4 * ROWS)
  expect(await refresh(database.systemUrl)).toBe('public.messages')
})

it('a table that somebody else has locked against it is left for the next time', async () => {
  await addMessages(4 * ROWS + 1, 16 * ROWS)
  await withClient(database.adminUrl, async (holder) => {
    await holder.query('begin')
    await holder.query('lock table messages in share update exclusive mode')
    expect(await refresh(database.systemUrl)).toBeNull()
    await holder.query('rollback')
  })
  expect(await refresh(database.systemUrl)).toBe('public.messages')
})

it('only the system role may have tables looked at', async () => {
  await expect(refresh(database.appUrl)).rejects.toThrow('permission denied for function refresh_statistics')
})

it('a server looks at tables that have grown every two seconds', async () => {
  const { appUrl, systemUrl } = database
  const log = pino({ level: 'silent' })
  const opened = openDatabase({ appUrl, systemUrl, poolSize: 1, log })
  const refreshing = startRefreshingStatistics({ database: opened, log })
  try {
    await addMessages(16 * ROWS + 1, 64 * ROWS)
    const counted = () =>
      withClient(database.adminUrl, async (admin) => {
        const { rows } = await admin.query<{ n: number }>(
          `select reltuples::int as n from pg_class where relname = 'messages'`,
        )
        return rows[0]?.n
      })
    await expect.poll(counted, { timeout: 20_000 }).toBe(64 * ROWS)
  } finally {
    await refreshing.stop()
    await opened.close()
  }
})
