import { StartupProblem } from '../startup-problem.ts'
import { withClient } from './roles.ts'

/** The search path of every function. PostgreSQL searches pg_temp first for types and tables unless it is named. */
const SEARCH_PATH = 'search_path=pg_catalog, pg_temp'

interface Findings {
  database: string
  isTemporary: boolean
  schemas: string[]
  functions: string[]
}

const findShadowing = `
  select quote_ident(current_database()) as database,
    has_database_privilege(current_database(), 'temporary') as "isTemporary",
    array(
      select n.nspname::text from pg_catalog.pg_namespace n
      where n.nspname in ('public', 'app') and has_schema_privilege(n.oid, 'create') order by 1
    ) as schemas,
    array(
      select p.oid::regprocedure::text from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
      where n.nspname not in ('pg_catalog', 'information_schema') and (n.nspname = 'app' or p.prosecdef)
        and not coalesce(p.proconfig @> array[$1], false)
        -- A body that was bound to its objects when it was created looks for no names.
        and (p.prosqlbody is null or p.prosecdef)
        and not exists (select from pg_catalog.pg_depend d where d.objid = p.oid and d.deptype = 'e')
      order by 1
    ) as functions`

/**
 * Throws StartupProblem, with the statements that correct it, if the role of the URL could create objects that shadow
 * those a function of the owner refers to. That function would run the role's code as the owner.
 */
export async function assertNoShadowing(url: string): Promise<void> {
  const found = await withClient(
    url,
    async (client) => (await client.query<Findings>(findShadowing, [SEARCH_PATH])).rows[0],
  )
  if (!found) throw new Error('Asking the catalogue gives one row.')
  const remedies = [
    ...(found.isTemporary ? [`revoke temporary on database ${found.database} from public;`] : []),
    ...found.schemas.map((schema) => `revoke create on schema ${schema} from public;`),
    ...found.functions.map((name) => `alter function ${name} set search_path = pg_catalog, pg_temp;`),
  ]
  if (remedies.length === 0) return
  throw new StartupProblem(
    `A role that serves could put its own objects in the way of those that Colloquy's functions mean. As the owner of the database run: ${remedies.join(' ')}`,
  )
}
