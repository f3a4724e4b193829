import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { type DataDirectory, openDataDirectory } from '../data-directory/data-directory.ts'
import { LockHeld, takeProcessLock } from '../data-directory/process-lock.ts'
import { storageProblem } from '../data-directory/storage-problem.ts'
import { findRunningPostgres } from '../database/embedded/start-embedded-postgres.ts'
import { EMBEDDED_DATABASE } from '../database/initialize-database.ts'
import { type Environment, readEnvironment } from '../env.ts'
import { StartupProblem } from '../startup-problem.ts'
import { createLog } from './log.ts'

const timeoutMs = 60_000

/**
 * Runs a command on the database in use: the external one, the embedded one of a server that runs on the data
 * directory, or else the embedded one started for this command. Only one such command runs at a time.
 */
export async function withDatabaseInUse<T>(
  command: (environment: Environment, log: Logger) => Promise<T>,
): Promise<T> {
  const environment = readEnvironment()
  const log = createLog(environment)
  if (environment.database.url) return command(environment, log)
  const directory = await openDataDirectory(environment.dataDirectory, { exclusive: false })
  const release = await patiently(directory, () => takeProcessLock(directory.file('command.lock')))
  try {
    const running = await patiently(directory, () => findServersPostgres(directory))
    if (!running) return await command(environment, log)
    await release()
    return await command(withUrl(environment, running), log)
  } finally {
    await release()
  }
}

/** Null if no server runs. Throws LockHeld if a server runs without PostgreSQL, because it is starting or stopping. */
async function findServersPostgres(directory: DataDirectory): Promise<string | null> {
  const running = await findRunningPostgres(directory)
  if (running) return running
  const release = await takeProcessLock(directory.file('lock'))
  await release()
  return null
}

/** Tries again while another running process is in the way. */
async function patiently<T>({ path }: DataDirectory, attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof LockHeld)) throw storageProblem(error, path)
      if (performance.now() > deadline) {
        throw new StartupProblem(
          `Process ${error.pid} uses the data directory ${path} and does not become ready. Wait for it, or stop it.`,
        )
      }
      await delay(50)
    }
  }
}

function withUrl(environment: Environment, adminUrl: string): Environment {
  const url = new URL(adminUrl)
  url.pathname = `/${EMBEDDED_DATABASE}`
  return { ...environment, database: { ...environment.database, url: url.href } }
}
