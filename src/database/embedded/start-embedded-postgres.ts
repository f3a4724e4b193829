import { randomBytes } from 'node:crypto'
import { chmod, rename, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { DataDirectory } from '../../data-directory/data-directory.ts'
import { errorCode, storageProblem } from '../../data-directory/storage-problem.ts'
import { StartupProblem } from '../../startup-problem.ts'
import { clusterExists, ensureCluster } from './cluster.ts'
import { chooseOperatingUser } from './operating-user.ts'
import { disownPidFile, findPostmaster } from './pid-file.ts'
import { type Postmaster, PostmasterFailed, type PostmasterOptions, startPostmaster } from './postmaster.ts'
import { reachableBinaries } from './reachable-binaries.ts'
import { stopOrphan } from './stop-postmaster.ts'

/** Maximum time to wait for remains of an earlier server to disappear. */
const timeoutMs = 15_000
const againAfterMs = 5_000
const maxLogBytes = 10_000_000

/** The server's own PostgreSQL, running beside it. */
export interface EmbeddedPostgres {
  /** URL of the superuser, for the database `postgres`. */
  adminUrl: string
  /** Shuts PostgreSQL down cleanly. Repeated calls wait for the same shutdown. */
  stop(): Promise<void>
}

/**
 * Starts Colloquy's own PostgreSQL. It keeps its data in the data directory (opened exclusively), and can be reached
 * only on 127.0.0.1 and with its password. If it ends by itself it is started again. Throws StartupProblem if it cannot
 * run here.
 */
export async function startEmbeddedPostgres({
  dataDirectory,
  log,
  settings,
}: {
  dataDirectory: DataDirectory
  log: Logger
  /** Settings of PostgreSQL that differ from those of a deployment, for data that need not outlive the process. */
  settings?: Record<string, string>
}): Promise<EmbeddedPostgres> {
  const cluster = dataDirectory.file('postgres')
  try {
    const user = await chooseOperatingUser(cluster)
    const binaries = await reachableBinaries(user, log)
    const options = { cluster, user, binaries, log, logFile: dataDirectory.file('postgres.log'), settings }
    await openTheWay(dataDirectory, options)
    await startLogAfresh(options.logFile)
    const password = await readPassword(dataDirectory, cluster)
    await ensureCluster({ ...options, password })
    return await keepRunning(options, password)
  } catch (error) {
    throw storageProblem(error, cluster)
  }
}

/** Returns the superuser's URL of the PostgreSQL that a running server uses on this data directory, or null. */
export async function findRunningPostgres(dataDirectory: DataDirectory): Promise<string | null> {
  const cluster = dataDirectory.file('postgres')
  const running = await findPostmaster(cluster)
  return running?.isReady ? adminUrl(running.port, await readPassword(dataDirectory, cluster)) : null
}

async function keepRunning(options: PostmasterOptions, password: string): Promise<EmbeddedPostgres> {
  const { log } = options
  const stopping = new AbortController()
  let { postmaster, port } = await startPatiently(options, freePort)

  async function restartWhenEnded(): Promise<void> {
    await postmaster.ended
    while (!stopping.signal.aborted) {
      log.error('PostgreSQL has ended by itself and is started again')
      try {
        postmaster = (await startPatiently(options, async () => port)).postmaster
      } catch (error) {
        // It is tried again, because a full disk may be emptied and a port released.
        log.fatal({ err: error }, 'PostgreSQL cannot be started again just now')
        await delay(againAfterMs, undefined, { signal: stopping.signal }).catch(() => {})
        continue
      }
      if (stopping.signal.aborted) await postmaster.stop()
      await postmaster.ended
    }
  }

  async function stop(): Promise<void> {
    stopping.abort()
    await postmaster.stop()
    await guarded
  }

  const guarded = restartWhenEnded()
  let stopped: Promise<void> | undefined
  return {
    adminUrl: adminUrl(port, password),
    stop: () => {
      stopped ??= stop()
      return stopped
    },
  }
}

/** Starts PostgreSQL, and tries again while remains of a killed server exist or the port is taken. */
async function startPatiently(
  options: PostmasterOptions,
  choosePort: () => Promise<number>,
): Promise<{ postmaster: Postmaster; port: number }> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    await stopOrphan(options.cluster, options.binaries, options.log)
    await disownPidFile(options.cluster)
    const port = await choosePort()
    try {
      return { postmaster: await startPostmaster(options, port), port }
    } catch (error) {
      if (!(error instanceof PostmasterFailed)) throw error
      if (!passesByItself.test(error.message) || performance.now() > deadline) {
        throw new StartupProblem(
          `PostgreSQL cannot start on ${options.cluster}: ${error.message}. ${options.logFile} has more.`,
          { cause: error },
        )
      }
      await delay(100)
    }
  }
}

/**
 * Failures that end by themselves: a postmaster that has just appeared, memory still used by its dying backends, and a
 * port taken by another process.
 */
const passesByItself = /lock file .* already exists|still in use|could not create any TCP\/IP sockets/

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port')
  return address.port
}

async function readPassword(dataDirectory: DataDirectory, cluster: string): Promise<string> {
  const name = 'postgres-password'
  const isNew = !(await clusterExists(cluster))
  return await dataDirectory.readOrCreateSecret(name, () => {
    if (isNew) return randomBytes(24).toString('base64url')
    throw new StartupProblem(
      `The database in ${cluster} is there, but its password ${dataDirectory.file(name)} is not. Restore both from one backup.`,
    )
  })
}

/** Gives PostgreSQL's user access to this folder, if it cannot be started past closed folders. */
async function openTheWay(dataDirectory: DataDirectory, { user }: PostmasterOptions): Promise<void> {
  if (user !== null && process.platform !== 'linux') await chmod(dataDirectory.path, 0o711)
}

async function startLogAfresh(logFile: string): Promise<void> {
  try {
    const { size } = await stat(logFile)
    if (size > maxLogBytes) await rename(logFile, `${logFile}.1`)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  }
}

function adminUrl(port: number, password: string): string {
  return `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`
}
