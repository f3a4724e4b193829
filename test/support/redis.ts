import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from './free-port.ts'

/** A Redis server that belongs to one test file alone and may be mistreated. */
export interface PrivateRedis {
  readonly url: string
  /** Ends it without warning, as a crash would. */
  kill(): Promise<void>
  /** Freezes it: its port stays open, nothing answers. */
  stop(): void
  cont(): void
  /** Starts it again, empty, on the same port. */
  restart(): Promise<void>
  dispose(): Promise<void>
}

/** Starts an empty Redis in a directory of its own; without the binary, says loudly that Redis tests are skipped. */
export async function redisForTests(): Promise<PrivateRedis | undefined> {
  if (!isOnPath('redis-server')) {
    skipLoudly('no redis-server on PATH')
    return undefined
  }
  const directory = await mkdtemp(join(tmpdir(), 'colloquy-redis-'))
  const port = await freePort()
  let server = await start(port, directory)

  async function kill(): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return
    const exit = once(server, 'exit')
    server.kill('SIGKILL')
    await exit
  }

  async function restart(): Promise<void> {
    await kill()
    server = await start(port, directory)
  }

  async function dispose(): Promise<void> {
    await kill()
    await rm(directory, { recursive: true, force: true })
  }

  return {
    url: `redis://127.0.0.1:${port}/0`,
    kill,
    stop: () => void server.kill('SIGSTOP'),
    cont: () => void server.kill('SIGCONT'),
    restart,
    dispose,
  }
}

/** The Redis at REDIS_URL, else a private one: for tests that leave the server itself alone. */
export async function sharedRedisForTests(): Promise<{ url: string; dispose(): Promise<void> } | undefined> {
  const url = process.env.REDIS_URL
  return url ? { url, dispose: async () => {} } : await redisForTests()
}

/** Says on stderr that tests of Redis are skipped. */
export function skipLoudly(reason: string): void {
  process.stderr.write(
    `\n*** SKIPPING REDIS TESTS: ${reason}. Install it (Debian: apt-get install redis-server; macOS: brew install redis) ***\n\n`,
  )
}

/** True if a program can be started by its name. */
export function isOnPath(binary: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, binary), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

async function start(port: number, directory: string): Promise<ChildProcess> {
  const options = { port, bind: '127.0.0.1', dir: directory, appendonly: 'no' }
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
  const server = spawn('redis-server', [...flags, '--save', ''], { stdio: ['ignore', 'pipe', 'inherit'] })
  const endWithTests = () => server.kill('SIGKILL')
  process.once('exit', endWithTests)
  server.once('exit', () => process.off('exit', endWithTests))
  const lines: string[] = []
  for await (const line of createInterface({ input: server.stdout })) {
    if (line.includes('Ready to accept connections')) return drained(server)
    lines.push(line)
  }
  throw new Error(`redis-server did not start:\n${lines.join('\n')}`)
}

function drained(server: ChildProcess): ChildProcess {
  server.stdout?.resume()
  return server
}
