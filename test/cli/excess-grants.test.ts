import { expect, test } from 'vitest'
import { assertNoOtherGrants } from '../../src/database/unexpected-grants.ts'
import { cloneDatabase } from '../support/database.ts'
import { query } from '../support/embedded-postgres.ts'

test.each([
  ['grant truncate on messages to colloquy_app', 'revoke truncate on table messages from colloquy_app;'],
  ['grant references on users to colloquy_app', 'revoke references on table users from colloquy_app;'],
  ['grant trigger on events to colloquy_system', 'revoke trigger on table events from colloquy_system;'],
  ['grant delete on messages to public', 'revoke delete on table messages from public;'],
  ['grant select on messages to public', 'revoke select on table messages from public;'],
  [
    'grant execute on function app.bound_company() to public',
    'revoke execute on function app.bound_company() from public;',
  ],
  [
    'grant update (wrapped) on data_keys to colloquy_app',
    'revoke update (wrapped) on table data_keys from colloquy_app;',
  ],
  [
    'grant select on messages to colloquy_app with grant option',
    'revoke select on table messages from colloquy_app;',
  ],
  ['grant create on schema app to colloquy_system', 'revoke create on schema app from colloquy_system;'],
  [
    'create view every_message as select * from messages; grant select on every_message to colloquy_app',
    'revoke select on table every_message from colloquy_app;',
  ],
  [
    `create function every_body() returns setof bytea language sql security definer set search_path = pg_catalog, pg_temp
       as 'select body from public.messages'`,
    'revoke execute on function every_body() from public;',
  ],
  [
    'create sequence numbers; grant usage on numbers to colloquy_app',
    'revoke usage on sequence numbers from colloquy_app;',
  ],
  [
    'grant select on app.secrets to colloquy_system',
    'revoke select on table app.secrets from colloquy_system;',
  ],
  [
    'grant usage on schema graphile_worker to public; grant select on graphile_worker._private_jobs to colloquy_app',
    'revoke select on table graphile_worker._private_jobs from colloquy_app;',
  ],
  ['grant pg_read_server_files to colloquy_app', 'revoke pg_read_server_files from colloquy_app;'],
  [
    'alter default privileges in schema public grant select on tables to colloquy_app',
    'alter default privileges … revoke select … from colloquy_app; (for public)',
  ],
])('names a right that the migrations did not give, after: %s', async (given, remedy) => {
  const database = await cloneDatabase()
  try {
    await query(database.adminUrl, given)
    const roles = [
      [database.appUrl, 'colloquy_app'],
      [database.systemUrl, 'colloquy_system'],
    ] as const
    const found = await Promise.all(
      roles.map(([url, role]) =>
        assertNoOtherGrants(url, role).then(
          () => '',
          (error: Error) => error.message,
        ),
      ),
    )
    expect(found.join(' ')).toContain(remedy)
  } finally {
    if (given.includes('pg_read'))
      await query(database.adminUrl, 'revoke pg_read_server_files from colloquy_app')
    await database.drop()
  }
})
