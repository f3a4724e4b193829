import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { pino } from 'pino'
import { chooseOperatingUser, handOver } from '../../src/database/embedded/operating-user.ts'
import { migrateJobs } from '../../src/database/jobs-schema.ts'
import { migrate } from '../../src/database/migrate.ts'
import { prepareDatabase, withClient } from '../../src/database/roles.ts'
import type { TestDatabase } from './database.ts'
import { fastFolder } from './fast-folder.ts'
import { freePort } from './free-port.ts'
import { installedPostgres } from './postgres-programs.ts'

const EMBEDDED = 18
const STARTS_WITHIN_MS = 60_000
const log = pino({ level: 'warn' })

/** A server of one test file alone that may be mistreated. */
export interface PostgresServer {
  adminUrl: string
  /** A migrated, empty database. */
  makeDatabase(): Promise<TestDatabase>
  /** Ends it without warning, as a crash would. */
  kill(): Promise<void>
  /** Freezes all of its processes: its port stays open, nothing answers. */
  stop(): void
  cont(): void
  /** Starts it again on the same port. */
  start(): Promise<void>
}

/** A folder for servers of a PostgreSQL that is installed. */
export interface InstalledPostgres {
  /** Makes a new cluster and starts it. */
  makeServer(): Promise<PostgresServer>
  /** Makes a replica of a server and starts it. */
  makeReplica(primary: PostgresServer): Promise<PostgresServer>
  dispose(): Promise<void>
}

const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'fsync=off',
  'jit=off',
  'random_page_cost=1.1',
]

/** Finds the oldest supported PostgreSQL that is installed; without one, says loudly that its tests are skipped. */
export async function installedPostgresForTests(tests: string): Promise<InstalledPostgres | undefined> {
  const programs = installedPostgres(EMBEDDED)
  if (!programs) {
    process.stderr.write(
      `\n*** SKIPPING ${tests}: no PostgreSQL 15 to ${EMBEDDED - 1} below /usr/lib/postgresql. Install it (Debian: apt-get install postgresql) ***\n\n`,
    )
    return undefined
  }
  const directory = await fastFolder('colloquy-postgres-')
  const user = await chooseOperatingUser(join(directory, 'data'))
  await handOver(directory, user)
  const options = { cwd: directory, env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' }, ...user }
  const run = (program: string, args: string[]) => promisify(execFile)(join(programs, program), args, options)
  const servers: PostgresServer[] = []

  async function open(data: string): Promise<PostgresServer> {
    const server = await startServer(programs as string, data, options)
    servers.push(server)
    return server
  }

  async function newFolder(): Promise<string> {
    const data = join(directory, `data-${servers.length}`)
    await mkdir(data, { mode: 0o700 })
    await handOver(data, user)
    return data
  }

  return {
    async makeServer() {
      const data = await newFolder()
      const like = ['--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync']
      await run('initdb', ['-D', data, '-U', 'postgres', ...like])
      return open(data)
    },
    async makeReplica({ adminUrl }) {
      const data = await newFolder()
      await run('pg_basebackup', ['-D', data, '-d', adminUrl, '-R', '--checkpoint=fast', '--no-sync'])
      return open(data)
    },
    async dispose() {
      for (const server of servers.reverse()) await server.kill()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function startServer(
  programs: string,
  data: string,
  options: { cwd: string; env: Record<string, string>; uid?: number; gid?: number },
): Promise<PostgresServer> {
  const port = await freePort()
  const adminUrl = `postgres://postgres:unasked@127.0.0.1:${port}/postgres`
  const args = ['-D', data, '-p', `${port}`, ...SETTINGS.flatMap((setting) => ['-c', setting])]
  let server: ChildProcess

  async function start(): Promise<void> {
    server = spawn(join(programs, 'postgres'), args, { ...options, stdio: 'ignore' })
    const endWithTests = () => server.kill('SIGQUIT')
    process.once('exit', endWithTests)
    server.once('exit', () => process.off('exit', endWithTests))
    await untilItAnswers(server, adminUrl)
  }

  async function kill(): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return
    signalAll('SIGCONT')
    const exit = once(server, 'exit')
    server.kill('SIGQUIT')
    await exit
  }

  function signalAll(signal: NodeJS.Signals): void {
    const pid = server.pid as number
    // PostgreSQL gives each of its processes a group of its own.
    for (const each of [pid, ...childrenOf(pid)]) process.kill(each, signal)
  }

  await start()
  return {
    adminUrl,
    makeDatabase: () => makeDatabase(adminUrl),
    start,
    kill,
    stop: () => signalAll('SIGSTOP'),
    cont: () => signalAll('SIGCONT'),
  }
}

async function makeDatabase(adminUrl: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  const urls = await prepareDatabase(adminUrl, name)
  await migrate({ url: urls.ownerUrl, log })
  await migrateJobs(urls.systemUrl, log)
  return { ...urls, adminUrl: adminUrl.replace(/postgres$/, name), drop: async () => {} }
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  )
}

async function untilItAnswers(server: ChildProcess, url: string): Promise<void> {
  const deadline = performance.now() + STARTS_WITHIN_MS
  for (;;) {
    try {
      return await withClient(url, async () => {})
    } catch (error) {
      if (server.exitCode !== null || performance.now() > deadline) throw error
      await delay(50)
    }
  }
}
