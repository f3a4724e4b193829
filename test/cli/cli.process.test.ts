import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type CommandLine, openCommandLine, rejection } from './command-line.ts'

// A process a command, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let cli: CommandLine
beforeAll(async () => {
  cli = await openCommandLine()
})
afterAll(() => cli[Symbol.asyncDispose]())

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
    const said = await Promise.all(mistakes.map(async ([args]) => rejection(await cli.run(args, {}))))
    expect(said).toEqual(mistakes.map(([, expected]) => expect.stringContaining(expected)))
  })

  test('marks what each command requires', async () => {
    const { out } = await cli.run(['company', '--help'], {})
    const required = out.split('\n').filter((line) => line.includes('(required)'))
    expect(required).toHaveLength(3)
    for (const name of ['name', '--owner <external id>', '--owner-name <name>'])
      expect(required.map((line) => line.trim().split(/ {2,}/)[0])).toContain(name)
    expect((await cli.run(['doctor', '--help'], {})).out).not.toContain('(required)')
  })

  test('lists what it can do', async () => {
    const { code, out } = await cli.run(['--help'], {})
    expect(code).toBe(0)
    for (const command of ['serve', 'migrate', 'seed', 'company', 'token', 'doctor']) {
      expect(out).toMatch(new RegExp(`^  ${command} `, 'm'))
    }
  })
})
