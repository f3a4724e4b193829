import { createHmac } from 'node:crypto'
import pg from 'pg'
import { StartupProblem } from '../startup-problem.ts'

/** How each of the three roles reaches the database. */
export interface RoleUrls {
  ownerUrl: string
  appUrl: string
  systemUrl: string
}

const ROLES = { ownerUrl: 'colloquy_owner', appUrl: 'colloquy_app', systemUrl: 'colloquy_system' } as const

/** One number for all of Colloquy's advisory locks on setting up a database. */
const SETUP_LOCK = 7_265_010

/**
 * Creates the roles, and the database if it is missing, through an administrative URL: for development and the
 * embedded PostgreSQL. The roles' passwords derive from the administrator's, so that processes agree without sharing a file.
 */
export async function prepareDatabase(adminUrl: string, name?: string): Promise<RoleUrls> {
  const database = name ?? new URL(adminUrl).pathname.slice(1)
  await withClient(adminUrl, async (admin) => {
    await admin.query('select pg_advisory_lock($1)', [SETUP_LOCK])
    for (const role of Object.values(ROLES)) await ensureRole(admin, role, passwordOf(adminUrl, role))
    if (name) await ensureDatabase(admin, name)
  })
  await withClient(withPath(adminUrl, database), async (admin) => {
    const owner = pg.escapeIdentifier(ROLES.ownerUrl)
    await admin.query(
      `grant create, connect, temporary on database ${pg.escapeIdentifier(database)} to ${owner}`,
    )
    await admin.query(`grant usage, create on schema public to ${owner}`)
    await admin.query('revoke create on schema public from public')
  })
  return {
    ownerUrl: roleUrl(adminUrl, database, ROLES.ownerUrl),
    appUrl: roleUrl(adminUrl, database, ROLES.appUrl),
    systemUrl: roleUrl(adminUrl, database, ROLES.systemUrl),
  }
}

/** True if the URL's role could create the others. Throws StartupProblem if the database cannot be reached. */
export async function isAdministrative(url: string): Promise<boolean> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ mayCreate: boolean }>(
      `select rolsuper or rolcreaterole as "mayCreate" from pg_catalog.pg_roles where rolname = current_user`,
    )
    return rows[0]?.mayCreate ?? false
  })
}

/** Throws StartupProblem unless row-level security binds the role: no superuser, no BYPASSRLS, no owner of tables. */
export async function assertServingRole(url: string, variable: string): Promise<void> {
  const reasons = await withClient(url, async (client) => {
    const { rows } = await client.query<{ superuser: boolean; bypasses: boolean; owns: boolean }>(`
      select r.rolsuper as superuser, r.rolbypassrls as bypasses,
        exists (
          select from pg_catalog.pg_class c
          where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
            and pg_catalog.pg_has_role(current_user, c.relowner, 'member')
        ) as owns
      from pg_catalog.pg_roles r where r.rolname = current_user`)
    const role = rows[0]
    return [
      role?.superuser && 'is a superuser',
      role?.bypasses && 'has BYPASSRLS',
      role?.owns && !role.superuser && 'owns the tables or is a member of their owner',
    ].filter((reason) => typeof reason === 'string')
  })
  if (reasons.length > 0) {
    throw new StartupProblem(
      `The role of ${variable} could bypass the tenancy policies: it ${reasons.join(' and ')}. Give it a role without these rights, such as colloquy_app.`,
    )
  }
}

/** Runs `work` on one connection of its own. Throws StartupProblem if the database cannot be reached. */
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

async function ensureRole(admin: pg.Client, role: string, password: string): Promise<void> {
  const known = await admin.query('select from pg_catalog.pg_roles where rolname = $1', [role])
  const verb = known.rowCount === 0 ? 'create' : 'alter'
  const attributes = 'login nosuperuser nocreatedb nocreaterole nobypassrls'
  await admin.query(
    `${verb} role ${pg.escapeIdentifier(role)} ${attributes} password ${pg.escapeLiteral(password)}`,
  )
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
