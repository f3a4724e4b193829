import pg from 'pg'
import { StartupProblem } from '../startup-problem.ts'
import { type MigrationScript, matchesChecksum } from './migration-files.ts'

/** The differences between the migrations of a folder and those recorded in a database. */
export interface MigrationState {
  /** In the folder but not in the database, including unfinished ones. */
  pending: string[]
  /** Started but not finished: the script failed or its process died, and its changes were rolled back. */
  unfinished: string[]
  /** In the database but not in the folder: a newer version of the server has migrated it. */
  unknown: string[]
  /** Applied with another text than the one in the folder. */
  edited: string[]
}

/** Compares folder and database by one query. Throws for a migration that was edited after it had been applied. */
export async function readState(client: pg.Client, migrations: MigrationScript[]): Promise<MigrationState> {
  const recorded = await readRecord(client)
  const finished = new Map(recorded.filter((row) => row.finished).map((row) => [row.name, row.checksum]))
  const state: MigrationState = {
    pending: migrations.filter(({ name }) => !finished.has(name)).map(({ name }) => name),
    unfinished: recorded.filter((row) => !row.finished).map((row) => row.name),
    unknown: [...finished.keys()].filter((name) => migrations.every((migration) => migration.name !== name)),
    edited: migrations
      .filter((migration) => isEdited(migration, finished.get(migration.name)))
      .map(({ name }) => name),
  }
  if (state.edited.length > 0) {
    throw new StartupProblem(
      `Migration ${state.edited.join(', ')} was edited after it had been applied. Restore its file and put the change into a new migration.`,
    )
  }
  return state
}

function isEdited(migration: MigrationScript, checksum: string | undefined): boolean {
  return checksum !== undefined && !matchesChecksum(migration, checksum)
}

interface RecordedMigration {
  name: string
  checksum: string
  finished: boolean
}

async function readRecord(client: pg.Client): Promise<RecordedMigration[]> {
  try {
    const { rows } = await client.query<RecordedMigration>(
      `select migration_name as name, checksum, finished_at is not null as finished
       from _prisma_migrations where rolled_back_at is null`,
    )
    return rows
  } catch (error) {
    const undefinedTable = '42P01'
    const insufficientPrivilege = '42501'
    if (!(error instanceof pg.DatabaseError)) throw error
    if (error.code === undefinedTable) return []
    if (error.code !== insufficientPrivilege) throw error
    throw new StartupProblem(
      `The role ${client.user} may not read which migrations are applied: DATABASE_OWNER_URL needs the owner of _prisma_migrations, DATABASE_SYSTEM_URL a role that may select from it.`,
    )
  }
}
