import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { pino } from 'pino'
import { chooseOperatingUser, handOver } from '../../src/database/embedded/operating-user.ts'
import { migrateJobs } from '../../src/database/jobs-schema.ts'
import { migrate } from '../../src/database/migrate.ts'
import { prepareDatabase, withClient } from '../../src/database/roles.ts'
import type { TestDatabase } from '../support/database.ts'
import { freePort } from '../support/free-port.ts'
import { installedPostgres } from '../support/postgres-programs.ts'

/** A PostgreSQL of an older version than the embedded one, for one test file alone. */
export interface OldestPostgres {
  /** A migrated, empty database. */
  makeDatabase(): Promise<TestDatabase>
  dispose(): Promise<void>
}

const EMBEDDED = 18
const STARTS_WITHIN_MS = 60_000
const log = pino({ level: 'warn' })

/** Starts the oldest supported PostgreSQL that is installed; without one, says loudly that its tests are skipped. */
export async function oldestPostgresForTests(): Promise<OldestPostgres | undefined> {
  const programs = installedPostgres(EMBEDDED)
  if (!programs) {
    process.stderr.write(
      `\n*** SKIPPING THE TESTS ON AN OLDER POSTGRESQL: none of 15 to ${EMBEDDED - 1} below /usr/lib/postgresql. Install it (Debian: apt-get install postgresql) ***\n\n`,
    )
    return undefined
  }
  const directory = await mkdtemp(join(tmpdir(), 'colloquy-oldest-'))
  const data = join(directory, 'data')
  const user = await chooseOperatingUser(data)
  await mkdir(data, { mode: 0o700 })
  for (const path of [directory, data]) await handOver(path, user)
  const options = { cwd: directory, env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' }, ...user }
  const initialize = [
    '-D',
    data,
    '-U',
    'postgres',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
  ]
  await promisify(execFile)(join(programs, 'initdb'), initialize, options)
  const port = await freePort()
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'fsync=off',
    'jit=off',
    'random_page_cost=1.1',
  ]
  const server = spawn(
    join(programs, 'postgres'),
    ['-D', data, '-p', `${port}`, ...settings.flatMap((setting) => ['-c', setting])],
    { ...options, stdio: 'ignore' },
  )
  const endWithTests = () => server.kill('SIGQUIT')
  process.once('exit', endWithTests)
  const adminUrl = `postgres://postgres:unasked@127.0.0.1:${port}/postgres`
  await untilItAnswers(server, adminUrl)

  return {
    async makeDatabase() {
      const name = `test_${randomBytes(6).toString('hex')}`
      const urls = await prepareDatabase(adminUrl, name)
      await migrate({ url: urls.ownerUrl, log })
      await migrateJobs(urls.systemUrl, log)
      return { ...urls, adminUrl: adminUrl.replace(/postgres$/, name), drop: async () => {} }
    },
    async dispose() {
      process.off('exit', endWithTests)
      const exit = once(server, 'exit')
      if (server.kill('SIGQUIT')) await exit
      await rm(directory, { recursive: true, force: true })
    },
  }
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
