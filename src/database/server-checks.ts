import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { StartupProblem } from '../startup-problem.ts'
import { withClient } from './roles.ts'

const oldestMajor = 15
const answerWithinMs = 10_000

/** Returns the server's version. Throws StartupProblem if Colloquy does not support it. */
export async function assertSupportedVersion(url: string): Promise<string> {
  const version = await withClient(url, (client) => one<string>(client, 'show server_version'))
  if (Number.parseInt(version, 10) >= oldestMajor) return version
  throw new StartupProblem(
    `The database runs PostgreSQL ${version}. Colloquy needs ${oldestMajor} or later: upgrade it.`,
  )
}

/**
 * Throws StartupProblem if a connection does not keep its session between two statements. Behind a PgBouncer in
 * transaction mode, the tenant that one process bound would stay bound for another.
 */
export async function assertOwnSession(url: string): Promise<void> {
  const isKept = await withClient(url, (first) =>
    withClient(url, (second) =>
      Promise.race([keepsSession(first, second), delay(answerWithinMs, false, { ref: false })]),
    ),
  )
  if (isKept) return
  throw new StartupProblem(
    'The database is reached through a pooler that shares sessions between statements, such as PgBouncer in transaction mode. Use session mode, or connect directly.',
  )
}

/**
 * A pooler gives an idle server connection to the next client that runs a transaction or a statement, so two clients
 * reveal whether they share one.
 */
async function keepsSession(first: pg.Client, second: pg.Client): Promise<boolean> {
  try {
    const before = await backend(first)
    await second.query('begin')
    await backend(second)
    return (await backend(first)) === before
  } catch (error) {
    if (error instanceof pg.DatabaseError) return false
    throw error
  }
}

function backend(client: pg.Client): Promise<number> {
  return one<number>(client, 'select pg_backend_pid()')
}

async function one<Value>(client: pg.Client, text: string): Promise<Value> {
  const { rows } = await client.query<[Value]>({ text, rowMode: 'array' })
  const [row] = rows
  if (!row) throw new Error('One row was asked for.')
  return row[0]
}
