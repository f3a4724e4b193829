import { StartupProblem } from '../startup-problem.ts'
import { withClient } from './roles.ts'

interface TableRow {
  name: string
  isForced: boolean
  /** Number of permissive policies for the serving role. Each widens what it sees, so each must check the company. */
  policies: number
  unboundPolicies: number
}

// Roles are compared by membership, because the serving role may be an operator's role that was granted colloquy_app.
const findTables = `
  select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as "isForced",
    count(p.oid)::int as policies,
    (count(p.oid) filter (where not (
      coalesce(pg_catalog.pg_get_expr(p.polqual, p.polrelid), 'current_company()') like '%current_company()%'
      and coalesce(pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid), 'current_company()') like '%current_company()%'
      and coalesce(p.polqual, p.polwithcheck) is not null
    )))::int as "unboundPolicies"
  from pg_catalog.pg_class c
  left join pg_catalog.pg_policy p on p.polrelid = c.oid and p.polpermissive and exists (
    select from unnest(p.polroles) r where r = 0 or pg_catalog.pg_has_role(current_user, r, 'member')
  )
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> '_prisma_migrations'
  group by c.oid order by 1`

/**
 * Throws StartupProblem unless every table has forced row-level security and policies that check the bound company.
 * Returns the number of tables. Reads the catalogue as the serving role.
 */
export async function assertPolicies(appUrl: string): Promise<number> {
  const tables = await withClient(appUrl, async (client) => (await client.query<TableRow>(findTables)).rows)
  const problems = tables.flatMap(({ name, isForced, policies, unboundPolicies }) => [
    ...(isForced ? [] : [`${name} lacks enabled and forced row-level security`]),
    ...(policies > 0 ? [] : [`${name} has no policy for the serving role`]),
    ...(unboundPolicies === 0 ? [] : [`${name} has a policy that does not ask for app.current_company()`]),
  ])
  if (problems.length === 0) return tables.length
  throw new StartupProblem(
    `Companies are not kept apart: ${problems.join('; ')}. Put back what the migrations made.`,
  )
}

const findOwners = `
  select distinct r.rolname as name, r.rolsuper as "isSuperuser", r.rolbypassrls as bypasses
  from pg_catalog.pg_roles r join (
    select c.relowner as owner from pg_catalog.pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    union all
    select p.proowner from pg_catalog.pg_proc p where p.pronamespace = to_regnamespace('app')
  ) o on o.owner = r.oid
  order by 1`

/**
 * Throws StartupProblem unless one role, which the policies bind too, owns all tables and functions. Returns its name.
 */
export async function assertOwner(appUrl: string): Promise<string> {
  const owners = await withClient(
    appUrl,
    async (client) =>
      (await client.query<{ name: string; isSuperuser: boolean; bypasses: boolean }>(findOwners)).rows,
  )
  const [owner, other] = owners
  if (!owner) throw new StartupProblem('The database has no tables yet: run the migrate command.')
  if (other) {
    throw new StartupProblem(
      `Tables and functions belong to several roles (${owners.map(({ name }) => name).join(', ')}). Give them all to the one that migrates.`,
    )
  }
  if (owner.isSuperuser || owner.bypasses) {
    throw new StartupProblem(
      `The owner ${owner.name} ${owner.isSuperuser ? 'is a superuser' : 'has BYPASSRLS'}, so its functions run past the policies. Give tables and functions to an ordinary role.`,
    )
  }
  return owner.name
}
