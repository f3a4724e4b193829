import { setTimeout as delay } from 'node:timers/promises'
import { PrismaPg } from '@prisma/adapter-pg'
import { DriverAdapterError } from '@prisma/driver-adapter-utils'
import pg from 'pg'
import type { Logger } from 'pino'
import { reasonOf } from '../reason.ts'
import { StartupProblem } from '../startup-problem.ts'
import { readInternalChars } from './internal-char.ts'
import { checksumOf, type MigrationScript } from './migration-files.ts'

/**
 * A script waits so long for a lock, and others behind it: while it waits for a long read of a table, nobody else reads that table
 * either. Then it is undone, lets the others pass, and begins anew.
 */
const LOCK_WAIT_MS = 300
/**
 * PostgreSQL ends an autovacuum that somebody has waited for as long as `deadlock_timeout`, 1 s by default. Where something is vacuumed or
 * analysed, one attempt in ten waits for longer than that.
 */
const AUTOVACUUM_WAIT_MS = 1_200
const AUTOVACUUM_ATTEMPT = 10
/** Others see these rows without the right to see more of them. */
const RUNNING_VACUUMS = `select from pg_stat_progress_vacuum where datname = current_database()
  union all select from pg_stat_progress_analyze where datname = current_database()`
const PAUSE_MS = 1_500
const MAX_ATTEMPTS = 60
/** Always of the same length, so that positions in errors can be counted from the script's own beginning. */
const limited = (waitMs: number) => `set local lock_timeout = ${String(waitMs).padStart(4)}; `
const LIMIT_LENGTH = limited(LOCK_WAIT_MS).length
/** An index made beside writers waits without keeping anyone from the table; all else would. */
const limitedAlone = (statement: string) =>
  `set lock_timeout = ${/\bconcurrently\b/i.test(statement) ? 0 : LOCK_WAIT_MS}`
const WARN_AFTER_MS = 10_000
/** A lock was not given in time, or a deadlock was ended. */
const LOCK_CODES = ['55P03', '40P01']

/** First line of a script whose statements run one by one, each on its own, as `create index concurrently` must. */
const ONE_BY_ONE = '-- One by one.'

/**
 * Sends each script as a whole. Prisma's own adapter splits it at every semicolon, also inside function bodies,
 * comments and texts. As a whole it is also one transaction, which marks the migration as finished: after a crash, an
 * unfinished migration has changed nothing. Scripts that run one by one are begun anew, so each of their statements can be repeated.
 */
export class ScriptAdapter extends PrismaPg {
  /** The migrations being applied, to name a script that fails. */
  migrations: MigrationScript[] = []
  /** Set when a script has failed. */
  failure: StartupProblem | undefined
  readonly #pool: pg.Pool
  readonly #log: Logger | undefined

  constructor(url: string, log?: Logger) {
    const pool = new pg.Pool({ connectionString: url, max: 1, onConnect: prepareConnection })
    super(pool)
    this.#pool = pool
    this.#log = log
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
    const name = this.migrations.find(({ sql }) => sql === script)?.name
    const isWhole = !script.startsWith(ONE_BY_ONE)
    for (let attempt = 1; ; attempt += 1) {
      const error = isWhole
        ? await this.#attempt([`${limited(await this.#lockWaitMs(attempt))}${script}\n;${finish}`])
        : await this.#attemptOneByOne([...statementsOf(script), finish], name)
      if (error === undefined) return
      if (!isForLocks(error) || attempt === MAX_ATTEMPTS) throw this.#fail(error, script, name)
      this.#log?.warn({ migration: name, attempt }, 'a migration waits until its tables are free')
      await delay(PAUSE_MS)
    }
  }

  async #lockWaitMs(attempt: number): Promise<number> {
    if (attempt % AUTOVACUUM_ATTEMPT !== 0) return LOCK_WAIT_MS
    // The attempt itself reports a connection that is lost.
    const { rows } = await this.#pool.query(RUNNING_VACUUMS).catch(() => ({ rows: [] }))
    return rows.length > 0 ? AUTOVACUUM_WAIT_MS : LOCK_WAIT_MS
  }

  async #attemptOneByOne(statements: readonly string[], migration: string | undefined): Promise<unknown> {
    const warning = setInterval(
      () =>
        this.#log?.warn(
          { migration },
          'an index is being made, or waits for transactions that began before: find them in pg_stat_activity by xact_start',
        ),
      WARN_AFTER_MS,
    )
    try {
      return await this.#attempt(statements.flatMap((statement) => [limitedAlone(statement), statement]))
    } finally {
      clearInterval(warning)
    }
  }

  /** Returns the reason if a text failed, and with it all that the text has done. */
  async #attempt(texts: readonly string[]): Promise<unknown> {
    const client = await this.#pool.connect()
    try {
      for (const text of texts) await client.query(text)
      client.release()
      return undefined
    } catch (error) {
      // A script that opened a transaction itself leaves the connection unusable.
      client.release(true)
      return error
    }
  }

  #fail(error: unknown, script: string, name: string | undefined): DriverAdapterError {
    const message = describe(error, script)
    const hint = isForLocks(error)
      ? ' Transactions that last keep its tables locked: find them in pg_stat_activity by xact_start, and end them.'
      : ''
    this.failure = new StartupProblem(
      `Migration ${name} failed and was undone: ${message}.${hint} The migrations before it stay; the next start tries it again.`,
    )
    return asDriverError(error, message)
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

/** They end with a semicolon at the end of a line, and have none within. */
function statementsOf(script: string): string[] {
  return script.split(/;[ \t]*\r?\n/).filter((text) => /^\s*[^\s-]/m.test(text))
}

function isForLocks(error: unknown): boolean {
  return error instanceof pg.DatabaseError && LOCK_CODES.includes(error.code ?? '')
}

function describe(error: unknown, script: string): string {
  if (!(error instanceof pg.DatabaseError)) return reasonOf(error)
  const isWhole = !script.startsWith(ONE_BY_ONE)
  const line =
    isWhole &&
    error.position &&
    `line ${script.slice(0, Number(error.position) - LIMIT_LENGTH).split('\n').length}`
  return [line, error.message, error.detail, error.hint, error.where].filter(Boolean).join(': ')
}
