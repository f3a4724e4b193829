import type { SpawnOptions } from 'node:child_process'
import type { OperatingUser } from './operating-user.ts'

/**
 * Options for running one of PostgreSQL's programs inside a folder as the given user.
 * The environment is bare, so that no secret of the server's reaches it and no PG* variable or locale changes how it works.
 */
export function launchOptions(folder: string, user: OperatingUser | null) {
  return {
    cwd: folder,
    windowsHide: true,
    ...(process.platform === 'win32' ? {} : { env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' } }),
    ...user,
  } satisfies SpawnOptions
}

/**
 * How to name a program's own folder to it.
 *
 * Root may keep the data below folders that are closed to PostgreSQL's user, such as /root. The working directory is
 * entered before the user changes, and /proc/self/cwd leads there without passing through the folders above.
 */
export function nameOfOwnFolder(folder: string, user: OperatingUser | null): string {
  return user !== null && process.platform === 'linux' ? '/proc/self/cwd' : folder
}
