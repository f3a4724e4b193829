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
  const pieces: string[] = []
  await client.query(`begin; ${SQL_FILE_SETTINGS}`)
  try {
    const all = files ?? (await readSqlFiles())
    let before = JSON.stringify(await describeSchema(client))
    if (await areApplied(client, all, before)) return ''
    for (const file of all) {
      const dropped = await applyFile(client, file)
      const after = JSON.stringify(await describeSchema(client))
      if (after !== before) pieces.push(`-- prisma/sql/${file.name}\n${dropped}${file.sql.trim()}\n`)
      before = after
    }
    const leftovers = await findLeftovers(client)
    if (leftovers.length > 0) pieces.push(`${leftovers.map(({ drop }) => drop).join('\n')}\n`)
  } finally {
    await client.query('rollback')
  }
  return pieces.length === 0 ? '' : `${SQL_FILE_SETTINGS}\n${pieces.join('\n')}`
}

/**
 * True if all files together change nothing and define everything, which is the usual case. The transaction stays
 * unchanged.
 */
async function areApplied(client: pg.ClientBase, files: SqlFile[], before: string): Promise<boolean> {
  await client.query('savepoint files')
  try {
    await client.query(files.map(({ sql }) => sql).join('\n'))
    return (
      JSON.stringify(await describeSchema(client)) === before && (await findLeftovers(client)).length === 0
    )
  } catch {
    // Applying the files one by one then names the file that fails.
    return false
  } finally {
    await client.query('rollback to savepoint files')
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
