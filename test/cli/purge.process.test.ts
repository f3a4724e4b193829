import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { CommandResult } from '../support/colloquy.ts'
import { makeMessagesOlder } from '../support/retention.ts'
import { accepted, type CommandLine, openCommandLine, rejection } from './command-line.ts'

// A process a command, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

describe('the command purge', () => {
  let cli: CommandLine
  let app: TestApp
  let acme: TestCompany<'alice' | 'bob'>
  let globex: TestCompany<'gina' | 'greg'>
  beforeAll(async () => {
    cli = await openCommandLine()
    app = await startApp()
    acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
    globex = await app.company('Globex', { gina: 'owner', greg: 'member' })
    const { conversationId } = await acme.alice.say({ recipientId: acme.bob.userId }, 'Old')
    await globex.gina.say({ recipientId: globex.greg.userId }, 'Old')
    for (const company of [acme, globex]) await makeMessagesOlder(app, company, 100)
    await acme.alice.say({ conversationId }, 'New')
  })
  afterAll(async () => {
    await app[Symbol.asyncDispose]()
    await cli[Symbol.asyncDispose]()
  })

  function purge(...args: string[]): Promise<CommandResult> {
    const directory = { DATA_DIR: app.environment.dataDirectory, RETENTION_DAYS_DEFAULT: '30' }
    return cli.run(['purge', ...args], { ...cli.environmentOf(app.database), ...directory })
  }

  test('counts by company without deleting, deletes of one company, and then of all', async () => {
    expect(accepted(await purge('--dry-run'))).toBe(`Acme: 1 of 2 messages and 0 SMS are past their retention.
Globex: 1 of 1 messages and 0 SMS are past their retention.
Nothing was deleted.
`)
    expect(accepted(await purge('--company', 'Acme')).split('\n')[0]).toBe(
      'Acme: 1 of 2 messages and 0 SMS are past their retention; 1 messages are left.',
    )
    const json = JSON.parse(accepted(await purge('--json')))
    expect(json).toMatchObject({
      messages: 1,
      failedCompanies: 0,
      companies: [
        { companyId: acme.companyId, name: 'Acme', before: { stored: 1, due: 0 }, after: { stored: 1 } },
        {
          companyId: globex.companyId,
          name: 'Globex',
          before: { stored: 1, due: 1 },
          after: { stored: 0, due: 0 },
        },
      ],
    })
  })

  test('refuses a company that there is not', async () => {
    expect(rejection(await purge('--company', 'Initech'))).toBe('There is no company Initech.')
  })
})
