import type pg from 'pg'

/** The roles whose rights belong to the schema. The owner's rights follow from ownership. */
const ROLES = ['public', 'colloquy_app', 'colloquy_system']

/** The statements that would create the schemas `public` and `app`, sorted by name. */
export interface SchemaDescription {
  /** Tables with columns, constraints, indexes, statistics and row-level security. */
  tables: string[]
  /** Functions with their attributes and bodies. */
  functions: string[]
  policies: string[]
  triggers: string[]
  /** Rights on schemas, tables, columns and functions of roles other than the owner. */
  grants: Grant[]
}

/** A right of a role other than the owner. */
export interface Grant {
  kind: 'schema' | 'function' | 'table'
  privilege: string
  /** The column, if the right is to one column only. */
  column: string | null
  object: string
  role: string
}

/** Reads the description from the catalogue of a migrated database. */
export async function describeSchema(client: pg.ClientBase): Promise<SchemaDescription> {
  const read = async (statement: string) =>
    (await client.query<{ text: string }>(statement)).rows.map(({ text }) => text)
  return {
    tables: await read(tables),
    functions: await read(functions),
    policies: await read(policies),
    triggers: await read(triggers),
    grants: (await client.query<Grant>(grants, [ROLES])).rows,
  }
}

/** Returns the description as one text for review. Functions have no bodies in it; those are in prisma/sql. */
export function printSchema({ tables, functions, policies, triggers, grants }: SchemaDescription): string {
  const signatures = functions.map((text) => `${text.split('\nAS $')[0]?.replaceAll(/\n\s*/g, ' ')};`)
  const rights = grants.map(
    ({ kind, privilege, column, object, role }) =>
      `grant ${privilege}${column ? ` (${column})` : ''} on ${kind} ${object} to ${role};`,
  )
  const sections = { tables, functions: signatures, policies, triggers, grants: rights }
  return [
    '-- Printed from the migrated database by `npm run migration`; a test compares. Bodies of functions stand in prisma/sql.',
    ...Object.entries(sections).flatMap(([name, statements]) => [
      `\n-- ${name}\n`,
      statements.join(name === 'tables' ? '\n\n' : '\n'),
    ]),
    '',
  ].join('\n')
}

const ours = `c.relnamespace in ('public'::regnamespace, to_regnamespace('app')) and c.relkind in ('r', 'p', 'v', 'm') and c.relname <> '_prisma_migrations'`

/** Returns the rights as JSON, one per line. Databases are checked against it. */
export function printGrants({ grants }: SchemaDescription): string {
  return `[\n${grants.map((grant) => `  ${JSON.stringify(grant)}`).join(',\n')}\n]\n`
}

/** Includes Prisma's own table, in which a starting process reads whether migrations are pending. */
const everyTable = `c.relnamespace in ('public'::regnamespace, to_regnamespace('app')) and c.relkind in ('r', 'p', 'v', 'm')`

const tables = `
  select concat_ws(E'\\n',
    format('create %s %s (', case c.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end, c.oid::regclass),
    (
      select string_agg(format('  %I %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
        case when a.attcollation <> t.typcollation then format(' collate "%s"', (select collname from pg_collation where oid = a.attcollation)) end,
        case when a.attnotnull then ' not null' end,
        case when d.oid is not null then
          format(case when a.attgenerated <> '' then ' generated always as (%s) stored' else ' default %s' end, pg_get_expr(d.adbin, d.adrelid)) end
      ), E',\\n' order by a.attnum)
      from pg_attribute a join pg_type t on t.oid = a.atttypid
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    ) || coalesce(E',\\n' || (
      select string_agg(format('  constraint %I %s', o.conname, pg_get_constraintdef(o.oid)), E',\\n' order by o.contype <> 'p', o.contype, o.conname)
      from pg_constraint o where o.conrelid = c.oid and o.contype in ('p', 'u', 'c', 'x', 'f')
    ), ''),
    ')' || coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', '') || ';',
    (
      select string_agg(pg_get_indexdef(i.indexrelid) || ';', E'\\n' order by pg_get_indexdef(i.indexrelid))
      from pg_index i where i.indrelid = c.oid and not exists (select from pg_constraint o where o.conindid = i.indexrelid and o.contype in ('p', 'u', 'x'))
    ),
    (select string_agg(pg_get_statisticsobjdef(s.oid) || ';', E'\\n' order by s.stxname) from pg_statistic_ext s where s.stxrelid = c.oid),
    (
      select string_agg(format('alter table %s alter column %I set statistics %s;', c.oid::regclass, a.attname, a.attstattarget), E'\\n' order by a.attnum)
      from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and a.attstattarget > 0
    ),
    case when c.relrowsecurity then format('alter table %s enable row level security;', c.oid::regclass) end,
    case when c.relforcerowsecurity then format('alter table %s force row level security;', c.oid::regclass) end
  ) as text
  from pg_class c where ${ours} order by c.relnamespace <> 'public'::regnamespace, c.relname`

const functions = `
  select pg_get_functiondef(p.oid) as text from pg_proc p
  where p.pronamespace = to_regnamespace('app') and p.prokind in ('f', 'p') order by p.proname, pg_get_function_identity_arguments(p.oid)`

/** Policies of the owner name the role that migrated, which differs between installations. */
const policies = `
  select concat_ws(' ', format('create policy %I on %s', p.polname, c.oid::regclass),
    case when not p.polpermissive then 'as restrictive' end,
    case p.polcmd when 'r' then 'for select' when 'a' then 'for insert' when 'w' then 'for update' when 'd' then 'for delete' end,
    'to', (
      select string_agg(case r.oid when c.relowner then 'the owner' else coalesce(r.rolname, 'public') end, ', ' order by r.rolname)
      from unnest(p.polroles) u (role) left join pg_roles r on r.oid = u.role
    ),
    'using (' || pg_get_expr(p.polqual, p.polrelid) || ')',
    'with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')') || ';' as text
  from pg_policy p join pg_class c on c.oid = p.polrelid where ${ours} order by c.relname, p.polname`

const triggers = `
  select pg_get_triggerdef(t.oid) || ';' as text
  from pg_trigger t join pg_class c on c.oid = t.tgrelid where ${ours} and not t.tgisinternal order by c.relname, t.tgname`

const grants = `
  with rights as (
    select 'schema' as kind, quote_ident(n.nspname) as object, a.grantee, a.privilege_type, null as "column"
    from pg_namespace n cross join aclexplode(n.nspacl) a where n.nspname in ('app', 'public', 'graphile_worker')
    union all
    select 'table', c.oid::regclass::text, a.grantee, a.privilege_type, null
    from pg_class c cross join aclexplode(c.relacl) a where ${everyTable}
    union all
    select 'table', c.oid::regclass::text, a.grantee, a.privilege_type, quote_ident(t.attname)
    from pg_class c join pg_attribute t on t.attrelid = c.oid cross join aclexplode(t.attacl) a where ${everyTable}
    union all
    select 'function', p.oid::regprocedure::text, a.grantee, a.privilege_type, null
    from pg_proc p cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where p.pronamespace = to_regnamespace('app')
  )
  select r.kind, lower(r.privilege_type) as privilege, r."column", r.object, coalesce(o.rolname, 'public') as role
  from rights r left join pg_roles o on o.oid = r.grantee
  where coalesce(o.rolname, 'public') = any ($1)
  order by r.kind, r.object, 5, r.privilege_type, r."column" nulls first`
