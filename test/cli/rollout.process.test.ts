import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { followInbox } from '../support/following.ts'
import { accepted, type CommandLine, openCommandLine, rejection } from './command-line.ts'

// A process a command, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const INBOX = '{ conversations(first: 1) { nodes { id } } }'

describe('the command rollout', () => {
  let cli: CommandLine
  let app: TestApp
  let acme: TestCompany<'alice' | 'bob'>
  let globex: TestCompany<'gina'>
  beforeAll(async () => {
    cli = await openCommandLine()
  })
  beforeEach(async () => {
    app = await startApp()
    acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
    globex = await app.company('Globex', { gina: 'owner' })
    return () => app[Symbol.asyncDispose]()
  })
  afterAll(() => cli[Symbol.asyncDispose]())

  async function rollout(...args: string[]) {
    return cli.run(['rollout', ...args], {
      ...cli.environmentOf(app.database),
      DATA_DIR: app.environment.dataDirectory,
    })
  }

  async function switched(...args: string[]): Promise<unknown> {
    return JSON.parse(accepted(await rollout(...args, '--json')))
  }

  const reads = async (person: Client) => (await person.send(INBOX)).errors?.[0]?.extensions?.code ?? 'reads'
  const become = (person: Client, code: string) =>
    expect.poll(() => reads(person), { timeout: 30_000 }).toBe(code)

  it('closes all companies, and opens a cohort while the others stay closed', async () => {
    expect(await switched('closed', '--all')).toEqual({
      state: 'closed',
      companies: 2,
      changed: 2,
      failed: 0,
    })
    await become(acme.bob, 'MESSAGING_DISABLED')
    await become(globex.gina, 'MESSAGING_DISABLED')
    expect(await switched('open', 'acme', acme.companyId)).toMatchObject({ companies: 1, changed: 1 })
    await become(acme.bob, 'reads')
    expect(await reads(globex.gina)).toBe('MESSAGING_DISABLED')
    expect(accepted(await rollout('open', '--all'))).toBe(
      'Companies that are open now: 2, of which 1 were not before.\n',
    )
    await become(globex.gina, 'reads')
  })

  it('puts a company into safe mode, which ends the streams of all but moderators and is in its audit trail', async () => {
    const conversationId = await acme.alice.group('Team', [acme.bob])
    const stream = followInbox(acme.bob, 'WebSocket', '... on ConversationActivity { message { seq } }')
    for (let round = 0; stream.answers.length === 0; round += 1) {
      await acme.alice.say({ conversationId }, `Is it live? ${round}`)
      await Promise.race([stream.count(1), new Promise((resolve) => setTimeout(resolve, 500))])
    }
    accepted(await rollout('safe-mode', 'Acme'))
    await stream.until(({ isComplete }) => isComplete)
    await become(acme.bob, 'READ_ONLY')
    expect(await reads(acme.alice)).toBe('reads')
    expect(await reads(globex.gina)).toBe('reads')
    const { auditEvents } = await acme.alice.run(
      '{ auditEvents(filter: { kinds: ["settings.changed"] }) { nodes { detail actor { id } } } }',
    )
    expect(auditEvents.nodes[0]).toEqual({ actor: null, detail: { safeMode: [false, true] } })
    expect(await switched('safe-mode', 'Acme')).toMatchObject({ companies: 1, changed: 0 })
  })

  it('changes nothing if a name is wrong, or if it is not said which companies are meant', async () => {
    expect(rejection(await rollout('closed', 'Acme', 'Initech'))).toBe('There is no company Initech.')
    expect(rejection(await rollout('closed'))).toBe('Name the companies, or give --all instead.')
    expect(rejection(await rollout('closed', 'Acme', '--all'))).toBe(
      'Name the companies, or give --all instead.',
    )
    expect((await rollout('ajar', 'Acme')).err).toContain('Allowed choices are open, safe-mode, closed.')
    expect(await reads(acme.bob)).toBe('reads')
  })
})
