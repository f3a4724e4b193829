import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { installationFolder } from '../installation.ts'
import { StartupProblem } from '../startup-problem.ts'

/** A migration: the name of its folder, and its script. */
export interface MigrationScript {
  name: string
  sql: string
}

/** Returns the folder with schema.prisma and migrations/, in the sources or beside the bundle. */
export function prismaDirectory(): string {
  return join(installationFolder(), 'prisma')
}

/** Reads the migrations in the order of their names, in which they apply. Throws StartupProblem. */
export async function readMigrations(directory: string): Promise<MigrationScript[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => {
    throw new StartupProblem(`The installation is incomplete: the migrations in ${directory} are missing.`)
  })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return Promise.all(names.toSorted().map((name) => readMigration(directory, name)))
}

async function readMigration(directory: string, name: string): Promise<MigrationScript> {
  const file = join(directory, name, 'migration.sql')
  const sql = await readFile(file, 'utf8').catch(() => {
    throw new StartupProblem(`The installation is incomplete: ${file} is missing.`)
  })
  return { name, sql }
}

/** True if a script is the one that was applied. Line endings may differ, because version control converts them. */
export function matchesChecksum(migration: MigrationScript, checksum: string): boolean {
  const unix = migration.sql.replaceAll('\r\n', '\n')
  return [migration.sql, unix, unix.replaceAll('\n', '\r\n')].some((sql) => checksumOf(sql) === checksum)
}

/** The checksum that Prisma stores of an applied script: SHA-256 in hexadecimal. */
export function checksumOf(sql: string): string {
  return createHash('sha256').update(sql).digest('hex')
}
