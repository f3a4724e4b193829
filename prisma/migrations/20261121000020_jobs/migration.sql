-- Jobs: the schema of graphile-worker belongs to the system role, which fills it (src/database/jobs-schema.ts) and runs
-- what is in it. The serving role may run one function there, enqueue_job, in its own transaction.
set local row_security = on;

-- Its tables and functions will be those of colloquy_system, which therefore needs no right on the database itself.
create schema graphile_worker;
grant usage, create on schema graphile_worker to colloquy_system;
grant usage on schema graphile_worker to colloquy_app;

-- The names that src/jobs/tasks.ts has handlers for.
create function app.job_tasks() returns text[] language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select array['send_broadcast', 'send_digest']
$$;

-- Enqueues a job of the bound company, as the caller: nothing of the owner's may run what the system role can replace.
-- All that is checked is checked there.
create function app.enqueue_job(p_task text, p_payload json, p_run_at timestamptz, p_job_key text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform graphile_worker.enqueue_job(p_task, p_payload, p_run_at, p_job_key);
end
$$;

grant execute on function app.job_tasks(), app.enqueue_job(text, json, timestamptz, text) to colloquy_app, colloquy_system;
