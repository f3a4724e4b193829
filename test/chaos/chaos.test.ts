import { afterEach, describe, expect, it } from 'vitest'
import { redisForTests } from '../support/redis.ts'
import { type ServerProcess, startProcess } from '../support/server-process.ts'

/** A run lasts as long as the machine makes it last; one that is stuck ends by itself. */
const RUN_MS = 15 * 60_000

const redis = await redisForTests()
await redis?.dispose()
/** To run a failure again: `CHAOS_SEED=… npx vitest run test/chaos/chaos.test.ts`. */
const seed = process.env.CHAOS_SEED ?? String(Math.floor(Math.random() * 2 ** 31))

describe('two nodes, 200 subscribers and 50 writers', () => {
  let chaos: ServerProcess | undefined
  afterEach(async () => {
    if (chaos?.child.exitCode === null) await chaos.end('SIGTERM')
  })

  /** Runs the program to its end, tells its counts, and gives what was wrong. */
  async function run(args: string[]): Promise<{ code: number | null; wrong: string[] }> {
    chaos = startProcess('npm', ['run', '--silent', 'chaos', '--', '--seed', seed, ...args], {
      env: environment(),
    })
    process.stdout.write(`chaos ${args.join(' ')}, seed ${seed}\n`)
    const code = await chaos.ended
    const lines = chaos.said.out.split('\n')
    const counts = lines.findIndex((line) => line.includes('faults injected:'))
    process.stdout.write(`${lines.slice(Math.max(counts, 0)).join('\n')}${chaos.said.err}\n`)
    return { code, wrong: lines.filter((line) => /WRONG|VERDICT/.test(line)) }
  }

  it('lose nothing and double nothing while everything fails that can', { timeout: RUN_MS }, async ({
    skip,
  }) => {
    skip(redis === undefined, 'There is no Redis.')
    const { code, wrong } = await run(['--seconds', '45'])
    expect(wrong).toEqual([expect.stringContaining('nothing lost, nothing twice, everything in order')])
    expect(code).toBe(0)
  })

  it('lose nothing and double nothing while the nodes restart in turn', { timeout: RUN_MS }, async ({
    skip,
  }) => {
    skip(redis === undefined, 'There is no Redis.')
    const { code, wrong } = await run(['--seconds', '20', '--rolling'])
    expect(wrong).toEqual([expect.stringContaining('nothing lost, nothing twice, everything in order')])
    expect(code).toBe(0)
  })
})

function environment(): Record<string, string> {
  return Object.fromEntries(['PATH', 'HOME'].map((name) => [name, process.env[name] ?? '']))
}
