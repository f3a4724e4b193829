import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { pino } from 'pino'
import { openDataDirectory } from '../../src/data-directory/data-directory.ts'
import { startEmbeddedPostgres } from '../../src/database/embedded/start-embedded-postgres.ts'

/** Starts PostgreSQL from this process; `await using` stops it. */
export async function startHere(path: string) {
  const dataDirectory = await openDataDirectory(path, { exclusive: true })
  const postgres = await startEmbeddedPostgres({ dataDirectory, log: pino({ level: 'silent' }) })
  return {
    ...postgres,
    [Symbol.asyncDispose]: async () => {
      await postgres.stop()
      await dataDirectory.release()
    },
  }
}

/** Runs one statement on a connection of its own. */
export async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  // A postmaster that is killed while the connection closes must not end the test run.
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}

/** Opens a session that stays until its server ends, and gives the number of its process. */
export async function openSession(url: string): Promise<{ pid: number; ended: Promise<void> }> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  const ended = new Promise<void>((resolve) => client.once('end', resolve))
  await client.connect()
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  return { pid: rows[0]?.pid ?? 0, ended }
}

/** The process number of the postmaster that serves a data directory. */
export async function postmasterOf(path: string): Promise<number> {
  return Number((await readFile(join(path, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0])
}

/** Whether a process runs; one that has ended but that nobody has collected does not. */
export function isRunning(pid: number): boolean {
  try {
    return /^[^ZX]/.test(execFileSync('ps', ['-o', 'state=', '-p', `${pid}`], { encoding: 'utf8' }))
  } catch {
    return false
  }
}

/** The process group that signals from a terminal would reach a process through. */
export function processGroupOf(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'pgid=', '-p', `${pid}`], { encoding: 'utf8' }))
}
