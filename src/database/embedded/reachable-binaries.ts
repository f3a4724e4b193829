import { execFile } from 'node:child_process'
import { cp, lstat, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Logger } from 'pino'
import { StartupProblem } from '../../startup-problem.ts'
import { type Binaries, installedBinaries, program } from './binaries.ts'
import { launchOptions } from './launch.ts'
import type { OperatingUser } from './operating-user.ts'

const run = promisify(execFile)

/** Folders in which root stores a copy of PostgreSQL's programs for a user who cannot reach the installed ones. */
const sharedFolders = ['/var/cache/colloquy', '/var/tmp/colloquy']

/**
 * Finds a PostgreSQL that the given user can run. If the installed one lies below a closed folder such as /root, it is
 * copied once (60 MB). Throws StartupProblem if neither works.
 */
export async function reachableBinaries(user: OperatingUser | null, log: Logger): Promise<Binaries> {
  const installed = await installedBinaries()
  if (user === null || (await canRun(installed, user))) return installed
  for (const folder of sharedFolders) {
    const copy = await copyTo(folder, installed, log)
    if (copy !== null && (await canRun(copy, user))) return copy
  }
  throw new StartupProblem(
    `PostgreSQL does not run as root, and its user (uid ${user.uid}) cannot run ${installed.folder}. Install Colloquy in a folder open to all, run it as an ordinary user, or set DATABASE_URL.`,
  )
}

async function canRun(binaries: Binaries, user: OperatingUser): Promise<boolean> {
  try {
    await run(program(binaries, 'postgres'), ['--version'], launchOptions('/', user))
    return true
  } catch {
    return false
  }
}

async function copyTo(folder: string, installed: Binaries, log: Logger): Promise<Binaries | null> {
  const copy = {
    folder: join(folder, `postgresql-${installed.version}-${process.arch}`),
    version: installed.version,
  }
  try {
    await mkdir(folder, { recursive: true, mode: 0o755 })
    if (!(await belongsToRootAlone(folder))) return null
    if (await belongsToRootAlone(copy.folder)) return copy
    const draft = await mkdtemp(`${copy.folder}.`)
    try {
      await cp(installed.folder, draft, { recursive: true, verbatimSymlinks: true })
      await run('chown', ['-R', '0:0', draft])
      await run('chmod', ['-R', 'a+rX,go-w', draft])
      await rename(draft, copy.folder)
    } finally {
      await rm(draft, { recursive: true, force: true })
    }
    log.info(
      { from: installed.folder, to: copy.folder },
      "copied PostgreSQL's programs to where its user can run them",
    )
    return copy
  } catch (error) {
    log.debug({ error, folder }, "PostgreSQL's programs cannot be copied here")
    return null
  }
}

/** True if only root can have written there. Programs in a world-writable folder are run only if this holds. */
async function belongsToRootAlone(path: string): Promise<boolean> {
  try {
    const found = await lstat(path)
    return found.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0
  } catch {
    return false
  }
}
