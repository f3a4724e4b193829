import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Logger } from 'pino'
import { syncFolder } from '../../data-directory/create-file-once.ts'
import { errorCode } from '../../data-directory/storage-problem.ts'
import { StartupProblem } from '../../startup-problem.ts'
import { type Binaries, program } from './binaries.ts'
import { launchOptions, nameOfOwnFolder } from './launch.ts'
import { handOver, type OperatingUser } from './operating-user.ts'

const run = promisify(execFile)

interface ClusterOptions {
  /** The cluster's folder: PostgreSQL's data directory. */
  cluster: string
  /** The superuser's password, for a new cluster. */
  password: string
  binaries: Binaries
  user: OperatingUser | null
  log: Logger
}

/**
 * Creates the cluster if there is none. A start that is killed leaves a draft only, which the next start removes.
 * Throws StartupProblem if the existing folder cannot be used.
 */
export async function ensureCluster(options: ClusterOptions): Promise<void> {
  if (await clusterExists(options.cluster)) {
    await adoptCluster(options)
  } else {
    await removeDrafts(options)
    await createCluster(options)
  }
}

/** True if a cluster's folder exists, whether complete or broken. */
export async function clusterExists(cluster: string): Promise<boolean> {
  try {
    await stat(cluster)
    return true
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false
    throw error
  }
}

async function adoptCluster({ cluster, binaries, user }: ClusterOptions): Promise<void> {
  const made = await majorVersion(cluster)
  const present = binaries.version.split('.')[0]
  if (made !== present) {
    throw new StartupProblem(
      `The database in ${cluster} was made by PostgreSQL ${made}, and this is ${present}. Dump it with the old version and restore it into an empty DATA_DIR.`,
    )
  }
  // Root owns a backup that root has restored.
  if (user !== null && (await stat(cluster)).uid === 0) {
    await run('chown', ['-R', `${user.uid}:${user.gid}`, cluster])
  }
}

async function majorVersion(cluster: string): Promise<string> {
  try {
    return (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim()
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
    throw new StartupProblem(
      `The folder ${cluster} holds no PostgreSQL database. Move it away or restore it.`,
    )
  }
}

async function createCluster(options: ClusterOptions): Promise<void> {
  const draft = await mkdtemp(draftPrefix(options.cluster))
  try {
    const data = join(draft, 'data')
    const password = join(draft, 'password')
    await mkdir(data, { mode: 0o700 })
    await writeFile(password, options.password, { mode: 0o600 })
    await Promise.all([draft, data, password].map((path) => handOver(path, options.user)))
    await runInitdb(data, options)
    await rename(data, options.cluster)
    await syncFolder(dirname(options.cluster))
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

async function runInitdb(folder: string, { cluster, binaries, user }: ClusterOptions): Promise<void> {
  const options = [
    `--pgdata=${nameOfOwnFolder(folder, user)}`,
    '--username=postgres',
    '--pwfile=../password',
    '--auth=scram-sha-256',
    // PostgreSQL's own Unicode rules, which are the same on every machine and need no installed locale.
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
  ]
  try {
    await run(program(binaries, 'initdb'), options, launchOptions(folder, user))
  } catch (cause) {
    const said = cause instanceof Error && 'stderr' in cause ? `${cause.stderr}` : ''
    const reason = /(?:error|FATAL|PANIC|could not):? .*/.exec(said)?.[0] ?? `${cause}`
    throw new StartupProblem(
      `PostgreSQL cannot make its database in ${cluster} (${reason}). Correct this, set DATA_DIR to another folder, or set DATABASE_URL.`,
      { cause },
    )
  }
}

async function removeDrafts({ cluster, log }: ClusterOptions): Promise<void> {
  const prefix = basename(draftPrefix(cluster))
  const names = await readdir(dirname(cluster))
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    try {
      await rm(join(dirname(cluster), name), { recursive: true, force: true, maxRetries: 3 })
    } catch (error) {
      // An initdb that outlived its server may still be writing. Its draft is unused and can be removed later.
      log.debug({ error, name }, 'a draft of the database cannot be removed yet')
    }
  }
}

function draftPrefix(cluster: string): string {
  return `${cluster}.draft-`
}
