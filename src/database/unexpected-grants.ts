import { StartupProblem } from '../startup-problem.ts'
import { expectedGrants, type ServedRole } from './grants.ts'
import { withClient } from './roles.ts'

interface Extra {
  privilege: string
  /** The column, if the right is to one column only. */
  column: string | null
  kind: string
  object: string
  grantee: string
}

/** Finds rights of the connected role that are not expected, through any role. The owner's own rights do not count. */
const findExtras = `
  with expected as (
    select lower(privilege) as privilege, "column", case kind
      when 'schema' then to_regnamespace(object)::oid
      when 'function' then to_regprocedure(object)::oid
      else to_regclass(object)::oid
    end as oid
    from jsonb_to_recordset($1) as g(kind text, privilege text, "column" text, object text)
  ),
  schemas as (
    select n.* from pg_catalog.pg_namespace n where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  ),
  granted as (
    select 'schema' as kind, n.oid, n.nspname::text as object, null as "column", n.nspowner as owner, n.nspacl as acl
    from schemas n
    union all
    select case c.relkind when 'S' then 'sequence' else 'table' end, c.oid, c.oid::regclass::text, null, c.relowner, c.relacl
    from pg_catalog.pg_class c join schemas n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    union all
    select 'table', c.oid, c.oid::regclass::text, a.attname, c.relowner, a.attacl
    from pg_catalog.pg_class c join schemas n on n.oid = c.relnamespace
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attacl is not null
    union all
    select 'function', p.oid, p.oid::regprocedure::text, null, p.proowner, coalesce(p.proacl, acldefault('f', p.proowner))
    from pg_catalog.pg_proc p join schemas n on n.oid = p.pronamespace
    where not exists (select from pg_catalog.pg_depend d where d.objid = p.oid and d.deptype = 'e')
    union all
    select 'database', d.oid, quote_ident(d.datname), null, d.datdba, d.datacl
    from pg_catalog.pg_database d where d.datname = current_database()
  )
  select lower(a.privilege_type) || case when a.is_grantable then ' with grant option' else '' end as privilege,
    g."column", g.kind, g.object, coalesce(quote_ident(r.rolname), 'public') as grantee
  from granted g cross join lateral aclexplode(g.acl) a left join pg_catalog.pg_roles r on r.oid = a.grantee
  where a.grantee <> g.owner and (a.grantee = 0 or pg_has_role(current_user, a.grantee, 'member'))
    and not pg_has_role(current_user, g.owner, 'member')
    -- Rights that everybody has in a fresh database, with which a role that owns nothing of Colloquy's can do no harm.
    and not (a.grantee = 0 and (
      g.kind = 'database' and a.privilege_type = 'CONNECT' or g.kind = 'schema' and g.object = 'public' and a.privilege_type = 'USAGE'
    ))
    and not (g.kind = 'database' and a.privilege_type = 'CONNECT')
    and not exists (
      -- A right that is expected of the role is still not expected of public.
      select from expected e
      where a.grantee <> 0 and e.oid = g.oid and e.privilege = lower(a.privilege_type) and e."column" is not distinct from g."column"
        and not a.is_grantable
    )
  union all
  -- For example pg_execute_server_program, by which a role becomes the operating system's user.
  select 'membership', null, 'role', quote_ident(r.rolname), quote_ident(current_user)
  from pg_catalog.pg_roles r
  where r.rolname like 'pg\\_%' and pg_has_role(current_user, r.oid, 'member')
  union all
  select lower(a.privilege_type), null, 'default privileges', coalesce(n.nspname, 'every schema'), coalesce(quote_ident(r.rolname), 'public')
  from pg_catalog.pg_default_acl d cross join lateral aclexplode(d.defaclacl) a
  left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace left join pg_catalog.pg_roles r on r.oid = a.grantee
  where a.grantee <> d.defaclrole and (a.grantee = 0 or pg_has_role(current_user, a.grantee, 'member'))
  order by 4, 1, 2`

/**
 * Throws StartupProblem, with the statements that correct it, if the role of the URL has a right that the migrations do
 * not grant to `role`: on a table, view, sequence, column, function, schema or the database; directly, through another
 * role or through public.
 */
export async function assertNoOtherGrants(url: string, role: ServedRole): Promise<void> {
  const expected = await expectedGrants(role)
  const extras = await withClient(
    url,
    async (client) => (await client.query<Extra>(findExtras, [JSON.stringify(expected)])).rows,
  )
  if (extras.length === 0) return
  throw new StartupProblem(
    `${role} has rights that the migrations did not give it. As their owner, or as a superuser, run: ${extras.map(remedyOf).join(' ')}`,
  )
}

function remedyOf({ privilege, column, kind, object, grantee }: Extra): string {
  if (kind === 'role') return `revoke ${object} from ${grantee};`
  if (kind === 'default privileges') {
    return `alter default privileges … revoke ${privilege} … from ${grantee}; (for ${object})`
  }
  const [name = privilege] = privilege.split(' with ')
  return `revoke ${name}${column ? ` (${column})` : ''} on ${kind} ${object} from ${grantee};`
}
