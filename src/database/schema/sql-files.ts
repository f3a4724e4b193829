import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { prismaDirectory } from '../migration-files.ts'

/** A file of prisma/sql: the present text of a function, or of a table's policies, triggers and rights. */
export interface SqlFile {
  /** The path below prisma/sql, such as `messages/send_message.sql`. */
  name: string
  sql: string
}

/** An object in the database that no file of prisma/sql defines, and the statement that drops it. */
export interface Leftover {
  name: string
  drop: string
}

/** Reads prisma/sql in the order in which it applies: functions first, because policies and triggers call them. */
export async function readSqlFiles(directory = join(prismaDirectory(), 'sql')): Promise<SqlFile[]> {
  const entries = await readdir(directory, { recursive: true })
  const files = await Promise.all(
    entries
      .filter((name) => name.endsWith('.sql'))
      .toSorted()
      .map(async (name) => ({ name, sql: await readFile(join(directory, name), 'utf8') })),
  )
  return [...files.filter(definesFunction), ...files.filter((file) => !definesFunction(file))]
}

function definesFunction({ sql }: SqlFile): boolean {
  return /^create or replace function/m.test(sql)
}

/**
 * Settings with which the files apply in any order: function bodies are not checked, and row security does not reject.
 */
export const SQL_FILE_SETTINGS = 'set local check_function_bodies = off;\nset local row_security = on;\n'

/**
 * Returns functions, policies and triggers that no file defines. The current transaction must have applied all files:
 * objects that it has not written are left over.
 */
export async function findLeftovers(client: pg.ClientBase): Promise<Leftover[]> {
  return (await client.query<Leftover>(untouched)).rows
}

const ours = `c.relnamespace in ('public'::regnamespace, to_regnamespace('app')) and c.relname <> '_prisma_migrations'`

// The age of a row is counted from this transaction. Rows that it or its savepoints wrote have none.
const untouched = `
  select 'function ' || p.oid::regprocedure as name, format('drop function %s;', p.oid::regprocedure) as drop
  from pg_proc p where p.pronamespace = to_regnamespace('app') and age(p.xmin) > 0
  union all
  select format('policy %I on %s', p.polname, c.oid::regclass), format('drop policy %I on %s;', p.polname, c.oid::regclass)
  from pg_policy p join pg_class c on c.oid = p.polrelid where ${ours} and age(p.xmin) > 0
  union all
  select format('trigger %I on %s', t.tgname, c.oid::regclass), format('drop trigger %I on %s;', t.tgname, c.oid::regclass)
  from pg_trigger t join pg_class c on c.oid = t.tgrelid where ${ours} and not t.tgisinternal and age(t.xmin) > 0
  order by 1`
