import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { pino } from 'pino'
import { describe, expect, test, vi } from 'vitest'
import { execute, migratedDatabases, problemOf, table } from './migrating.ts'

const setUp = migratedDatabases()

describe('migrate beside others who use the database', () => {
  test('holds nobody up behind a long read, however often it tries: it lets others pass, and is applied once the read is over', async () => {
    const database = await setUp({ '1_table': table })
    await database.migrate()
    await database.write('2_column', 'alter table notes add column more text')
    const reader = new pg.Client({ connectionString: database.url })
    await reader.connect()
    let attempts = 0
    const write = () => {
      attempts += 1
    }
    const told = pino({ level: 'warn' }, { write })
    try {
      await reader.query('begin; select * from notes')
      const migrating = database.migrate(told)
      // Past the attempt that would wait for an autovacuum.
      while (attempts < 11) {
        // Fails if it has to wait for longer.
        await database.query(`set lock_timeout = '1s'; select * from notes`)
        await delay(10)
      }
      await reader.query('commit')
      expect(await migrating).toEqual(['2_column'])
      expect(await database.query('select more from notes')).toEqual([])
    } finally {
      await reader.end()
    }
  })

  test('makes an index of a table that others write to meanwhile, outside of a transaction, and repeats it after it has failed', async () => {
    const database = await setUp({ '1_table': table })
    await database.migrate()
    const index = (column: string) =>
      `-- One by one.\ndrop index concurrently if exists notes_text_idx;\ncreate index concurrently notes_text_idx on notes (${column});\n`
    await database.write('2_index', index('nothing'))
    expect(await problemOf(database.migrate())).toContain('column "nothing" does not exist')
    await database.write('2_index', index('"text"'))
    const writer = new pg.Client({ connectionString: database.url })
    await writer.connect()
    try {
      await writer.query(`begin; insert into notes values (gen_random_uuid(), 'before')`)
      const migrating = database.migrate()
      await vi.waitUntil(
        async () =>
          (
            await execute(
              database.adminUrl,
              `select 1 from pg_locks where locktype = 'transactionid' and not granted
            union all select 1 from pg_locks where locktype = 'virtualxid' and not granted`,
            )
          ).length > 0,
        { timeout: 30_000 },
      )
      // A process that waits for this one is none of those that the index waits for.
      const another = database.migrate()
      await database.query(`insert into notes values (gen_random_uuid(), 'meanwhile')`)
      await delay(1_000)
      await writer.query('commit')
      expect(await migrating).toEqual(['2_index'])
      expect(await another).toEqual([])
      const valid = `select indisvalid from pg_index where indexrelid = 'notes_text_idx'::regclass`
      expect(await database.query(valid)).toEqual([{ indisvalid: true }])
    } finally {
      await writer.end()
    }
  })

  test('begins anew when it meets a writer in a deadlock', async () => {
    const database = await setUp({ '1_tables': `${table} create table more (id int);` })
    await database.migrate()
    await database.write(
      '2_both',
      'alter table notes add column a int; select pg_sleep(0.2); alter table more add column a int',
    )
    const writer = new pg.Client({ connectionString: database.url })
    await writer.connect()
    try {
      await writer.query(`begin; set lock_timeout = 0; insert into more values (1)`)
      const migrating = database.migrate()
      await vi.waitUntil(
        async () =>
          (
            await execute(
              database.adminUrl,
              `select 1 from pg_locks where relation = 'notes'::regclass and granted`,
            )
          ).length > 0,
        { timeout: 30_000, interval: 10 },
      )
      await writer.query(`insert into notes (id, "text") values (gen_random_uuid(), 'written'); commit`)
      expect(await migrating).toEqual(['2_both'])
      expect(await database.query('select a from notes')).toEqual([{ a: null }])
    } finally {
      await writer.end()
    }
  })
})
