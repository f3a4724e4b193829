import type { SpawnOptions } from 'node:child_process'
import type { OperatingUser } from './operating-user.ts'

/**
 * Options for running one of PostgreSQL's programs in a folder as the given user. The environment is empty, so that no
 * secret of the server is passed on, and no PG* variable or locale changes how it works.
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
 * Returns the path by which a program can open its own folder.
 * Root may keep the data below folders that PostgreSQL's user cannot enter, such as /root. The working directory is
 * entered before the user changes, and /proc/self/cwd leads there without passing through the folders above.
 */
export function nameOfOwnFolder(folder: string, user: OperatingUser | null): string {
  return user !== null && process.platform === 'linux' ? '/proc/self/cwd' : folder
}
