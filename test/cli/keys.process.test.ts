import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { CommandResult } from '../support/colloquy.ts'
import { onDatabase } from '../support/on-database.ts'
import { accepted, type CommandLine, openCommandLine, rejection } from './command-line.ts'

// A process a command, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const BODY = 'query ($id: ID!) { message(id: $id) { body } }'

describe('the command keys', () => {
  let cli: CommandLine
  let app: TestApp
  let acme: TestCompany<'alice' | 'bob'>
  let globex: TestCompany<'gina' | 'greg'>
  beforeAll(async () => {
    cli = await openCommandLine()
    app = await startApp()
    acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
    globex = await app.company('Globex', { gina: 'owner', greg: 'member' })
  })
  afterAll(async () => {
    await app[Symbol.asyncDispose]()
    await cli[Symbol.asyncDispose]()
  })

  function keys(...args: string[]): Promise<CommandResult> {
    const env = { ...cli.environmentOf(app.database), DATA_DIR: app.environment.dataDirectory }
    return cli.run(['keys', ...args], env)
  }

  const secretOf = (companyUuid: string) =>
    readFile(join(app.environment.dataDirectory, 'keys', `${companyUuid}.key`), 'utf8')

  test('rotate gives every company, or one, another secret, and what was written stays readable', async () => {
    const { id } = await acme.alice.say({ recipientId: acme.bob.userId }, 'Kept')
    await globex.gina.say({ recipientId: globex.greg.userId }, 'Kept')
    const [first, other] = [await secretOf(acme.companyUuid), await secretOf(globex.companyUuid)]
    expect(accepted(await keys('rotate'))).toBe('Wrapped 6 data keys of 2 companies with new secrets.\n')
    const second = await secretOf(acme.companyUuid)
    expect(second).not.toBe(first)
    expect(await secretOf(globex.companyUuid)).not.toBe(other)
    const json = JSON.parse(accepted(await keys('rotate', '--company', 'Acme', '--data', '--json')))
    expect(json).toEqual({ companies: 1, rewrapped: 4, activeFrom: expect.any(String), failed: 0 })
    expect(await secretOf(acme.companyUuid)).not.toBe(second)
    expect(await acme.bob.run(BODY, { id })).toEqual({ message: { body: 'Kept' } })
  })

  test('destroy wants the name of the company, destroys it alone, and may be repeated', async () => {
    expect(rejection(await keys('destroy', '--company', 'Acme'))).toBe(
      "Confirm with --yes and the company's name. Nothing was destroyed.",
    )
    expect(rejection(await keys('destroy', '--company', 'Acme', '--yes', 'acme'))).toBe(
      'That is not the name of the company, Acme. Nothing was destroyed.',
    )
    expect(rejection(await keys('destroy', '--company', 'Initech', '--yes', 'Initech'))).toBe(
      'There is no company Initech.',
    )
    expect(await acme.alice.run('{ viewer { company { name } } }')).toEqual({
      viewer: { company: { name: 'Acme' } },
    })
    await acme.alice.mutate('createLegalHold', { name: 'Matter', userId: acme.bob.userId })
    expect(rejection(await keys('destroy', '--company', 'Acme', '--yes', 'Acme'))).toBe(
      'Legal holds are in force in this company: 1. Release them, or destroy it with --despite-holds.',
    )
    expect(await secretOf(acme.companyUuid)).not.toMatch(/^destroyed /)
    expect(accepted(await keys('destroy', '--company', 'Acme', '--yes', 'Acme', '--despite-holds'))).toBe(
      `Destroyed the keys of Acme (${acme.companyId}), and erased its people. Nothing of it can be read any more.\n`,
    )
    expect(await secretOf(acme.companyUuid)).toMatch(/^destroyed /)
    expect(await onDatabase(app, 'select from legal_holds')).toEqual([])
    await expect
      .poll(async () => (await acme.alice.send('{ viewer { user { id } } }')).errors?.[0]?.extensions?.code, {
        timeout: 20_000,
      })
      .toBe('FORBIDDEN')
    const again = await keys('destroy', '--company', acme.companyId, '--yes', 'Destroyed company', '--json')
    expect(JSON.parse(accepted(again))).toMatchObject({ companyId: acme.companyId, destroyed: true })
    expect(accepted(await keys('rotate'))).toBe('Wrapped 3 data keys of 1 companies with new secrets.\n')
    expect(await globex.gina.run('{ viewer { company { name } } }')).toEqual({
      viewer: { company: { name: 'Globex' } },
    })
  })
})
