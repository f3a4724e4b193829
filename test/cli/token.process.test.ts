import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { CommandResult } from '../support/colloquy.ts'
import { query } from '../support/embedded-postgres.ts'
import { accepted, type CommandLine, openCommandLine, rejection } from './command-line.ts'

// A process a command, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let cli: CommandLine
beforeAll(async () => {
  cli = await openCommandLine()
})
afterAll(() => cli[Symbol.asyncDispose]())

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
    const env = { ...cli.environmentOf(app.database), DATA_DIR: app.environment.dataDirectory }
    return cli.run(['token', ...args], env)
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
    expect(rejection(await token('nobody@acme.test'))).toMatch(
      /^Nobody here has the login nobody@acme\.test\./,
    )
    expect(rejection(await token(acme.dora.externalId))).toMatch(
      /^dora@\w+\.test is disabled in Acme \(\w+\)\.$/,
    )
    expect(rejection(await token(acme.alice.externalId, '--company', ''))).toMatch(/^--company is empty: /)
    expect(rejection(await token(acme.alice.externalId, '--company', 'Initech'))).toMatch(
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
    const inProduction = await cli.run(['token', 'alice@acme.test'], {
      ...cli.environmentOf(app.database),
      NODE_ENV: 'production',
    })
    expect(rejection(inProduction)).toMatch(/^In production tokens come from the identity provider/)
    const oidc = {
      OIDC_ISSUER: 'https://login.example',
      OIDC_AUDIENCE: 'c',
      OIDC_JWKS_URL: 'https://login.example/jwks',
    }
    const env = { ...cli.environmentOf(app.database), ...oidc, DATA_DIR: app.environment.dataDirectory }
    expect(rejection(await cli.run(['token', globex.gina.externalId], env))).toMatch(
      /^Tokens come from the identity provider https:\/\/login\.example;/,
    )
  })
})
