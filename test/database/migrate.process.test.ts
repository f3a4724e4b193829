import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { describe, expect, test, vi } from 'vitest'
import { migrate, pendingMigrations, schemaDrift } from '../../src/database/migrate.ts'
import { execute, log, migratedDatabases, problemOf, table } from './migrating.ts'

const setUp = migratedDatabases()
const fn = `-- A comment; with a semicolon.
create function answer() returns int language plpgsql as $$ begin perform 1; return 42; end $$;
-- The last line has no end of line`

describe('migrate', () => {
  test('applies everything once when several nodes start together', async () => {
    const database = await setUp({ '1_table': table, '2_function': fn })
    expect(await pendingMigrations(database.url, database.directory)).toEqual(['1_table', '2_function'])
    const results = await Promise.all([database.migrate(), database.migrate(), database.migrate()])
    expect(results.toSorted()).toEqual([[], [], ['1_table', '2_function']])
    expect(await database.query('select answer()')).toEqual([{ answer: 42 }])
    expect(await database.migrate()).toEqual([])
    expect(await pendingMigrations(database.url, database.directory)).toEqual([])
    await database.write('3_more', 'create table more (id int)')
    expect(await database.migrate()).toEqual(['3_more'])
  })

  test('sets no timer that the process would wait for at its end', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const database = await setUp({ '1_table': table })
    const before = timers()
    await database.migrate()
    // Others in this process may have some that end soon. A poll of the test runner would be one itself.
    for (let turn = 0; turn < 100 && timers() > before; turn += 1) await delay(100)
    expect(timers()).toBeLessThanOrEqual(before)
  })

  test('waits while another node is in the middle of a migration, and then finds it done', async () => {
    const database = await setUp({ '1_slow': `select pg_advisory_xact_lock(1); ${table}` })
    const asked = `select 1 from pg_stat_activity where datname = '${database.name}' and query like 'select pg_try_advisory_lock%'`
    const holder = new pg.Client({ connectionString: database.adminUrl })
    await holder.connect()
    try {
      await holder.query('select pg_advisory_lock(1)')
      const first = database.migrate()
      await waitingFor(1)
      const second = database.migrate()
      await vi.waitUntil(async () => (await holder.query(asked)).rowCount === 1, { timeout: 30_000 })
      await holder.query('select pg_advisory_unlock(1)')
      expect(await Promise.all([first, second])).toEqual([['1_slow'], []])
    } finally {
      await holder.end()
    }

    async function waitingFor(nodes: number): Promise<void> {
      const waiting = `select 1 from pg_locks where locktype = 'advisory' and not granted`
      await vi.waitUntil(async () => (await holder.query(waiting)).rowCount === nodes, { timeout: 30_000 })
    }
  })

  test('names the migration and the line that failed, undoes it as a whole, and tries it again', async () => {
    const database = await setUp({
      '1_table': table,
      '2_broken': `create table half ();\n\ninsert into nowhere values (1);`,
    })
    const problem = 'Migration 2_broken failed and was undone: line 3: relation "nowhere" does not exist'
    expect(await problemOf(database.migrate())).toContain(problem)
    expect(await problemOf(database.migrate())).toContain(problem)
    expect(await database.query(`select to_regclass('half') as half, to_regclass('notes') as notes`)).toEqual(
      [{ half: null, notes: 'notes' }],
    )
    expect(await pendingMigrations(database.url, database.directory)).toEqual(['2_broken'])
    await database.write('2_broken', 'create table half ();')
    expect(await database.migrate()).toEqual(['2_broken'])
  })

  test('starts over after dying in the middle of a migration', async () => {
    const database = await setUp({ '1_slow': `${table} select pg_sleep(600);` })
    const dying = problemOf(database.migrate())
    await vi.waitUntil(
      async () => {
        const killed = await execute(
          database.adminUrl,
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and wait_event = 'PgSleep'`,
        )
        return killed.length > 0
      },
      { timeout: 30_000 },
    )
    expect(await dying).toContain('1_slow')
    await database.write('1_slow', table)
    expect(await database.migrate()).toEqual(['1_slow'])
  })

  test('does not repeat a migration when it dies right after it', async () => {
    const stop = `create function stop() returns trigger language plpgsql as $$ begin raise 'dead'; end $$;
      create trigger stop before update of applied_steps_count on _prisma_migrations for each row execute function stop();`
    const database = await setUp({ '1_table': table + stop })
    expect(await problemOf(database.migrate())).toContain('could not be migrated')
    await database.query('drop trigger stop on _prisma_migrations')
    expect(await database.migrate()).toEqual([])
    expect(await database.query('select * from notes')).toEqual([])
  })

  test('refuses a migration that was edited after it had been applied, but not other line endings', async () => {
    const database = await setUp({ '1_table': table })
    await database.migrate()
    await database.write('1_table', table.replaceAll('\n', '\r\n'))
    expect(await database.migrate()).toEqual([])
    await database.write('1_table', table.replace('uuid', 'int'))
    expect(await problemOf(database.migrate())).toMatch(/Migration 1_table was edited/)
    expect(await problemOf(pendingMigrations(database.url, database.directory))).toMatch(/was edited/)
  })

  test('fails loudly when policies would hide rows from a backfill', async () => {
    const database = await setUp({
      '1_table': `${table} insert into notes values (gen_random_uuid(), 'old');
        alter table notes enable row level security, force row level security;
        create policy nobody on notes using (false);`,
      '2_backfill': `update notes set "text" = 'new';`,
    })
    expect(await problemOf(database.migrate())).toMatch(/2_backfill .*row-level security/)
    await database.write(
      '2_backfill',
      `alter table notes no force row level security;
       update notes set "text" = 'new';
       alter table notes force row level security;`,
    )
    expect(await database.migrate()).toEqual(['2_backfill'])
    expect(await execute(database.adminUrl, 'select "text" from notes')).toEqual([{ text: 'new' }])
  })

  test('leaves a database alone that a newer version has migrated', async () => {
    const database = await setUp({ '1_table': table, '2_function': fn })
    await database.migrate()
    await rm(join(database.directory, '2_function'), { recursive: true })
    expect(await database.migrate()).toEqual([])
  })

  test('says where an unreachable database was looked for, and not with which password', async () => {
    const problem = await problemOf(migrate({ url: 'postgresql://owner:hunter2@127.0.0.1:1/chat', log }))
    expect(problem).toMatch(/The database chat at 127.0.0.1:1 cannot be reached: .*ECONNREFUSED/)
    expect(problem).not.toContain('hunter2')
  })

  test('says that migrations are missing', async () => {
    const { url, directory } = await setUp({})
    expect(await problemOf(migrate({ url, log, directory }))).toMatch(/migrations in .* are missing/)
    await mkdir(join(directory, '1_empty'), { recursive: true })
    expect(await problemOf(migrate({ url, log, directory }))).toMatch(/1_empty.* is missing/)
  })
})

describe('schemaDrift', () => {
  test('is empty when the database is what the schema describes, and the SQL that is missing otherwise', async () => {
    const database = await setUp({ '1_table': table })
    await database.migrate()
    const schema = join(database.directory, 'schema.prisma')
    const model =
      'datasource db {\n  provider = "postgresql"\n}\nmodel notes {\n  id String @id @db.Uuid\n  text String\n}\n'
    await writeFile(schema, model)
    expect(await schemaDrift(database.url, schema)).toBe('')
    await writeFile(schema, model.replace('text String', 'text String\n  author String?'))
    expect(await schemaDrift(database.url, schema)).toContain(
      'ALTER TABLE "notes" ADD COLUMN     "author" TEXT',
    )
  })

  test('is empty after the migrations of Colloquy, which need no superuser', async () => {
    const { url } = await setUp({})
    expect(await migrate({ url, log })).not.toEqual([])
    expect(await schemaDrift(url)).toBe('')
  })
})
