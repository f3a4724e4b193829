/**
 * The schema of graphile-worker. The owner's migration creates it empty. The system role creates tables and functions
 * in it and owns them, so row-level security there does not bind it. The serving role may call one function in it, the
 * owner none.
 */
import type { Logger } from 'pino'
import { reasonOf } from '../reason.ts'
import { StartupProblem } from '../startup-problem.ts'
import { openJobsPool } from './jobs-pool.ts'
import { waitForLock } from './migrate.ts'
import { withClient } from './roles.ts'

/** The schema's name. */
export const JOBS_SCHEMA = 'graphile_worker'

/** The only function that the serving and the system role may run there. */
export const JOBS_ENTRY = `${JOBS_SCHEMA}.enqueue_job(text, json, timestamptz, text)`

/** The latest migration of the installed graphile-worker. */
const WORKER_MIGRATION = 19

/**
 * The beginning of graphile-worker's own migrations, without `create schema`, which would require the right to create
 * schemas in the database.
 */
const createRecord = `
  create table if not exists graphile_worker.migrations (
    id int primary key, ts timestamptz default now() not null, breaking boolean not null default false
  )`

/**
 * Enqueues a job of the bound company. A job with the same key that has not begun is replaced; keys are per company.
 * The payload is a flat object of ids and whole numbers, so that nothing people wrote is stored in the queue. It runs
 * as the owner of the queue and is granted to the two roles that serve only. The owner of the tenant tables must not
 * call it, because the system role can replace what it runs.
 */
const createEntry = `
  create or replace function graphile_worker.enqueue_job(task text, payload json, run_at timestamptz, job_key text)
  returns void language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
  declare
    -- System work binds a company only; requests bind a member of it.
    v_company uuid := coalesce(
      app.current_company(),
      case when pg_has_role(session_user, 'colloquy_system', 'member') then app.bound_company() end
    );
  begin
    if v_company is null then
      raise exception using errcode = 'CQ401', message = 'You have no active membership in this company.';
    end if;
    if task is null or task <> all (app.job_tasks()) then
      raise exception using errcode = '22023', message = format('There is no task %s.', task);
    end if;
    if json_typeof(payload) is distinct from 'object' or exists (
      select from json_each(payload) e
      where e.key = 'companyId' or e.value::text !~ '^("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"|\\d{1,15})$'
    ) then
      raise exception using errcode = '22023', message = 'The payload of a job holds ids and whole numbers, and nothing else.';
    end if;
    perform graphile_worker.add_job(
      task, (payload::jsonb || jsonb_build_object('companyId', v_company))::json,
      run_at => enqueue_job.run_at, job_key => v_company || ' ' || enqueue_job.job_key
    );
  end
  $$;
  revoke execute on all functions in schema graphile_worker from public;
  grant execute on function ${JOBS_ENTRY} to colloquy_app, colloquy_system`

interface JobsState {
  owner: string | null
  newest: number | null
  isOwn: boolean
  hasEntry: boolean
}

/**
 * Migrates the schema as the system role, one process at a time. The owner's migrations come first. Throws
 * StartupProblem.
 */
export async function migrateJobs(systemUrl: string, log: Logger): Promise<void> {
  if (isComplete(await readState(systemUrl))) return
  await withClient(systemUrl, async (client) => {
    await waitForLock(client, log)
    const state = await readState(systemUrl)
    if (isComplete(state)) return
    assertOwn(state)
    // Loaded here, because most starts have nothing to migrate.
    const { Logger: WorkerLogger, runMigrations } = await import('graphile-worker')
    const logger = new WorkerLogger(() => () => {})
    const pool = openJobsPool(systemUrl, 1, log)
    try {
      await client.query(createRecord)
      await runMigrations({ pgPool: pool.pool, schema: JOBS_SCHEMA, logger })
      await client.query(createEntry)
    } catch (error) {
      throw new StartupProblem(`The schema ${JOBS_SCHEMA} could not be migrated: ${reasonOf(error)}.`)
    } finally {
      await pool.close()
    }
    log.info({ schema: JOBS_SCHEMA }, 'migrated the job queue')
  })
}

/** Throws StartupProblem unless the schema exists, is up to date, and is owned by the system role. */
export async function assertJobsSchema(systemUrl: string): Promise<void> {
  const state = await readState(systemUrl)
  assertOwn(state)
  if (isComplete(state)) return
  throw new StartupProblem(`The schema ${JOBS_SCHEMA} is not up to date: run the migrate command first.`)
}

function assertOwn({ owner, newest, isOwn }: JobsState): void {
  if (owner === null) {
    throw new StartupProblem(`The schema ${JOBS_SCHEMA} is missing: run the migrate command first.`)
  }
  if (newest !== null && !isOwn) {
    throw new StartupProblem(
      `Tables in the schema ${JOBS_SCHEMA} do not belong to the role of DATABASE_SYSTEM_URL, which would find no job in them. Give them to it.`,
    )
  }
}

function isComplete({ newest, isOwn, hasEntry }: JobsState): boolean {
  return newest !== null && newest >= WORKER_MIGRATION && isOwn && hasEntry
}

/**
 * Roles are compared by membership, because the system role may be an operator's role that was granted colloquy_system.
 * Reads only the catalogue, which a role without rights on the schema can read.
 */
const findState = `
  select n.owner,
    exists (select from pg_catalog.pg_class c where c.relnamespace = n.oid and c.relname = 'migrations') as "isBegun",
    not exists (
      select from pg_catalog.pg_class c
      where c.relnamespace = n.oid and not pg_catalog.pg_has_role(current_user, c.relowner, 'member')
    ) as "isOwn",
    exists (select from pg_catalog.pg_proc p where p.pronamespace = n.oid and p.proname = 'enqueue_job' and p.prosecdef) as "hasEntry"
  from (
    select max(n.oid) as oid, max(r.rolname) as owner
    from pg_catalog.pg_namespace n join pg_catalog.pg_roles r on r.oid = n.nspowner where n.nspname = '${JOBS_SCHEMA}'
  ) n`

async function readState(systemUrl: string): Promise<JobsState> {
  return withClient(systemUrl, async (client) => {
    const found = (await client.query<JobsState & { isBegun: boolean }>(findState)).rows[0]
    if (!found) throw new Error('Asking the catalogue gives one row.')
    const { isBegun, ...state } = found
    if (!isBegun || !state.isOwn) return { ...state, newest: isBegun ? 0 : null }
    const { rows } = await client.query<{ newest: number | null }>(
      `select max(id) as newest from ${JOBS_SCHEMA}.migrations`,
    )
    return { ...state, newest: rows[0]?.newest ?? 0 }
  })
}
