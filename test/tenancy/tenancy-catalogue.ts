import { withClient } from '../../src/database/roles.ts'

/** Everything in the catalogue that breaks the rules of tenancy, in words; a sound database gives none. */
export function tenancyProblems(url: string): Promise<string[]> {
  return withClient(url, async (client) => {
    const problems: string[] = []
    for (const sql of [TABLES, POLICIES, LOOSE_POLICIES, FOREIGN_KEYS, NULLABLE_KEYS, LOOSE_IDS, FUNCTIONS]) {
      const { rows } = await client.query<{ problem: string }>(sql)
      problems.push(...rows.map((row) => row.problem))
    }
    return problems
  })
}

/** Every table that a tenant's rows lie in, by name. */
export function tenantTables(url: string): Promise<string[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `${TENANT_TABLES} select name from tables order by name`,
    )
    return rows.map((row) => row.name)
  })
}

/** A foreign key between tenant tables; its first column is the company's. */
export interface TenantForeignKey {
  name: string
  source: string
  target: string
  columns: string[]
  targetColumns: string[]
}

/** The foreign keys between tenant tables, other than those to the company itself. */
export function tenantForeignKeys(url: string): Promise<TenantForeignKey[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<TenantForeignKey>(`${FOREIGN_KEY_COLUMNS}
      select conname as name, source, target, columns, target_columns as "targetColumns" from keys
      where target <> 'companies' order by source, conname`)
    return rows
  })
}

const TENANT_TABLES = `
  with tables as (
    select c.oid, c.relname as name, c.relrowsecurity, c.relforcerowsecurity, c.relowner,
      case c.relname when 'companies' then 'id' else 'company_id' end as key
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> '_prisma_migrations'
  )`

const TABLES = `${TENANT_TABLES}
  select name || ' ' || flaw as problem from tables cross join lateral (values
    (not relrowsecurity, 'has no row-level security'),
    (not relforcerowsecurity, 'does not force row-level security on its owner'),
    (not exists (
      select from pg_attribute a where a.attrelid = tables.oid and a.attname = key and a.attnotnull and a.atttypid = 'uuid'::regtype
    ), 'has no ' || key || ' that is never null'),
    (name <> 'companies' and not exists (
      select from pg_index i where i.indrelid = tables.oid and i.indisprimary
        and i.indkey[0] = (select attnum from pg_attribute where attrelid = tables.oid and attname = 'company_id')
    ), 'has no primary key that starts with company_id')
  ) flaws (holds, flaw) where holds order by name`

/** The condition that every policy of the serving role must have, as PostgreSQL prints it. */
const BOUND = `'(' || key || ' = ( SELECT app.current_company() AS current_company))'`

const POLICIES = `${TENANT_TABLES}
  select name || ' has no policy that binds colloquy_app in reading and writing' as problem from tables
  where not exists (
    select from pg_policy p
    where p.polrelid = tables.oid and p.polcmd = '*' and p.polroles = array['colloquy_app'::regrole::oid]
      and pg_get_expr(p.polqual, p.polrelid) = ${BOUND} and pg_get_expr(p.polwithcheck, p.polrelid) = ${BOUND}
  ) order by name`

/** Permissive policies add up: a second one for the serving role, or one for everybody, would undo the first. */
const LOOSE_POLICIES = `${TENANT_TABLES}
  select name || ' has the policy ' || polname || ', which opens it to the serving role' as problem
  from tables join pg_policy p on p.polrelid = tables.oid
  where p.polpermissive and (0 = any (p.polroles) or exists (
      select from unnest(p.polroles) r (role) where pg_has_role('colloquy_app', r.role, 'usage')
    ))
    and (pg_get_expr(p.polqual, p.polrelid) is distinct from ${BOUND}
      or pg_get_expr(p.polwithcheck, p.polrelid) is distinct from ${BOUND})
  order by name`

const FOREIGN_KEY_COLUMNS = `${TENANT_TABLES}, keys as (
    select k.oid, k.conname, source.name as source, target.name as target, k.conkey, k.conrelid, k.confmatchtype,
      (select array_agg(a.attname::text order by i) from unnest(k.conkey) with ordinality u (n, i)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = n) as columns,
      (select array_agg(a.attname::text order by i) from unnest(k.confkey) with ordinality u (n, i)
        join pg_attribute a on a.attrelid = k.confrelid and a.attnum = n) as target_columns
    from pg_constraint k join tables source on source.oid = k.conrelid join tables target on target.oid = k.confrelid
    where k.contype = 'f'
  )`

const FOREIGN_KEYS = `${FOREIGN_KEY_COLUMNS}
  select source || ' refers to ' || target || ' by ' || conname || ', which does not start with company_id' as problem
  from keys
  where columns[1] <> 'company_id'
    or case target when 'companies' then target_columns <> '{id}' else target_columns[1] <> 'company_id' end
  order by 1`

/**
 * A foreign key with a null in it is not checked. One column that may be null is the link itself; of several, a check
 * must say that the link is null if another one is.
 */
const NULLABLE_KEYS = `${FOREIGN_KEY_COLUMNS}
  select source || ' has ' || conname || ', which is not checked when one of ' || string_agg(a.attname, ', ' order by a.attname) || ' is null' as problem
  from keys join pg_attribute a on a.attrelid = conrelid and a.attnum = any (conkey) and not a.attnotnull
  where confmatchtype <> 'f'
  group by source, conname, conrelid, columns
  having count(*) > 1 and not exists (
    select from pg_constraint c where c.conrelid = keys.conrelid and c.contype = 'c'
      and pg_get_constraintdef(c.oid) = format('CHECK (((%I IS NULL) OR (%I IS NOT NULL)))', columns[3], columns[2])
  )
  order by 1`

/** Columns that look like a link and are none, each with the reason. */
const NO_LINKS: Record<string, string> = {
  'companies.external_id': "the embedding product's own id",
  'users.external_id': "the embedding product's own id",
  'guests.external_id': "the embedding product's own id",
  'conversations.context_id': "the embedding product's own id",
  'messages.client_message_id': "the client's own id",
  'exports.file_id': 'the name of a file',
  'events.joined_ids':
    'a list cannot be a foreign key; people are loaded under the tenant, and a stranger is left out',
  'events.left_ids':
    'a list cannot be a foreign key; people are loaded under the tenant, and a stranger is left out',
  'broadcasts.attachment_ids':
    'a list cannot be a foreign key; app.attach_files takes files of the author alone, and reads name the company',
  ...Object.fromEntries(
    [
      ...['company_id', 'actor_id', 'object_id', 'conversation_id', 'request_id', 'origin_id'].map(
        (name) => `audit_events.${name}`,
      ),
      ...['audit_origins.company_id', 'audit_origins.user_id', 'audit_heads.company_id'],
      ...['audit_checkpoints.company_id', 'audit_nodes.company_id'],
    ].map((name) => [name, 'the trail outlives all that it tells of']),
  ),
}

const LOOSE_IDS = `${FOREIGN_KEY_COLUMNS}
  select t.name || '.' || a.attname || ' is covered by no foreign key' as problem
  from tables t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
  where (a.attname like '%\\_id' or a.attname like '%\\_ids')
    and t.name || '.' || a.attname not in (${Object.keys(NO_LINKS)
      .map((column) => `'${column}'`)
      .join(', ')})
    and not exists (select from keys k where k.source = t.name and a.attname = any (k.columns))
  order by 1`

const FUNCTIONS = `
  select p.oid::regprocedure || ' ' || flaw as problem
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  cross join lateral (values
    (n.nspname = 'app' and p.prosqlbody is null and not coalesce(p.proconfig @> array['search_path=pg_catalog, pg_temp'], false), 'does not set the search_path to pg_catalog, pg_temp'),
    (p.prosecdef and not coalesce(p.proconfig @> array['search_path=pg_catalog, pg_temp'], false), 'runs as its owner on a search_path of the caller'),
    (exists (
      select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
      where a.privilege_type = 'EXECUTE' and a.grantee not in (p.proowner, 'colloquy_app'::regrole, 'colloquy_system'::regrole)
    ), 'may be run by everybody')
  ) flaws (holds, flaw)
  where holds and n.nspname in ('app', 'public') and not exists (
    select from pg_depend d where d.objid = p.oid and d.deptype = 'e'
  )
  order by 1`
