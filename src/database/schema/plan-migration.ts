import pg from 'pg'
import { reasonOf } from '../../reason.ts'
import { describeSchema } from './describe-schema.ts'
import { findLeftovers, readSqlFiles, SQL_FILE_SETTINGS, type SqlFile } from './sql-files.ts'

/**
 * SQLSTATE invalid_function_definition: the existing function has other parameter names or another result type; and
 * ambiguous_function: it has other parameter types, so that there are two of the name.
 */
const OTHER_SIGNATURE = ['42P13', '42725']

/**
 * Returns the script that changes a database into the state of prisma/sql: all files whose text changes the catalogue,
 * and a drop of everything that no file defines. Empty if there is no difference. Changes nothing.
 */
export async function planSqlFiles(client: pg.ClientBase, files?: SqlFile[]): Promise<string> {
  await client.query(`begin; ${SQL_FILE_SETTINGS}`)
  try {
    const catalogue = new Catalogue(client)
    await catalogue.describe()
    const pieces = await catalogue.apply(files ?? (await readSqlFiles()))
    const leftovers = await findLeftovers(client)
    if (leftovers.length > 0) pieces.push(`${leftovers.map(({ drop }) => drop).join('\n')}\n`)
    return pieces.length === 0 ? '' : `${SQL_FILE_SETTINGS}\n${pieces.join('\n')}`
  } finally {
    await client.query('rollback')
  }
}

/** The catalogue of a database within a transaction, and its description after the files that were applied so far. */
class Catalogue {
  readonly #client: pg.ClientBase
  #described = ''

  constructor(client: pg.ClientBase) {
    this.#client = client
  }

  async describe(): Promise<void> {
    this.#described = await this.#describe()
  }

  /**
   * Applies the files, and returns the text of those that change the catalogue. Files that change nothing are found many
   * at a time, because describing the catalogue takes longer than to apply them.
   */
  async apply(files: SqlFile[]): Promise<string[]> {
    if (await this.#changeNothing(files)) return []
    const [file, ...others] = files
    if (file && others.length === 0) {
      const dropped = await applyFile(this.#client, file)
      await this.describe()
      return [`-- prisma/sql/${file.name}\n${dropped}${file.sql.trim()}\n`]
    }
    const middle = files.length >> 1
    const first = await this.apply(files.slice(0, middle))
    return [...first, ...(await this.apply(files.slice(middle)))]
  }

  /** True if these files together can be applied and change nothing. They stay applied only then. */
  async #changeNothing(files: SqlFile[]): Promise<boolean> {
    await this.#client.query('savepoint files')
    try {
      await this.#client.query(files.map(({ sql }) => sql).join('\n'))
      if ((await this.#describe()) === this.#described) return true
    } catch {
      // Applied one by one, the file that fails is named.
    }
    await this.#client.query('rollback to savepoint files')
    return false
  }

  async #describe(): Promise<string> {
    return JSON.stringify(await describeSchema(this.#client))
  }
}

/** Applies one file. Returns the statement that had to drop the function first, or an empty text. */
async function applyFile(client: pg.ClientBase, { name, sql }: SqlFile): Promise<string> {
  await client.query('savepoint file')
  try {
    await client.query(sql)
    return ''
  } catch (error) {
    const [, fn] = /^create or replace function (app\.\w+)/m.exec(sql) ?? []
    if (!(error instanceof pg.DatabaseError) || !OTHER_SIGNATURE.includes(error.code ?? '') || !fn) {
      throw new Error(`prisma/sql/${name} cannot be applied: ${reasonOf(error)}`)
    }
    const drop = `drop function ${fn};\n`
    await client.query(`rollback to savepoint file; ${drop} ${sql}`)
    return drop
  }
}
