import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { migrate } from '../../src/database/migrate.ts'
import { withClient } from '../../src/database/roles.ts'
import { assertNoShadowing } from '../../src/database/shadowing-checks.ts'
import { newId } from '../../src/ids.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { onDatabase } from '../support/on-database.ts'
import { CALLS, SHADOWS } from './shadows.ts'

/** Raised by an object of the caller's as it runs under another name. */
const RAN_AS_OTHER = 'XEVIL'

describe('functions that run as their owner', () => {
  let app: TestApp
  let acme: TestCompany<'ann' | 'bob'>
  const roles = () => [app.database.appUrl, app.database.systemUrl]
  beforeAll(async () => {
    app = await startApp()
    acme = await app.company('Acme', { ann: 'owner', bob: 'member' })
    // As where nobody has taken the right away: the functions must hold by themselves.
    const { rows } = await withClient(app.database.adminUrl, (admin) =>
      admin.query<{ name: string }>('select quote_ident(current_database()) as name'),
    )
    await onDatabase(app, `grant temporary on database ${rows[0]?.name} to public`)
  })
  afterAll(() => app[Symbol.asyncDispose]())

  it('run no type, table, function or operator that the serving role or the system role puts into pg_temp', async () => {
    for (const url of roles()) {
      const calls = await callsOf(url)
      expect(calls.length).toBeGreaterThan(4)
      for (const { name, call } of calls) {
        const found = await attack(url, call)
        expect(found, `${name} called by ${new URL(url).username}`).not.toMatchObject({ code: RAN_AS_OTHER })
      }
    }
  })

  it.each([
    ['declares a type that is found in pg_temp first', `declare v uuid := p; begin return true; end`],
    ['casts to such a type', 'begin return p::uuid is not null; end'],
    ['reads a table that is found in pg_temp first', 'begin return exists (select from users); end'],
  ])('would be found out if one %s', async (_name, body) => {
    const { adminUrl, appUrl } = app.database
    await withClient(adminUrl, async (admin) => {
      await admin.query(`set role colloquy_owner`)
      await admin.query(
        `create or replace function app.naive(p pg_catalog.uuid) returns pg_catalog.bool language plpgsql security definer
         set search_path = '' as $$ ${body} $$;
         grant execute on function app.naive(pg_catalog.uuid) to colloquy_app`,
      )
    })
    try {
      const [naive] = (await callsOf(appUrl)).filter(({ name }) => name.includes('naive'))
      expect(await attack(appUrl, naive?.call ?? null)).toMatchObject({
        code: RAN_AS_OTHER,
        message: 'ran as colloquy_owner',
      })
      await expect(assertNoShadowing(appUrl)).rejects.toThrow(
        'alter function app.naive(uuid) set search_path = pg_catalog, pg_temp;',
      )
    } finally {
      await withClient(adminUrl, (admin) => admin.query('drop function app.naive(pg_catalog.uuid)'))
    }
  })

  it('keep a server from starting while a role that serves may make temporary objects', async () => {
    for (const url of roles()) {
      await expect(assertNoShadowing(url)).rejects.toThrow(/revoke temporary on database \w+ from public;$/)
    }
    const { ownerUrl, appUrl, systemUrl } = app.database
    const database = { ...app.environment.database, url: appUrl, ownerUrl, systemUrl }
    await expect(startApp({ environment: { database } })).rejects.toThrow('revoke temporary on database')
  })

  it('call nothing that another role owns', async () => {
    await withClient(app.database.systemUrl, async (client) => {
      const { rows } = await client.query<{ statement: string }>(`
        select format('alter function %s rename to %I; create function graphile_worker.%I(%s) returns %s language plpgsql as
          $evil$ begin raise exception using errcode = ''${RAN_AS_OTHER}'', message = ''ran as '' || current_user; end $evil$;
          grant execute on function graphile_worker.%I to public',
          p.oid::regprocedure, p.proname || '_kept', p.proname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), p.proname) as statement
        from pg_proc p where p.pronamespace = 'graphile_worker'::regnamespace and p.proname in ('enqueue_job', 'add_job')`)
      await client.query('begin')
      for (const { statement } of rows) await client.query(statement)
      await client.query('commit')
    })
    try {
      for (const url of roles()) {
        for (const { name, call } of await callsOf(url)) {
          expect(await attack(url, call, ''), name).not.toMatchObject({ message: 'ran as colloquy_owner' })
        }
        expect(
          await attack(url, `select app.enqueue_job('send_digest', '{}', null, null)`, ''),
        ).toMatchObject({
          code: RAN_AS_OTHER,
          message: `ran as ${new URL(url).username}`,
        })
      }
    } finally {
      await withClient(app.database.systemUrl, async (client) => {
        const { rows } = await client.query<{ statement: string }>(`
          select format('drop function graphile_worker.%I; alter function graphile_worker.%I rename to %I',
            left(p.proname, -5), p.proname, left(p.proname, -5)) as statement
          from pg_proc p where p.pronamespace = 'graphile_worker'::regnamespace and p.proname like '%\\_kept'`)
        for (const { statement } of rows) await client.query(statement)
      })
    }
  })

  async function callsOf(url: string) {
    return onDatabase<{ name: string; call: string | null }>(app, CALLS, [
      acme.ann.uuid,
      new URL(url).username,
    ])
  }

  /** The error of a call, made in a session of its own whose pg_temp is full of traps; a trigger is reached by a write. */
  async function attack(url: string, call: string | null, shadows = SHADOWS): Promise<unknown> {
    return withClient(url, async (client) => {
      await client.query(
        `select pg_catalog.set_config('app.company_id', $1, false), pg_catalog.set_config('app.user_id', $2, false)`,
        [acme.companyUuid, acme.ann.uuid],
      )
      if (shadows) await client.query(shadows)
      await client.query('begin')
      try {
        await client.query(
          call ??
            `update public.users set search_words = array['x'], is_enabled = not is_enabled where id = '${acme.bob.uuid}'`,
        )
        return undefined
      } catch (error) {
        if (error instanceof pg.DatabaseError) return error
        throw error
      }
    })
  }
})

describe('migrating a database that its owner was given', () => {
  it('leaves nobody but the owner the right to make temporary objects', async () => {
    const adminUrl = inject('adminUrl')
    const { ownerUrl, appUrl, systemUrl } = inject('templateUrls')
    const name = `given_${randomBytes(6).toString('hex')}`
    const within = (url: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href
    await withClient(adminUrl, (admin) => admin.query(`create database ${name} owner colloquy_owner`))
    try {
      const makes = (url: string) =>
        withClient(within(url), (client) => client.query('create temporary table made (id int)'))
      // PostgreSQL gives the right to everybody at first.
      for (const url of [appUrl, systemUrl]) await makes(url)
      await migrate({ url: within(ownerUrl), log: pino({ level: 'silent' }) })
      for (const url of [appUrl, systemUrl]) {
        await expect(makes(url)).rejects.toMatchObject({ code: '42501' })
        await assertNoShadowing(within(url))
      }
      const { rows } = await withClient(adminUrl, (admin) =>
        admin.query<{ grantee: string }>(
          `select a.grantee::regrole::text as grantee from pg_database d, aclexplode(d.datacl) a
           where d.datname = $1 and a.privilege_type = 'TEMPORARY'`,
          [name],
        ),
      )
      expect(rows).toEqual([{ grantee: 'colloquy_owner' }])
    } finally {
      await withClient(adminUrl, (admin) => admin.query(`drop database ${name} with (force)`))
    }
  })
})

describe('the membership that a transaction remembers', () => {
  let app: TestApp
  let acme: TestCompany<'ann' | 'bob'>
  beforeAll(async () => {
    app = await startApp()
    acme = await app.company('Acme', { ann: 'owner', bob: 'member' })
    await onDatabase(app, 'update users set is_enabled = false where id = $1', [acme.bob.uuid])
  })
  afterAll(() => app[Symbol.asyncDispose]())

  const seen = async (client: pg.Client) =>
    (await client.query<{ n: number }>('select count(*)::int as n from public.users')).rows[0]?.n
  const set = (client: pg.Client, name: string, value: string) =>
    client.query('select set_config($1, $2, false)', [name, value])

  it('cannot be claimed by a role that writes the setting itself', async () => {
    await withClient(app.database.appUrl, async (client) => {
      for (const user of [acme.bob.uuid, newId()]) {
        await set(client, 'app.company_id', acme.companyUuid)
        await set(client, 'app.user_id', user)
        for (const claim of [`${acme.companyUuid} ${user}`, user, '00'.repeat(32), 'true']) {
          await set(client, 'app.member', claim)
          expect(await seen(client), claim).toBe(0)
        }
      }
    })
  })

  it('holds for its member, its transaction and its connection, and is given to nobody else', async () => {
    await withClient(app.database.appUrl, async (client) => {
      await client.query('begin')
      await client.query('select app.bind($1, $2)', [acme.companyUuid, acme.ann.uuid])
      const { rows } = await client.query(`select current_setting('app.member') as signature`)
      const { signature } = rows[0]
      expect(signature).toMatch(/^[0-9a-f]{64}$/)
      // Bound as somebody else, the same signature says nothing.
      await set(client, 'app.user_id', acme.bob.uuid)
      expect(await seen(client)).toBe(0)
      await set(client, 'app.user_id', acme.ann.uuid)
      expect(await seen(client)).toBe(2)
      // The signature is what the statement went by: the membership may end meanwhile, and later writes ask again.
      await onDatabase(app, 'update users set is_enabled = false where id = $1', [acme.ann.uuid])
      expect(await seen(client)).toBe(2)
      await client.query('commit')
      await client.query('begin')
      for (const [name, value] of [
        ['app.company_id', acme.companyUuid],
        ['app.user_id', acme.ann.uuid],
        ['app.member', signature],
      ] as const)
        await set(client, name, value)
      expect(await seen(client)).toBe(0)
      await client.query('commit')
    })
  })

  it.each(['select * from app.secrets', `select app.membership_signature('', '')`])(
    'is signed with a secret that nobody may use but the owner: %s',
    async (statement) => {
      for (const url of [app.database.appUrl, app.database.systemUrl]) {
        await expect(withClient(url, (client) => client.query(statement))).rejects.toMatchObject({
          code: '42501',
        })
      }
    },
  )
})
