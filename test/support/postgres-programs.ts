import { accessSync, constants, readdirSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = '/usr/lib/postgresql'
const SUPPORTED_FROM = 15

/** Finds the programs of the oldest supported PostgreSQL that the system has installed, older than `below` if it is given. */
export function installedPostgres(below = Number.POSITIVE_INFINITY): string | undefined {
  try {
    return readdirSync(ROOT)
      .filter((version) => Number(version) >= SUPPORTED_FROM && Number(version) < below)
      .sort((a, b) => Number(a) - Number(b))
      .map((version) => join(ROOT, version, 'bin'))
      .find((programs) => isExecutable(join(programs, 'initdb')))
  } catch {
    return undefined
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
