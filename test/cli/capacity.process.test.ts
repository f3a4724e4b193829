import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { accepted, type CommandLine, openCommandLine, rejection } from './command-line.ts'

// A process a command, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let cli: CommandLine
beforeAll(async () => {
  cli = await openCommandLine()
})
afterAll(() => cli[Symbol.asyncDispose]())

const run = (args: string) => cli.run(['capacity', ...args.split(' ')], {})
const planOf = async (args: string) => JSON.parse(accepted(await run(`${args} --json`))).plan

describe('the capacity command', () => {
  test('prints the examples of its document, without a database', async () => {
    const text = await readFile('docs/capacity.md', 'utf8')
    const examples = [
      '--companies 5000 --users 200000 --messages-per-day 27000000',
      '--companies 50000 --users 10000000 --messages-per-day 100000000',
    ]
    for (const example of examples) {
      const [said] = accepted(await run(example)).split('\n\nCores are used')
      expect(text).toContain(`\`\`\`text\n${said}\n\`\`\``)
    }
  })

  test('plans a small installation by hand-checked figures', async () => {
    // 864,000 messages a day are 10 a second, 100 at the peak: 100 × (1.2 + 2.3 + 4 × 0.047) ms of the server are 0.37 cores,
    // 0.62 at 60 %; 100 × (0.62 + 0.9) ms of PostgreSQL are 0.15, 0.25 at 60 %.
    expect(
      await planOf('--companies 10 --users 1000 --messages-per-day 864000 --peak 10 --retention-days 1'),
    ).toEqual({
      peak: { sends: 100, deliveries: 400, pages: 100 },
      sockets: 150,
      deployments: 1,
      nodes: { count: 2, because: 'spare', memoryMiB: 304, socketsEach: 150 },
      // 864,000 × (2,250 + 320 + 475) bytes; 864,000 × 2,250 a day.
      database: { cores: 1, connections: 66, storedGiB: 3, grownGiBPerDay: 1.9 },
      keyFiles: 20,
    })
  })

  test('plans more nodes for more sockets or work, and never fewer than two', async () => {
    const base = '--companies 100 --users 100000 --retention-days 7 --messages-per-day'
    expect((await planOf(`${base} 1`)).nodes).toMatchObject({ count: 3, because: 'sockets' })
    expect((await planOf(`${base} 20000000`)).nodes).toMatchObject({ count: 13, because: 'work' })
    expect((await planOf('--companies 1 --users 1 --messages-per-day 1')).nodes.count).toBe(2)
  })

  test('refuses bad input in one line that says what to give', async () => {
    const mistakes: [string, string][] = [
      [
        '--companies 1.5 --users 10 --messages-per-day 10',
        "argument '1.5' is invalid. Give a whole number from 1 to 1000000.",
      ],
      [
        '--companies 1 --users 10000001 --messages-per-day 10',
        "'10000001' is invalid. Give a whole number from 1 to 10000000.",
      ],
      ['--companies 1 --users 10 --messages-per-day 0', 'Give a whole number from 1 to 1000000000.'],
      ['--companies 1 --users 10', "required option '--messages-per-day <number>' not specified"],
      ['--companies 1 --users 10 --messages-per-day 1 --online 101', 'Give a whole number from 1 to 100.'],
      [
        '--companies 11 --users 10 --messages-per-day 1',
        '--users is less than --companies: each has an owner.',
      ],
      [
        '--companies 1 --users 9999999 --messages-per-day 999999999',
        'a company is in one deployment. Lower --retention-days, --peak or --messages-per-day.',
      ],
    ]
    const said = await Promise.all(mistakes.map(async ([args]) => rejection(await run(args))))
    expect(said).toEqual(mistakes.map(([, expected]) => expect.stringContaining(expected)))
  })
})
