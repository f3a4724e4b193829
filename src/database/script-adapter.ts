import { PrismaPg } from '@prisma/adapter-pg'
import { DriverAdapterError } from '@prisma/driver-adapter-utils'
import pg from 'pg'
import { reasonOf } from '../reason.ts'
import { StartupProblem } from '../startup-problem.ts'
import { readInternalChars } from './internal-char.ts'
import { checksumOf, type MigrationScript } from './migration-files.ts'

/**
 * Sends each script as a whole. Prisma's own adapter splits it at every semicolon, also inside function bodies,
 * comments and texts. As a whole it is also one transaction, which marks the migration as finished: after a crash, an
 * unfinished migration has changed nothing.
 */
export class ScriptAdapter extends PrismaPg {
  /** The migrations being applied, to name a script that fails. */
  migrations: MigrationScript[] = []
  /** Set when a script has failed. */
  failure: StartupProblem | undefined
  readonly #pool: pg.Pool

  constructor(url: string) {
    const pool = new pg.Pool({ connectionString: url, max: 1, onConnect: prepareConnection })
    super(pool)
    this.#pool = pool
  }

  override async connect() {
    const adapter = await super.connect()
    adapter.executeScript = (script) => this.#run(script)
    readInternalChars(adapter)
    return adapter
  }

  end(): Promise<void> {
    return this.#pool.end()
  }

  async #run(script: string): Promise<void> {
    const finish = `update _prisma_migrations set finished_at = now()
      where checksum = '${checksumOf(script)}' and finished_at is null and rolled_back_at is null`
    const client = await this.#pool.connect()
    try {
      await client.query(`${script}\n;${finish}`)
      client.release()
    } catch (error) {
      // A script that opened a transaction itself leaves the connection unusable.
      client.release(true)
      const migration = this.migrations.find(({ sql }) => sql === script)
      const message = describe(error, script)
      this.failure = new StartupProblem(
        `Migration ${migration?.name} failed and was undone: ${message}. The migrations before it stay; the next start tries it again.`,
      )
      throw asDriverError(error, message)
    }
  }
}

/** The text that the engine stores in the `logs` column of the failed migration. */
function asDriverError(error: unknown, message: string): DriverAdapterError {
  const code = (error instanceof pg.DatabaseError && error.code) || 'unknown'
  return new DriverAdapterError({
    kind: 'postgres',
    code,
    severity: 'ERROR',
    message,
    detail: undefined,
    column: undefined,
    hint: undefined,
  })
}

/** Policies must not restrict the migration, and no time limit of the role applies. */
async function prepareConnection(client: pg.ClientBase): Promise<void> {
  await client.query('set row_security = off; set statement_timeout = 0')
}

function describe(error: unknown, script: string): string {
  if (!(error instanceof pg.DatabaseError)) return reasonOf(error)
  const line = error.position && `line ${script.slice(0, Number(error.position)).split('\n').length}`
  return [line, error.message, error.detail, error.hint, error.where].filter(Boolean).join(': ')
}
