import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest'
import { prepareDatabase, type RoleUrls } from '../../src/database/roles.ts'
import { builtInRoles } from '../../src/members/permissions.ts'
import { startApp } from '../support/app.ts'
import { Client } from '../support/client.ts'
import type { CommandResult } from '../support/colloquy.ts'
import { cloneDatabase, type TestDatabase } from '../support/database.ts'
import { query } from '../support/embedded-postgres.ts'
import { accepted, type CommandLine, openCommandLine, rejection } from './command-line.ts'

// A process a command, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let cli: CommandLine
beforeAll(async () => {
  cli = await openCommandLine()
})
afterAll(() => cli[Symbol.asyncDispose]())

describe('a command on a database', () => {
  let database: TestDatabase
  const databases: string[] = []

  beforeEach(async () => {
    database = await cloneDatabase()
  })
  afterEach(async () => {
    await database.drop()
  })
  afterAll(async () => {
    for (const name of databases) await query(inject('adminUrl'), `drop database ${name} with (force)`)
  })

  function run(args: string[], env: Record<string, string> = {}): Promise<CommandResult> {
    return cli.run(args, { ...cli.environmentOf(database), ...env })
  }

  test('company makes a company whose owner may manage its members', async () => {
    const args = [
      'company',
      'Initech',
      '--owner',
      'peter',
      '--owner-name',
      'Peter Gibbons',
      '--external-id',
      'i-1',
    ]
    const { companyId } = JSON.parse(accepted(await run([...args, '--json'])))
    await using app = await startApp({ environment: { database: { ...rolesOf(database), poolSize: 2 } } })
    const token = await app.issuer.mint({ subject: 'peter' })
    const peter = new Client(app.url, token, { userId: '', uuid: '', externalId: 'peter' })
    expect(await peter.run('{ viewer { user { name } company { id name } permissions } }')).toEqual({
      viewer: {
        user: { name: 'Peter Gibbons' },
        company: { id: companyId, name: 'Initech' },
        permissions: expect.arrayContaining(['MEMBER_MANAGE', 'CONVERSATION_AUDIT']),
      },
    })
    expect(rejection(await run(args))).toBe('There is a company with the external id i-1 already.')
    expect(
      rejection(await run(['company', ' ', '--owner', 'x', '--owner-name', '', '--owner-email', 'x'])),
    ).toBe(
      "The name must not be empty. The owner's name must not be empty. The owner's e-mail is not an e-mail address.",
    )
    expect(await query(database.adminUrl, 'select name from companies')).toEqual([{ name: 'Initech' }])
  })

  test('seed fills an empty database once', async () => {
    expect(accepted(await run(['seed']))).toBe('Created the demo companies Acme and Globex.\n')
    expect(rejection(await run(['seed']))).toBe(
      'The database has companies already; demo data go into an empty one only.',
    )
    expect(await query(database.adminUrl, 'select count(*)::int as n from messages')).toEqual([{ n: 5 }])
  })

  test('migrate makes the tables, and brings the built-in roles of existing companies up to date', async () => {
    const name = 'cli_migrate'
    databases.push(name)
    const roles = await prepareDatabase(inject('adminUrl'), name)
    const env = cli.environmentOf(roles)
    const { applied } = JSON.parse(accepted(await cli.run(['migrate', '--json'], env)))
    expect(applied[0]).toMatch(/_initial$/)
    accepted(await cli.run(['company', 'Acme', '--owner', 'a', '--owner-name', 'A'], env))
    const here = new URL(inject('adminUrl'))
    here.pathname = name
    await query(
      here.href,
      `update roles set permissions = '{MESSAGE_READ}' where name in ('admin', 'member');
       insert into roles (company_id, id, name, permissions) select id, gen_random_uuid(), 'own', '{MESSAGE_READ}' from companies`,
    )
    expect(accepted(await cli.run(['migrate'], env))).toBe('Nothing to migrate.\n')
    const rows = await query<{ name: string; permissions: string[] }>(
      here.href,
      'select name, permissions from roles',
    )
    const permissions = Object.fromEntries(rows.map((row) => [row.name, row.permissions]))
    expect(permissions).toEqual({ ...builtInRoles, own: ['MESSAGE_READ'] })
  })

  test('migrate asks for the owner, and the server for migrate', async () => {
    const withoutOwner = { DATABASE_OWNER_URL: '' }
    expect(rejection(await run(['migrate'], withoutOwner))).toMatch(/^DATABASE_OWNER_URL is missing/)
    await query(
      database.adminUrl,
      'delete from _prisma_migrations where migration_name = (select max(migration_name) from _prisma_migrations)',
    )
    expect(rejection(await run(['serve'], withoutOwner))).toMatch(
      /^The database lacks the migration \w+: run the migrate command first\.$/,
    )
    expect(rejection(await run(['migrate'], { DATABASE_OWNER_URL: database.appUrl }))).toMatch(
      /^The role colloquy_app may not read which migrations are applied: DATABASE_OWNER_URL needs the owner/,
    )
    await query(database.adminUrl, 'grant select on _prisma_migrations to colloquy_app')
    expect(rejection(await run(['migrate'], { DATABASE_OWNER_URL: database.appUrl }))).toMatch(
      /permission denied for .*\. DATABASE_OWNER_URL has to name the role that owns the tables/,
    )
  })
})

function rolesOf({ appUrl, ownerUrl, systemUrl }: RoleUrls) {
  return { url: appUrl, ownerUrl, systemUrl }
}
