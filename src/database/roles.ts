import { createHmac } from 'node:crypto'
import pg from 'pg'
import { StartupProblem } from '../startup-problem.ts'

/** The URLs of the three roles. */
export interface RoleUrls {
  ownerUrl: string
  appUrl: string
  systemUrl: string
}

const ROLES = { ownerUrl: 'colloquy_owner', appUrl: 'colloquy_app', systemUrl: 'colloquy_system' } as const

/** The number of all advisory locks that set up a database. */
const SETUP_LOCK = 7_265_010

/**
 * Creates the roles, and the database if it is missing, through an administrative URL, for development and the embedded
 * PostgreSQL. The roles' passwords are derived from the administrator's, so that processes agree without sharing a
 * file. With a name, the whole PostgreSQL belongs to Colloquy. Elsewhere existing roles keep their passwords, because
 * another installation may use them; throws StartupProblem if they are not the derived ones.
 */
export async function prepareDatabase(adminUrl: string, name?: string): Promise<RoleUrls> {
  const database = name ?? new URL(adminUrl).pathname.slice(1)
  await withClient(adminUrl, async (admin) => {
    await admin.query('select pg_advisory_lock($1)', [SETUP_LOCK])
    for (const role of Object.values(ROLES)) {
      if (name || !(await isKnown(admin, role))) await putRole(admin, role, passwordOf(adminUrl, role))
      else await assertOwnRole(adminUrl, database, role)
    }
    if (name) await ensureDatabase(admin, name)
  })
  await withClient(withPath(adminUrl, database), async (admin) => {
    await admin.query('select pg_advisory_lock($1)', [SETUP_LOCK])
    const owner = pg.escapeIdentifier(ROLES.ownerUrl)
    await admin.query(
      `grant create, connect, temporary on database ${pg.escapeIdentifier(database)} to ${owner}`,
    )
    await admin.query(`revoke temporary on database ${pg.escapeIdentifier(database)} from public`)
    await admin.query(`grant usage, create on schema public to ${owner}`)
    await admin.query('revoke create on schema public from public')
  })
  return {
    ownerUrl: roleUrl(adminUrl, database, ROLES.ownerUrl),
    appUrl: roleUrl(adminUrl, database, ROLES.appUrl),
    systemUrl: roleUrl(adminUrl, database, ROLES.systemUrl),
  }
}

/** True if the URL's role could create the other roles. Throws StartupProblem if the database cannot be reached. */
export async function isAdministrative(url: string): Promise<boolean> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ mayCreate: boolean }>(
      `select rolsuper or rolcreaterole as "mayCreate" from pg_catalog.pg_roles where rolname = current_user`,
    )
    return rows[0]?.mayCreate ?? false
  })
}

/** Rights by which a role could bypass the policies, by itself or as another role. */
const WAYS_AROUND = {
  isSuperuser: 'is a superuser or may become one',
  bypasses: 'has BYPASSRLS or may become a role that has',
  createsRoles: 'may create roles',
  owns: 'owns tables or functions of Colloquy or is a member of their owner',
  isForSystem: 'is colloquy_system or a member of it',
} as const

type Rights = Record<keyof typeof WAYS_AROUND | 'hasRights', boolean>

const findRights = `
  with reachable as (
    select r.* from pg_catalog.pg_roles r where pg_catalog.pg_has_role(current_user, r.oid, 'member')
  )
  select
    exists (select from reachable where rolsuper) as "isSuperuser",
    exists (select from reachable where rolbypassrls) as bypasses,
    exists (select from reachable where rolcreaterole) as "createsRoles",
    exists (select from reachable where rolname = '${ROLES.systemUrl}') as "isForSystem",
    exists (
      select from pg_catalog.pg_class c join reachable r on r.oid = c.relowner
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      union all
      select from pg_catalog.pg_proc p join reachable r on r.oid = p.proowner
      where p.pronamespace = to_regnamespace('app')
    ) as owns,
    exists (
      select from pg_catalog.pg_roles where rolname = $1 and pg_catalog.pg_has_role(current_user, oid, 'usage')
    ) as "hasRights"`

/**
 * Throws StartupProblem unless the role is the expected one or inherits its rights, and the policies bind it. The
 * system role needs no such membership.
 */
export async function assertServingRole(
  url: string,
  variable: string,
  purpose: 'serving' | 'system' = 'serving',
): Promise<void> {
  const made = purpose === 'system' ? ROLES.systemUrl : ROLES.appUrl
  const rights = await withClient(
    url,
    async (client) => (await client.query<Rights>(findRights, [made])).rows[0],
  )
  if (!rights) throw new Error('Asking for the rights of a role gives one row.')
  const found = waysAround(rights, purpose)
  if (found.length > 0) {
    throw new StartupProblem(
      `The role of ${variable} could bypass the tenancy policies: it ${found.join(' and ')}. Give it a role without these rights, such as ${made}.`,
    )
  }
  if (!rights.hasRights) {
    throw new StartupProblem(
      `The role of ${variable} lacks the rights of ${made}: use ${made}, or a role that was given it and inherits its rights.`,
    )
  }
}

function waysAround(rights: Rights, purpose: 'serving' | 'system'): string[] {
  // A superuser has all other rights too, so listing them would not help.
  if (rights.isSuperuser) return [WAYS_AROUND.isSuperuser]
  const names = Object.keys(WAYS_AROUND) as (keyof typeof WAYS_AROUND)[]
  return names
    .filter((name) => rights[name] && !(name === 'isForSystem' && purpose === 'system'))
    .map((name) => WAYS_AROUND[name])
}

/** Runs `work` on a separate connection. Throws StartupProblem if the database cannot be reached. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    const { hostname, port, pathname } = new URL(url)
    const reason = error instanceof Error && error.message ? error.message : 'no answer'
    throw new StartupProblem(
      `The database ${pathname.slice(1)} at ${hostname}:${port || 5432} cannot be reached: ${reason}.`,
    )
  }
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function isKnown(admin: pg.Client, role: string): Promise<boolean> {
  return (await admin.query('select from pg_catalog.pg_roles where rolname = $1', [role])).rowCount !== 0
}

async function putRole(admin: pg.Client, role: string, password: string): Promise<void> {
  const verb = (await isKnown(admin, role)) ? 'alter' : 'create'
  const attributes = 'login nosuperuser nocreatedb nocreaterole nobypassrls'
  await admin.query(
    `${verb} role ${pg.escapeIdentifier(role)} ${attributes} password ${pg.escapeLiteral(password)}`,
  )
}

async function assertOwnRole(adminUrl: string, database: string, role: string): Promise<void> {
  try {
    await withClient(roleUrl(adminUrl, database, role), async () => {})
  } catch (cause) {
    if (!(cause instanceof StartupProblem)) throw cause
    throw new StartupProblem(
      `The role ${role} is there already and may belong to another installation, whose password for it stays. Give the URLs of all three roles: DATABASE_URL, DATABASE_OWNER_URL and DATABASE_SYSTEM_URL.`,
      { cause },
    )
  }
}

async function ensureDatabase(admin: pg.Client, name: string): Promise<void> {
  const known = await admin.query('select from pg_catalog.pg_database where datname = $1', [name])
  if (known.rowCount === 0) await admin.query(`create database ${pg.escapeIdentifier(name)}`)
}

function roleUrl(adminUrl: string, database: string, role: string): string {
  const url = new URL(withPath(adminUrl, database))
  url.username = role
  url.password = passwordOf(adminUrl, role)
  return url.href
}

function withPath(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${encodeURIComponent(database)}`
  return changed.href
}

function passwordOf(adminUrl: string, role: string): string {
  const { username, password } = new URL(adminUrl)
  return createHmac('sha256', `colloquy ${username} ${password}`).update(role).digest('base64url')
}
