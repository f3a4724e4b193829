import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { handOver, type OperatingUser } from '../../src/database/embedded/operating-user.ts'
import { query } from '../support/embedded-postgres.ts'
import { freePort } from '../support/free-port.ts'

/** The programs of PostgreSQL, the folder of a drill, and the user that runs them. */
export interface Place {
  programs: string
  folder: string
  user: OperatingUser | null
}

/** A PostgreSQL of the drill. */
export interface Cluster {
  readonly directory: string
  readonly port: number
  /** A superuser's, to the product's database once it is there. */
  urlOf(database: string): string
  /** Ends the postmaster without warning; the rest of its processes follow. */
  kill(): Promise<void>
  stop(): Promise<void>
}

/** Where a restored database ends: with the last archived transaction, or before a moment, as PostgreSQL writes it. */
export type Target = 'latest' | { before: string }

const run = promisify(execFile)
const STARTS_WITHIN_MS = 1_800_000

/** Makes a PostgreSQL that archives its WAL into `archive`, at the latest after so many seconds, and starts it. */
export async function startArchiving(
  place: Place,
  archive: string,
  timeoutSeconds: number,
): Promise<Cluster> {
  const directory = join(place.folder, 'database')
  for (const path of [directory, archive]) await makeFolder(place, path)
  const options = ['-D', directory, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C']
  await run(join(place.programs, 'initdb'), options, runAs(place))
  const settings = [
    'wal_level=replica',
    'archive_mode=on',
    `archive_timeout=${timeoutSeconds}`,
    // A segment has its name once it is whole, and none is written over.
    `archive_command='test ! -f ${archive}/%f && cp %p ${archive}/%f.part && mv ${archive}/%f.part ${archive}/%f'`,
  ]
  await appendFile(join(directory, 'postgresql.conf'), `${settings.join('\n')}\n`)
  return start(place, directory)
}

/** Copies a running PostgreSQL into a folder, and verifies the copy. */
export async function baseBackup(place: Place, cluster: Cluster, into: string): Promise<void> {
  await makeFolder(place, into)
  const from = ['-h', '127.0.0.1', '-p', `${cluster.port}`, '-U', 'postgres']
  await run(join(place.programs, 'pg_basebackup'), [...from, '-D', into, '--checkpoint=fast'], runAs(place))
  await run(join(place.programs, 'pg_verifybackup'), [into], runAs(place))
}

/** Puts a copy of a base backup into a new folder and has PostgreSQL recover it from the archive up to the target. */
export async function restore(
  place: Place,
  { backup, archive, into, target }: { backup: string; archive: string; into: string; target: Target },
): Promise<Cluster> {
  await rm(into, { recursive: true, force: true })
  await run('cp', ['-a', backup, into])
  const settings = [
    // A restored database must not write into the archive that it came from.
    'archive_mode=off',
    `restore_command='cp ${archive}/%f %p'`,
    ...(target === 'latest'
      ? []
      : [`recovery_target_time='${target.before}'`, 'recovery_target_action=promote']),
  ]
  await appendFile(join(into, 'postgresql.conf'), `${settings.join('\n')}\n`)
  await writeFile(join(into, 'recovery.signal'), '')
  await handOver(join(into, 'recovery.signal'), place.user)
  return start(place, into)
}

async function makeFolder({ user }: Place, path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 })
  await handOver(path, user)
}

function runAs({ folder, user }: Place) {
  return { cwd: folder, env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' }, ...user }
}

async function start(place: Place, directory: string): Promise<Cluster> {
  const port = await freePort()
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'shared_buffers=256MB',
    'max_wal_size=2GB',
    'jit=off',
    'random_page_cost=1.1',
    'timezone=UTC',
    'logging_collector=off',
  ]
  const server = spawn(
    join(place.programs, 'postgres'),
    ['-D', directory, '-p', `${port}`, ...settings.flatMap((setting) => ['-c', setting])],
    { ...runAs(place), stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  server.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-4_000)
  })
  const endWithProcess = () => server.kill('SIGQUIT')
  process.once('exit', endWithProcess)
  const urlOf = (database: string) => `postgres://postgres:drill@127.0.0.1:${port}/${database}`
  await untilItWrites(server, urlOf('postgres'), () => said)
  const end = async (signal: NodeJS.Signals) => {
    process.off('exit', endWithProcess)
    const exit = once(server, 'exit')
    if (server.exitCode === null && server.signalCode === null && server.kill(signal)) await exit
  }
  return { directory, port, urlOf, kill: () => end('SIGKILL'), stop: () => end('SIGINT') }
}

/** Waits until recovery is over and the database takes writes. */
async function untilItWrites(server: ChildProcess, url: string, said: () => string): Promise<void> {
  const deadline = performance.now() + STARTS_WITHIN_MS
  for (;;) {
    const rows = await query<{ recovers: boolean }>(url, 'select pg_is_in_recovery() as recovers').catch(
      () => [],
    )
    if (rows[0]?.recovers === false) return
    if (server.exitCode !== null || performance.now() > deadline)
      throw new Error(`PostgreSQL did not start: ${said()}`)
    await delay(50)
  }
}
