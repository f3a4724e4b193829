import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { openDataDirectory } from '../src/data-directory/data-directory.ts'
import { startEmbeddedPostgres } from '../src/database/embedded/start-embedded-postgres.ts'
import { cpuMs } from './cpu.ts'
import { percentile, type Report, round } from './report.ts'

const MIN_ROUNDS = 3

/**
 * The server starts on an empty data directory, with its own PostgreSQL, until it has answered its first operation; in
 * turn with the floor, so that changes of the machine's load affect both alike.
 */
export async function coldStart({ seconds }: { seconds: number }): Promise<Report> {
  await startOnce()
  const took: number[] = []
  const floors: number[] = []
  let serverMs = 0
  const end = performance.now() + seconds * 1000
  while (took.length < MIN_ROUNDS || performance.now() < end) {
    floors.push(await startDatabase())
    const started = await startOnce()
    took.push(started.ms)
    serverMs += started.serverMs
  }
  const [median, floor] = [percentile(took, 0.5), percentile(floors, 0.5)]
  return {
    workload: 'cold-start',
    size: { rounds: took.length },
    opsPerSecond: round(1000 / median),
    p50Ms: median,
    p95Ms: percentile(took, 0.95),
    p99Ms: percentile(took, 0.99),
    errors: 0,
    lost: 0,
    duplicates: 0,
    outOfOrder: 0,
    floor: { name: 'initdb and start of PostgreSQL', opsPerSecond: round(1000 / floor) },
    ratio: round(floor / median),
    cpuMicrosecondsPerOperation: { server: round((serverMs * 1000) / took.length) },
  }
}

async function startOnce(): Promise<{ ms: number; serverMs: number }> {
  const path = await mkdtemp(join(tmpdir(), 'colloquy-bench-'))
  const start = performance.now()
  const child = spawn(process.execPath, ['--enable-source-maps', 'dist/main.js'], {
    env: { PATH: process.env.PATH, PORT: '0', DATA_DIR: path, LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  let said = String(line)
  child.stdout.on('data', (more: Buffer) => {
    said += more
  })
  while (!/Colloquy is ready/.test(said)) await once(child.stdout, 'data')
  const [url] = /http:\/\/[^/\s]+/.exec(said) ?? []
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ __typename }' }),
  })
  if (!response.ok) throw new Error(`The server answered ${response.status}.`)
  const ms = performance.now() - start
  const serverMs = await cpuMs(child.pid ?? 0)
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
  await rm(path, { recursive: true, force: true })
  return { ms, serverMs }
}

async function startDatabase(): Promise<number> {
  const path = await mkdtemp(join(tmpdir(), 'colloquy-bench-'))
  const dataDirectory = await openDataDirectory(path, { exclusive: true })
  const start = performance.now()
  const postgres = await startEmbeddedPostgres({ dataDirectory, log: pino({ level: 'silent' }) })
  const ms = performance.now() - start
  await postgres.stop()
  await dataDirectory.release()
  await rm(path, { recursive: true, force: true })
  return ms
}
