import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest'
import { prepareDatabase, type RoleUrls } from '../src/database/roles.ts'
import { builtInRoles } from '../src/members/permissions.ts'
import { startApp, type TestApp, type TestCompany } from './support/app.ts'
import { Client } from './support/client.ts'
import { bundleColloquy, type Colloquy, type CommandResult } from './support/colloquy.ts'
import { cloneDatabase, type TestDatabase } from './support/database.ts'
import { query } from './support/embedded-postgres.ts'
import { type PrivateRedis, redisForTests } from './support/redis.ts'
import { makeKey, startTokenIssuer } from './support/token-issuer.ts'

// A process a command, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let colloquy: Colloquy
let folder: string

beforeAll(async () => {
  colloquy = await bundleColloquy()
  folder = await mkdtemp(join(tmpdir(), 'colloquy-cli-'))
})
afterAll(async () => {
  await colloquy.remove()
  await rm(folder, { recursive: true })
})

function urlsOf({ appUrl, ownerUrl, systemUrl }: RoleUrls): Record<string, string> {
  return {
    DATABASE_URL: appUrl,
    DATABASE_OWNER_URL: ownerUrl,
    DATABASE_SYSTEM_URL: systemUrl,
    DATA_DIR: folder,
  }
}

/** What a refused command says: one line, on stderr alone. */
function refusal({ code, out, err }: CommandResult): string {
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toMatch(/^[^\n]+\n$/)
  return err.trim()
}

function accepted({ code, out, err }: CommandResult): string {
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return out
}

describe('the command line', () => {
  test('refuses what it does not understand in one line', async () => {
    const mistakes: [string[], string][] = [
      [['tokn', 'alice'], "error: unknown command 'tokn'"],
      [['token'], "error: missing required argument 'login'"],
      [
        ['token', 'alice', '--expires', '1h'],
        "error: option '--expires <seconds>' argument '1h' is invalid.",
      ],
      [['company', 'Acme'], "error: required option '--owner <external id>' not specified"],
      [['doctor', '--verbose'], "error: unknown option '--verbose'"],
    ]
    const said = await Promise.all(mistakes.map(async ([args]) => refusal(await colloquy.run(args, {}))))
    expect(said).toEqual(mistakes.map(([, expected]) => expect.stringContaining(expected)))
  })

  test('lists what it can do', async () => {
    const { code, out } = await colloquy.run(['--help'], {})
    expect(code).toBe(0)
    for (const command of ['serve', 'migrate', 'seed', 'company', 'token', 'doctor']) {
      expect(out).toMatch(new RegExp(`^  ${command} `, 'm'))
    }
  })
})

describe('the token command', () => {
  let app: TestApp
  let acme: TestCompany<'alice' | 'dora'>
  let globex: TestCompany<'gina'>

  beforeAll(async () => {
    app = await startApp()
    acme = await app.company('Acme', { alice: 'owner', dora: 'member' })
    globex = await app.company('Globex', { gina: 'owner' })
    const { adminUrl } = app.database
    await query(adminUrl, `update users set is_enabled = false where id = '${acme.dora.uuid}'`)
    await query(
      adminUrl,
      `insert into users (company_id, id, external_id, name, name_folded, search_words, search_source, role_id)
       select company_id, gen_random_uuid(), '${acme.alice.externalId}', 'Alice', 'alice', '{alice}', E'Alice\\n', role_id
       from users where id = '${globex.gina.uuid}'`,
    )
  })
  afterAll(() => app[Symbol.asyncDispose]())

  function token(...args: string[]): Promise<CommandResult> {
    const env = { ...urlsOf(app.database), DATA_DIR: app.environment.dataDirectory }
    return colloquy.run(['token', ...args], env)
  }

  function claimsOf(printed: string) {
    expect(printed).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    return JSON.parse(Buffer.from(printed.split('.')[1] ?? '', 'base64url').toString())
  }

  test('prints nothing but a token that the running server accepts', async () => {
    const printed = accepted(await token(globex.gina.externalId))
    const gina = globex.gina.at(app.url, printed.trim())
    expect(await gina.run('{ viewer { user { id } company { name } } }')).toEqual({
      viewer: { user: { id: globex.gina.userId }, company: { name: 'Globex' } },
    })
    const { exp, iat } = claimsOf(printed)
    expect(exp - iat).toBe(12 * 60 * 60)
  })

  test('leaves the company to the header for a member of several, unless one is named', async () => {
    const both = acme.alice.externalId
    const open = accepted(await token(both))
    expect(claimsOf(open)).not.toHaveProperty('company_id')
    const chosen = '{ viewer { company { name } } }'
    const alice = acme.alice.at(app.url, open.trim())
    expect((await alice.send(chosen)).errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT')
    expect(await alice.run(chosen, {}, { 'x-company-id': globex.companyId })).toEqual({
      viewer: { company: { name: 'Globex' } },
    })
    for (const company of ['globex', globex.companyId, globex.companyUuid]) {
      const named = accepted(await token(both, '--company', company))
      expect(claimsOf(named).company_id).toBe(globex.companyId)
      expect(await acme.alice.at(app.url, named.trim()).run(chosen)).toEqual({
        viewer: { company: { name: 'Globex' } },
      })
    }
  })

  test('says who is unknown, who is disabled, and which companies there are', async () => {
    expect(refusal(await token('nobody@acme.test'))).toMatch(/^Nobody here has the login nobody@acme\.test\./)
    expect(refusal(await token(acme.dora.externalId))).toMatch(
      /^dora@\w+\.test is disabled in Acme \(\w+\)\.$/,
    )
    expect(refusal(await token(acme.alice.externalId, '--company', ''))).toMatch(/^--company is empty: /)
    expect(refusal(await token(acme.alice.externalId, '--company', 'Initech'))).toMatch(
      /^alice@\w+\.test is not a member of Initech, but of Acme \(\w+\) and Globex \(\w+\)\.$/,
    )
  })

  test('makes it valid for as long as it is told, and prints JSON on request', async () => {
    const printed = accepted(
      await token(globex.gina.externalId, '--expires', '60', '--company', 'Globex', '--json'),
    )
    const { token: made, companyId } = JSON.parse(printed)
    expect(companyId).toBe(globex.companyId)
    const { exp, iat } = claimsOf(`${made}\n`)
    expect(exp - iat).toBe(60)
  })

  test('makes none in production, nor beside an identity provider', async () => {
    const inProduction = await colloquy.run(['token', 'alice@acme.test'], {
      NODE_ENV: 'production',
      DATA_DIR: folder,
    })
    expect(refusal(inProduction)).toMatch(/^In production tokens come from the identity provider/)
    const oidc = {
      OIDC_ISSUER: 'https://login.example',
      OIDC_AUDIENCE: 'c',
      OIDC_JWKS_URL: 'https://login.example/jwks',
    }
    const env = { ...urlsOf(app.database), ...oidc, DATA_DIR: app.environment.dataDirectory }
    expect(refusal(await colloquy.run(['token', globex.gina.externalId], env))).toMatch(
      /^Tokens come from the identity provider https:\/\/login\.example;/,
    )
  })
})

describe('on a database of its own', () => {
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
    return colloquy.run(args, { ...urlsOf(database), ...env })
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
    expect(refusal(await run(args))).toBe('There is a company with the external id i-1 already.')
    expect(
      refusal(await run(['company', ' ', '--owner', 'x', '--owner-name', '', '--owner-email', 'x'])),
    ).toBe(
      "The name must not be empty. The owner's name must not be empty. The owner's e-mail is not an e-mail address.",
    )
    expect(await query(database.adminUrl, 'select name from companies')).toEqual([{ name: 'Initech' }])
  })

  test('seed fills an empty database once', async () => {
    expect(accepted(await run(['seed']))).toBe('Created the demo companies Acme and Globex.\n')
    expect(refusal(await run(['seed']))).toBe(
      'The database has companies already; demo data go into an empty one only.',
    )
    expect(await query(database.adminUrl, 'select count(*)::int as n from messages')).toEqual([{ n: 5 }])
  })

  test('migrate makes the tables, and brings the built-in roles of existing companies up to date', async () => {
    const name = 'cli_migrate'
    databases.push(name)
    const roles = await prepareDatabase(inject('adminUrl'), name)
    const env = urlsOf(roles)
    const started = performance.now()
    const { applied } = JSON.parse(accepted(await colloquy.run(['migrate', '--json'], env)))
    // The schema engine sets a timer of 10 s, which nobody should have to wait for.
    expect(performance.now() - started).toBeLessThan(10_000)
    expect(applied[0]).toMatch(/_tables$/)
    accepted(await colloquy.run(['company', 'Acme', '--owner', 'a', '--owner-name', 'A'], env))
    const here = new URL(inject('adminUrl'))
    here.pathname = name
    await query(
      here.href,
      `update roles set permissions = '{MESSAGE_READ}' where name in ('admin', 'member');
       insert into roles (company_id, id, name, permissions) select id, gen_random_uuid(), 'own', '{MESSAGE_READ}' from companies`,
    )
    expect(accepted(await colloquy.run(['migrate'], env))).toBe('Nothing to migrate.\n')
    const rows = await query<{ name: string; permissions: string[] }>(
      here.href,
      'select name, permissions from roles',
    )
    const permissions = Object.fromEntries(rows.map((row) => [row.name, row.permissions]))
    expect(permissions).toEqual({ ...builtInRoles, own: ['MESSAGE_READ'] })
  })

  test('migrate asks for the owner, and the server for migrate', async () => {
    const withoutOwner = { DATABASE_OWNER_URL: '' }
    expect(refusal(await run(['migrate'], withoutOwner))).toMatch(/^DATABASE_OWNER_URL is missing/)
    await query(
      database.adminUrl,
      'delete from _prisma_migrations where migration_name = (select max(migration_name) from _prisma_migrations)',
    )
    expect(refusal(await run(['serve'], withoutOwner))).toMatch(
      /^The database lacks the migration \w+: run the migrate command first\.$/,
    )
    expect(refusal(await run(['migrate'], { DATABASE_OWNER_URL: database.appUrl }))).toMatch(
      /^The role colloquy_app may not read which migrations are applied: DATABASE_OWNER_URL needs the owner/,
    )
    await query(database.adminUrl, 'grant select on _prisma_migrations to colloquy_app')
    expect(refusal(await run(['migrate'], { DATABASE_OWNER_URL: database.appUrl }))).toMatch(
      /permission denied for .*\. DATABASE_OWNER_URL has to name the role that owns the tables/,
    )
  })
})

function rolesOf({ appUrl, ownerUrl, systemUrl }: RoleUrls) {
  return { url: appUrl, ownerUrl, systemUrl }
}

describe('the doctor', () => {
  let app: TestApp
  let acme: TestCompany<'alice' | 'bob'>
  let redis: PrivateRedis | undefined
  let issuer: Awaited<ReturnType<typeof startTokenIssuer>>

  beforeAll(async () => {
    app = await startApp()
    acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
    await acme.alice.say({ recipientId: acme.bob.userId }, 'Hello')
    redis = await redisForTests()
    issuer = await startTokenIssuer()
    issuer.publish(makeKey('ES256', 'k1'))
  })
  afterAll(async () => {
    await app[Symbol.asyncDispose]()
    await redis?.dispose()
    await issuer[Symbol.asyncDispose]()
  })

  function env(): Record<string, string> {
    return {
      ...urlsOf(app.database),
      DATA_DIR: app.environment.dataDirectory,
      OIDC_ISSUER: issuer.name,
      OIDC_AUDIENCE: 'colloquy',
      OIDC_JWKS_URL: issuer.jwksUrl.href,
    }
  }

  async function examine(changes: Record<string, string> = {}) {
    const { code, out, err } = await colloquy.run(['doctor', '--json'], { ...env(), ...changes })
    const { ok, checks } = JSON.parse(out)
    expect(code).toBe(ok ? 0 : 1)
    expect(err).toMatch(ok ? /^$/ : /^\d+ of \d+ checks found something wrong\.\n$/)
    const problems: Record<string, string> = {}
    for (const check of checks) if (!check.ok) problems[check.check] = check.detail
    return { problems, checks: checks.map((check: { check: string }) => check.check) }
  }

  test('finds nothing wrong with a healthy installation, and prints a line a check', async () => {
    const { code, out, err } = await colloquy.run(['doctor'], {
      ...env(),
      ...(redis && { REDIS_URL: redis.url }),
    })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const names = ['configuration', 'database', 'sessions', 'serving role', 'chores role', 'migrations']
    const others = [
      'owner',
      'policies',
      'job queue',
      'grants',
      'keys',
      'jobs',
      'redis',
      'e-mail',
      'token issuer',
    ]
    const lines = [...names, ...others].map((name) => `ok       ${name}`)
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => line.slice(0, 24).trim()),
    ).toEqual(lines)
    expect(out).toMatch(/1 data key opens/)
    expect(out).toMatch(/1 usable key/)
  })

  test('names each right that is missing, with the statement that gives it back', async () => {
    const { adminUrl, ownerUrl } = app.database
    const taken = [
      ['execute on function', 'app.bind(uuid, uuid)', 'colloquy_app'],
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

  test('names what is wrong and what to do, all at once', async () => {
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
      'chores role': expect.stringMatching(
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
      const chores = await examine({ DATABASE_SYSTEM_URL: bare.href })
      expect(chores.problems).toEqual({
        'chores role': expect.stringMatching(/DATABASE_SYSTEM_URL lacks the rights of colloquy_system: use/),
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
    expect(checks).toEqual(['configuration', 'database', 'redis', 'e-mail', 'token issuer'])
  })

  test('names secrets that are open to others and those that do not open what is there', async () => {
    await using healthy = await startApp()
    const company = await healthy.company('Acme', { alice: 'owner', bob: 'member' })
    await company.alice.say({ recipientId: company.bob.userId }, 'Hello')
    const { dataDirectory } = healthy.environment
    const here = { ...urlsOf(healthy.database), DATA_DIR: dataDirectory }
    const keys = join(dataDirectory, 'keys')
    await chmod(keys, 0o755)
    expect((await examine(here)).problems).toEqual({
      keys: `The key folder ${keys} is open to other users: chmod 700 it.`,
    })
    await chmod(keys, 0o700)
    await writeFile(join(keys, `${company.companyUuid}.key`), `${'ab'.repeat(32)}\n`)
    expect((await examine(here)).problems.keys).toMatch(/does not open the data keys of company/)
    await rm(join(keys, `${company.companyUuid}.key`))
    expect((await examine(here)).problems.keys).toMatch(/cannot be read from .*ENOENT/)
  })

  test('names a job that failed for good, a queue that is not of the chores role, and a mail server that is away', async () => {
    const database = await cloneDatabase()
    try {
      const mail = { SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'chat@acme.test' }
      await query(
        database.systemUrl,
        `select graphile_worker.add_job('send_digest', '{}', max_attempts => 1, run_at => now() + interval '1 day');
         update graphile_worker._private_jobs set attempts = max_attempts`,
      )
      const first = await examine({ ...urlsOf(database), ...mail })
      expect(first.problems).toEqual({
        jobs: expect.stringMatching(/^1 job has failed for good \(send_digest\)/),
        'e-mail': expect.stringMatching(
          /^The mail server 127\.0\.0\.1:1 cannot be used \(ESOCKET\)\. Correct SMTP_URL/,
        ),
      })
      await query(database.adminUrl, 'alter table graphile_worker._private_jobs owner to colloquy_owner')
      const second = await examine(urlsOf(database))
      expect(second.problems).toEqual({ 'job queue': expect.stringContaining('Give them to it.') })
      expect(second.checks).not.toContain('jobs')
    } finally {
      await database.drop()
    }
  })

  test('names every variable that is wrong, and looks no further', async () => {
    const { code, out, err } = await colloquy.run(['doctor'], { NODE_ENV: 'production', PORT: 'x' })
    expect(code).toBe(1)
    expect(out.match(/^problem {2}configuration {3}[A-Z_]+ .*\.$/gm)).toHaveLength(9)
    expect(err).toBe('9 of 9 checks found something wrong.\n')
  })
})
