import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withClient } from '../../src/database/roles.ts'
import { cloneDatabase, type TestDatabase } from '../support/database.ts'
import { tenancyProblems, tenantTables } from './tenancy-catalogue.ts'

describe('the catalogue', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await cloneDatabase()
  })
  afterAll(() => database.drop())

  it('keeps every rule of tenancy', async () => {
    expect(await tenantTables(database.ownerUrl)).toContain('messages')
    expect(await tenancyProblems(database.ownerUrl)).toEqual([])
  })

  it.each([
    [
      'create table notes (company_id uuid not null, id uuid, primary key (company_id, id))',
      [
        'notes has no row-level security',
        'notes does not force row-level security on its owner',
        'notes has no policy that binds colloquy_app in reading and writing',
        'notes.company_id is covered by no foreign key',
      ],
    ],
    [
      'alter table messages no force row level security',
      ['messages does not force row-level security on its owner'],
    ],
    [
      'alter policy messages_tenant on messages using (true)',
      [
        'messages has no policy that binds colloquy_app in reading and writing',
        'messages has the policy messages_tenant, which opens it to the serving role',
      ],
    ],
    [
      'alter policy users_tenant on users with check (company_id = app.bound_company())',
      [
        'users has no policy that binds colloquy_app in reading and writing',
        'users has the policy users_tenant, which opens it to the serving role',
      ],
    ],
    [
      'create policy everybody on receipts for select using (true)',
      ['receipts has the policy everybody, which opens it to the serving role'],
    ],
    ['alter table messages add editor_id uuid', ['messages.editor_id is covered by no foreign key']],
    [
      `alter table events drop constraint events_company_id_message_id_fkey, drop constraint events_message_check,
        add constraint half foreign key (company_id, conversation_id, message_id) references messages (company_id, conversation_id, id)`,
      ['events has half, which is not checked when one of conversation_id, message_id is null'],
    ],
    [
      `alter table users add constraint users_id_key unique (id);
      alter table mentions add constraint short foreign key (user_id) references users (id)`,
      ['mentions refers to users by short, which does not start with company_id'],
    ],
    [
      'create function app.peek() returns bigint language sql security definer as $$ select count(*) from public.messages $$',
      [
        'app.peek() does not set the search_path to pg_catalog, pg_temp',
        'app.peek() runs as its owner on a search_path of the caller',
      ],
    ],
    [
      'grant execute on function app.redeem_ticket(bytea) to public',
      ['app.redeem_ticket(bytea) may be run by everybody'],
    ],
  ])('is found out after: %s', async (breach, problems) => {
    const broken = await cloneDatabase()
    try {
      await withClient(broken.ownerUrl, (owner) => owner.query(breach))
      expect(await tenancyProblems(broken.ownerUrl)).toEqual(problems)
    } finally {
      await broken.drop()
    }
  })

  it('lets nobody run a function that a migration forgot to grant', async () => {
    const rows = await withClient(database.ownerUrl, async (owner) => {
      await owner.query(
        `begin; create function app.fresh() returns int language sql set search_path = pg_catalog, pg_temp as 'select 1'`,
      )
      return (
        await owner.query(`select has_function_privilege('colloquy_app', 'app.fresh()', 'execute') as may`)
      ).rows
    })
    expect(rows).toEqual([{ may: false }])
  })
})

describe('the serving role', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await cloneDatabase()
  })
  afterAll(() => database.drop())

  it.each([
    'update events set kind = kind',
    'delete from events',
    'update receipts set at = at',
    'delete from receipts',
    'update idempotency_keys set key = key',
    'delete from idempotency_keys',
    'select from connection_tickets',
    'update connection_tickets set expires_at = now()',
    'delete from connection_tickets',
    'update data_keys set wrapped = wrapped',
    'delete from data_keys',
    'insert into roles select * from roles',
    'update roles set permissions = permissions',
    'insert into companies select * from companies',
    'delete from users',
    'delete from messages',
    'truncate messages',
    'select from _prisma_migrations',
    'create table mine (id int)',
    `create function app.mine() returns int language sql as 'select 1'`,
    'alter table messages disable row level security',
    'alter table messages no force row level security',
    'drop policy messages_tenant on messages',
    'create policy mine on messages using (true)',
    'create trigger mine before insert on messages for each row execute function suppress_redundant_updates_trigger()',
    'create table mine (company_id uuid references companies)',
    'alter role colloquy_app bypassrls',
    'set role colloquy_owner',
    'set role colloquy_system',
    'set session_replication_role = replica',
  ])('may not: %s', async (statement) => {
    await expect(withClient(database.appUrl, (app) => app.query(statement))).rejects.toMatchObject({
      code: '42501',
    })
  })

  it('gains nothing by switching row security off', async () => {
    await expect(
      withClient(database.appUrl, async (app) => {
        await app.query('set row_security = off')
        return app.query('select from messages')
      }),
    ).rejects.toMatchObject({ code: '42501' })
  })

  it('holds no right on a table that deletes or empties it, but for the search index, which follows from the messages', async () => {
    const { rows } = await withClient(database.ownerUrl, (owner) =>
      owner.query(`
        select table_name, privilege_type from information_schema.role_table_grants
        where grantee in ('colloquy_app', 'PUBLIC') and table_schema in ('public', 'app')
          and privilege_type not in ('SELECT', 'INSERT', 'UPDATE')`),
    )
    expect(rows).toEqual([{ table_name: 'message_words', privilege_type: 'DELETE' }])
  })
})
