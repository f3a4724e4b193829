import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { progressBar } from '../../src/cli/progress-bar.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { accepted, type CommandLine, openCommandLine, rejection } from './command-line.ts'

// A process a command, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

describe('the command export', () => {
  let cli: CommandLine
  let app: TestApp
  let acme: TestCompany<'ann' | 'bob'>
  let folder: string
  beforeAll(async () => {
    cli = await openCommandLine()
    app = await startApp()
    acme = await app.company('Acme', { ann: 'owner', bob: 'member' })
    folder = await mkdtemp(join(tmpdir(), 'colloquy-export-'))
    await acme.bob.say({ recipientId: acme.ann.userId }, 'To be found')
  })
  afterAll(async () => {
    await rm(folder, { recursive: true })
    await app[Symbol.asyncDispose]()
    await cli[Symbol.asyncDispose]()
  })

  const run = (file: string, ...more: string[]) => {
    const span = ['--from', '2026-01-01', '--to', new Date().toISOString()]
    const args = ['export', '--company', acme.companyId, ...span, '--file', join(folder, file), ...more]
    return cli.run(args, { ...cli.environmentOf(app.database), DATA_DIR: app.environment.dataDirectory })
  }

  test('writes a private file with a manifest beside it, and overwrites none', async () => {
    const manifest = JSON.parse(accepted(await run('acme.jsonl', '--json')))
    const path = join(folder, 'acme.jsonl')
    const bytes = await readFile(path)
    expect(JSON.parse(bytes.toString())).toMatchObject({ body: 'To be found', seq: 1 })
    expect(manifest).toMatchObject({
      export: null,
      messageCount: 1,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })
    expect(JSON.parse(await readFile(`${path}.manifest.json`, 'utf8'))).toEqual(manifest)
    for (const name of [path, `${path}.manifest.json`]) expect((await stat(name)).mode & 0o777).toBe(0o600)
    expect(rejection(await run('acme.jsonl'))).toContain('exists')
    expect(await readFile(path)).toEqual(bytes)
    expect(accepted(await run('acme.csv', '--format', 'csv'))).toContain('Wrote 1 messages')
    expect(await readFile(join(folder, 'acme.csv'), 'utf8')).toContain('"To be found"')
  })

  test('names what is wrong in one line, and leaves no file', async () => {
    const before = await readdir(folder)
    const wrong: [string[], string][] = [
      [['--to', '2025-12-31'], '--to must be after --from.'],
      [['--to', '2999-01-01'], '--to is in the future'],
      [['--from', 'yesterday'], "argument 'yesterday' is invalid"],
      [['--format', 'xlsx'], "argument 'xlsx' is invalid"],
      [['--company', 'Nowhere'], 'There is no company Nowhere.'],
    ]
    for (const [args, expected] of wrong) expect(rejection(await run('none', ...args))).toContain(expected)
    expect(await readdir(folder)).toEqual(before)
  })
})

describe('a progress bar', () => {
  function shown(isTTY: boolean): string[] {
    const written: string[] = []
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0)
    const bar = progressBar({ isTTY, write: (text) => written.push(String(text)) > 0 }, 200)
    for (const seconds of [0.01, 6, 12]) {
      clock.mockReturnValue(seconds * 1_000)
      bar.advance(50, `after ${seconds} s`)
    }
    bar.done()
    clock.mockRestore()
    return written
  }

  test('is one line of a terminal, which it leaves empty', () => {
    expect(shown(true)).toEqual([
      `\r\u001b[K${'█'.repeat(15)}${'░'.repeat(15)}  50 %  after 6 s`,
      `\r\u001b[K${'█'.repeat(22)}${'░'.repeat(8)}  75 %  after 12 s`,
      '\r\u001b[K',
    ])
  })

  test('is a line from time to time where there is no terminal', () => {
    expect(shown(false)).toEqual(['50 %  after 6 s\n', '75 %  after 12 s\n'])
  })
})
