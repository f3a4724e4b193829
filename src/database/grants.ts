import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StartupProblem } from '../startup-problem.ts'
import { JOBS_ENTRY } from './jobs-schema.ts'
import { prismaDirectory } from './migration-files.ts'
import { withClient } from './roles.ts'

/** The two roles that the migrations grant rights to. */
export type ServedRole = 'colloquy_app' | 'colloquy_system'

/** A right that the migrations grant to one of the two roles. */
export interface Grant {
  kind: 'schema' | 'function' | 'table'
  privilege: string
  /** The column, if the right is to one column only. */
  column: string | null
  object: string
}

/**
 * Throws StartupProblem, with the statements that correct it, unless the role of the URL has all rights that the
 * migrations grant to `role`. Returns their number. The role of the URL may be another one that was granted `role`.
 */
export async function assertGrants(url: string, role: ServedRole): Promise<number> {
  const grants = await expectedGrants(role)
  const missing = await withClient(url, async (client) => {
    const find = async (statement: string) =>
      (await client.query<Grant>(statement, [JSON.stringify(grants)])).rows
    const schemas = await find(findMissingSchemas)
    // Names in a schema that the role cannot use cannot be looked up.
    return schemas.length > 0 ? schemas : find(findMissing)
  })
  if (missing.length === 0) return grants.length
  const statements = missing.map(
    ({ kind, privilege, column, object }) =>
      `grant ${privilege}${column ? ` (${column})` : ''} on ${kind} ${object} to ${role};`,
  )
  throw new StartupProblem(
    `${role} lacks rights that the migrations gave it. As their owner run: ${statements.join(' ')}`,
  )
}

const given =
  'select * from jsonb_to_recordset($1) as g(kind text, privilege text, "column" text, object text)'

const findMissingSchemas = `
  ${given} where kind = 'schema' and not coalesce(has_schema_privilege(to_regnamespace(object)::oid, privilege), true)`

/** An object that a later migration has dropped has no oid, so its result is null. */
const findMissing = `
  ${given} where not coalesce(case
    when kind = 'function' then has_function_privilege(to_regprocedure(object)::oid, privilege)
    when kind = 'table' and "column" is null then has_table_privilege(to_regclass(object)::oid, privilege)
    when kind = 'table' then has_column_privilege(to_regclass(object)::oid, "column", privilege)
  end, true)`

/**
 * Returns all rights that the migrations grant to a role, as prisma/grants.json lists them from a migrated database,
 * and the one that creating the job queue grants. Throws StartupProblem.
 */
export async function expectedGrants(role: ServedRole): Promise<Grant[]> {
  const file = join(prismaDirectory(), 'grants.json')
  const text = await readFile(file, 'utf8').catch(() => {
    throw new StartupProblem(`The installation is incomplete: ${file} is missing.`)
  })
  const all: (Grant & { role: string })[] = JSON.parse(text)
  const given = all.filter((grant) => grant.role === role)
  return [...given, { kind: 'function', privilege: 'execute', column: null, object: JOBS_ENTRY }]
}
