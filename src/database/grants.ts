import { join } from 'node:path'
import { StartupProblem } from '../startup-problem.ts'
import { JOBS_ENTRY } from './jobs-schema.ts'
import { type MigrationScript, prismaDirectory, readMigrations } from './migration-files.ts'
import { withClient } from './roles.ts'

/** The two roles that the migrations give rights to. */
export type ServedRole = 'colloquy_app' | 'colloquy_system'

/** A right that the migrations have given to one of the two roles. */
export interface Grant {
  kind: 'schema' | 'function' | 'table'
  privilege: string
  /** A right to one column only. */
  column: string | null
  object: string
}

/**
 * Throws StartupProblem, with the statements that mend it, unless the role of the URL has every right that the migrations
 * give to `role`; returns how many there are. The role of the URL may be another that was given `role`.
 */
export async function assertGrants(url: string, role: ServedRole): Promise<number> {
  const grants = await expectedGrants(role)
  const missing = await withClient(url, async (client) => {
    const find = async (statement: string) =>
      (await client.query<Grant>(statement, [JSON.stringify(grants)])).rows
    const schemas = await find(findMissingSchemas)
    // Names in a schema that is closed to the role cannot be looked up.
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

/** What a later migration has dropped has no oid, and the answer about it is null. */
const findMissing = `
  ${given} where not coalesce(case
    when kind = 'function' then has_function_privilege(to_regprocedure(object)::oid, privilege)
    when kind = 'table' and "column" is null then has_table_privilege(to_regclass(object)::oid, privilege)
    when kind = 'table' then has_column_privilege(to_regclass(object)::oid, "column", privilege)
  end, true)`

const statementPattern =
  /^(grant|revoke)\s+([^;]+?)\s+on\s+(?:(schema|function|table|all tables in schema public)\b\s*)?([^;]*?)\s*\b(?:to|from)\s+([^;]+);/gim

/** Every right that the installed migrations give to a role, and the one that making the job queue gives. */
export async function expectedGrants(role: ServedRole): Promise<Grant[]> {
  const grants = grantsTo(role, await readMigrations(join(prismaDirectory(), 'migrations')))
  return [...grants, { kind: 'function', privilege: 'execute', column: null, object: JOBS_ENTRY }]
}

/** Reads the grants by name in the order the migrations apply in; what a function does when it runs is none. */
function grantsTo(role: string, migrations: MigrationScript[]): Grant[] {
  const grants = new Map<string, Grant>()
  const tables = ['_prisma_migrations']
  for (const { sql } of migrations) {
    const script = sql.replaceAll(/--.*$/gm, '').replaceAll(/\$(\w*)\$.*?\$\1\$/gs, '')
    tables.push(...[...script.matchAll(/^create table "?(\w+)/gim)].map(([, name = '']) => name))
    for (const [, verb, privileges = '', kind, objects = '', roles = ''] of script.matchAll(
      statementPattern,
    )) {
      if (!listed(roles).includes(role)) continue
      for (const grant of spelledOut(privileges, kind, objects, tables)) {
        if (verb?.toLowerCase() === 'grant') grants.set(JSON.stringify(grant), grant)
        else grants.delete(JSON.stringify(grant))
      }
    }
  }
  return [...grants.values()]
}

function spelledOut(
  privileges: string,
  kind: string | undefined,
  objects: string,
  tables: string[],
): Grant[] {
  const isEveryTable = kind?.toLowerCase().startsWith('all') ?? false
  const names = isEveryTable ? tables : listed(objects)
  return names.flatMap((object) =>
    listed(privileges).map((text) => {
      const [, privilege = text, column = null] = /^(\w+)\s*\((\w+)\)$/.exec(text) ?? []
      return { kind: kindOf(kind), privilege, column, object }
    }),
  )
}

function kindOf(kind: string | undefined): Grant['kind'] {
  const word = kind?.toLowerCase()
  return word === 'schema' || word === 'function' ? word : 'table'
}

/** The items of a list, whose commas within parentheses belong to an item. */
function listed(text: string): string[] {
  return (text.match(/[^,(]+(\([^)]*\))?/g) ?? []).map((item) => item.trim().replaceAll(/\s+/g, ' '))
}
