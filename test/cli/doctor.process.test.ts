import { chmod, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { cloneDatabase } from '../support/database.ts'
import { query } from '../support/embedded-postgres.ts'
import { type PrivateRedis, redisForTests } from '../support/redis.ts'
import { type CommandLine, openCommandLine } from './command-line.ts'
import { CHECKS, examine as examineIn, type Installation, startInstallation } from './examine.ts'

// A process a command, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let cli: CommandLine
beforeAll(async () => {
  cli = await openCommandLine()
})
afterAll(() => cli[Symbol.asyncDispose]())

describe('the doctor', () => {
  let installation: Installation
  let app: TestApp
  let redis: PrivateRedis | undefined

  beforeAll(async () => {
    installation = await startInstallation(cli)
    app = installation.app
    redis = await redisForTests()
  })
  afterAll(async () => {
    await installation[Symbol.asyncDispose]()
    await redis?.dispose()
  })

  const examine = (changes: Record<string, string> = {}) =>
    examineIn(cli, { ...installation.env, ...changes })

  test('finds nothing wrong with a healthy installation, and prints a line a check', async () => {
    const { code, out, err } = await cli.run(['doctor'], {
      ...installation.env,
      ...(redis && { REDIS_URL: redis.url }),
    })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const lines = CHECKS.map((name) => `ok       ${name}`)
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => line.slice(0, 24).trim()),
    ).toEqual(lines)
    expect(out).toMatch(/3 data keys open/)
    expect(out).toMatch(/1 usable key/)
  })

  test('names each right that is missing, with the statement that gives it back', async () => {
    const { adminUrl, ownerUrl } = app.database
    const taken = [
      ['execute on function', 'app.bind(uuid,uuid)', 'colloquy_app'],
      ['update on table', 'company_streams', 'colloquy_app'],
      ['update (status) on table', 'broadcasts', 'colloquy_system'],
      ['usage on schema', 'app', 'colloquy_system'],
    ]
    for (const [right, object, role] of taken) {
      await query(adminUrl, `revoke ${right} ${object} from ${role}`)
      const { problems } = await examine()
      const remedy = `grant ${right} ${object} to ${role};`
      expect(problems).toEqual({
        grants: `${role} lacks rights that the migrations gave it. As their owner run: ${remedy}`,
      })
      await query(ownerUrl, remedy)
      expect((await examine()).problems).toEqual({})
    }
  })

  test('says which rights are too many, and which functions run what others put in their way', async () => {
    const database = await cloneDatabase()
    try {
      await query(
        database.adminUrl,
        `grant truncate on messages to colloquy_app; alter function app.redeem_ticket(bytea) set search_path = '';
         do $$ begin execute format('grant temporary on database %I to public', current_database()); end $$`,
      )
      const { problems } = await examine(cli.environmentOf(database))
      expect(problems).toEqual({
        functions: expect.stringMatching(
          /revoke temporary on database test_\w+ from public; alter function app.redeem_ticket\(bytea\) set search_path/,
        ),
        grants: expect.stringContaining('revoke truncate on table messages from colloquy_app;'),
      })
    } finally {
      await database.drop()
    }
  })

  test('names all problems and their solutions at once', async () => {
    const { adminUrl, ownerUrl, systemUrl } = app.database
    await query(
      adminUrl,
      `alter table messages no force row level security;
       create policy mentions_open on mentions to colloquy_app using (true);
       drop policy receipts_tenant on receipts;
       create table notes (company_id uuid);
       delete from _prisma_migrations where migration_name = (select max(migration_name) from _prisma_migrations)`,
    )
    const { problems } = await examine({
      DATABASE_SYSTEM_URL: systemUrl,
      REDIS_URL: 'redis://127.0.0.1:1',
      OIDC_ALGORITHMS: 'RS256',
    })
    expect(problems).toEqual({
      migrations: expect.stringMatching(/^The database lacks the migration \w+: run the migrate command/),
      owner: expect.stringMatching(
        /^Tables and functions belong to several roles \(colloquy_owner, postgres\)/,
      ),
      policies: expect.stringMatching(
        /messages lacks enabled and forced row-level security; .*mentions|mentions has a policy/,
      ),
      redis: expect.stringMatching(/^Redis at 127\.0\.0\.1:1 does not answer: .*ECONNREFUSED/),
      'token issuer': expect.stringMatching(/^None of the 1 keys at .* signs with RS256\./),
    })
    for (const expected of [
      'messages lacks enabled and forced row-level security',
      'mentions has a policy that does not ask for app.current_company()',
      'receipts has no policy for the serving role',
      'notes lacks enabled and forced row-level security',
    ]) {
      expect(problems.policies).toContain(expected)
    }
    const rebelliousRole = await examine({ DATABASE_URL: ownerUrl, DATABASE_SYSTEM_URL: adminUrl })
    expect(rebelliousRole.problems).toMatchObject({
      'serving role': expect.stringMatching(/DATABASE_URL could bypass the tenancy policies: it owns tables/),
      'system role': expect.stringMatching(
        /DATABASE_SYSTEM_URL could bypass the tenancy policies: it is a superuser/,
      ),
    })
    await query(
      adminUrl,
      `alter table messages force row level security; drop policy mentions_open on mentions; drop table notes;
       create policy receipts_tenant on receipts to colloquy_app using (company_id = (select app.current_company()))`,
    )
  })

  test('names a role without rights, in either place', async () => {
    const role = `bare_${process.pid}_${Date.now()}`
    await query(app.database.adminUrl, `create role ${role} login password 'secret'`)
    try {
      const bare = new URL(app.database.appUrl)
      bare.username = role
      bare.password = 'secret'
      const serving = await examine({ DATABASE_URL: bare.href })
      expect(serving.problems).toEqual({
        'serving role': expect.stringMatching(/DATABASE_URL lacks the rights of colloquy_app: use/),
      })
      const system = await examine({ DATABASE_SYSTEM_URL: bare.href })
      expect(system.problems).toEqual({
        'system role': expect.stringMatching(/DATABASE_SYSTEM_URL lacks the rights of colloquy_system: use/),
      })
    } finally {
      await query(app.database.adminUrl, `drop role ${role}`)
    }
  })

  test('names an unreachable database and an unreachable issuer', async () => {
    const away = new URL(app.database.appUrl)
    away.password = 'guess'
    const { problems, checks } = await examine({
      DATABASE_URL: away.href,
      OIDC_JWKS_URL: 'http://127.0.0.1:1/keys',
    })
    expect(problems).toEqual({
      database: expect.stringMatching(/^The database test_\w+ at 127\.0\.0\.1:\d+ cannot be reached: /),
      'token issuer': expect.stringMatching(/^The token issuer's keys cannot be fetched from http/),
    })
    expect(checks).toEqual([
      'configuration',
      'key files',
      'key provider',
      'database',
      'redis',
      'e-mail',
      'sms',
      'token issuer',
    ])
  })

  test('names secrets that other users can read, and secrets that do not decrypt the data', async () => {
    await using healthy = await startApp()
    const company = await healthy.company('Acme', { alice: 'owner', bob: 'member' })
    await company.alice.say({ recipientId: company.bob.userId }, 'Hello')
    const { dataDirectory } = healthy.environment
    const here = { ...cli.environmentOf(healthy.database), DATA_DIR: dataDirectory }
    const keys = join(dataDirectory, 'keys')
    await chmod(keys, 0o755)
    expect((await examine(here)).problems).toEqual({
      'key files': `The key folder ${keys} is open to other users: chmod 700 it.`,
    })
    await chmod(keys, 0o700)
    const secret = join(keys, `${company.companyUuid}.key`)
    await chmod(secret, 0o644)
    // Something wrong with the database does not hide it.
    await query(healthy.database.adminUrl, 'grant truncate on messages to colloquy_app')
    expect((await examine(here)).problems).toMatchObject({
      'key files': expect.stringMatching(/\.key is open to other users: chmod 600 everything/),
      grants: expect.stringContaining('revoke truncate on table messages from colloquy_app;'),
    })
    await query(healthy.database.adminUrl, 'revoke truncate on messages from colloquy_app')
    await chmod(secret, 0o600)
    await writeFile(join(keys, `${company.companyUuid}.key`), `${'ab'.repeat(32)}\n`)
    expect((await examine(here)).problems.keys).toMatch(/does not open the data keys of company/)
    await rm(join(keys, `${company.companyUuid}.key`))
    expect((await examine(here)).problems.keys).toMatch(/cannot be read from .*ENOENT/)
  })

  test('names a job that failed for good, a queue that is not of the system role, and a mail server that is away', async () => {
    const database = await cloneDatabase()
    try {
      const mail = { SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'chat@acme.test' }
      await query(
        database.systemUrl,
        `select graphile_worker.add_job('send_digest', '{}', max_attempts => 1, run_at => now() + interval '1 day');
         update graphile_worker._private_jobs set attempts = max_attempts`,
      )
      const first = await examine({ ...cli.environmentOf(database), ...mail })
      expect(first.problems).toEqual({
        jobs: expect.stringMatching(/^1 job has failed for good \(send_digest\)/),
        'e-mail': expect.stringMatching(
          /^The mail server 127\.0\.0\.1:1 cannot be used \(ESOCKET\)\. Correct SMTP_URL/,
        ),
      })
      await query(database.adminUrl, 'alter table graphile_worker._private_jobs owner to colloquy_owner')
      const second = await examine(cli.environmentOf(database))
      expect(second.problems).toEqual({ 'job queue': expect.stringContaining('Give them to it.') })
      expect(second.checks).not.toContain('jobs')
    } finally {
      await database.drop()
    }
  })

  test('names every variable that is wrong, and looks no further', async () => {
    const { code, out, err } = await cli.run(['doctor'], { NODE_ENV: 'production', PORT: 'x' })
    expect(code).toBe(1)
    expect(out.match(/^problem {2}configuration {3}[A-Z_]+ .*\.$/gm)).toHaveLength(9)
    expect(err).toBe('9 of 9 checks found something wrong.\n')
  })
})
