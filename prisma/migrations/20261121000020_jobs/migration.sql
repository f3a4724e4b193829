-- Jobs: the schema of graphile-worker belongs to the role for chores, which fills it (src/database/jobs-schema.ts) and runs
-- what is in it. The serving role has no rights there; it enqueues through app.enqueue_job, in its own transaction.
set local row_security = on;

-- Its tables and functions will be those of colloquy_system, which therefore needs no right on the database itself.
create schema graphile_worker;
grant usage, create on schema graphile_worker to colloquy_system;

-- The names that src/jobs/tasks.ts has handlers for.
create function app.job_tasks() returns text[] language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select array['send_broadcast', 'send_digest']
$$;

-- Enqueues a job of the bound company. A job of the same key that has not begun is replaced; keys are per company. The
-- payload is a flat object of ids and whole numbers, so that nothing people wrote ever lies in a queue.
create function app.enqueue_job(p_task text, p_payload json, p_run_at timestamptz, p_job_key text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  -- A chore binds a company alone, and who serves is a member of it.
  v_company uuid := coalesce(
    app.current_company(),
    case when pg_catalog.pg_has_role(session_user, 'colloquy_system', 'member') then app.bound_company() end
  );
begin
  if v_company is null then
    raise exception using errcode = 'CQ401', message = 'You have no active membership in this company.';
  end if;
  if p_task is null or p_task <> all (app.job_tasks()) then
    raise exception using errcode = '22023', message = format('There is no task %s.', p_task);
  end if;
  if json_typeof(p_payload) is distinct from 'object' or exists (
    select from json_each(p_payload) e
    where e.key = 'companyId' or e.value::text !~ '^("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"|\d{1,15})$'
  ) then
    raise exception using errcode = '22023', message = 'The payload of a job holds ids and whole numbers, and nothing else.';
  end if;
  perform graphile_worker.enqueue_job(
    p_task, (p_payload::jsonb || jsonb_build_object('companyId', v_company))::json, p_run_at, v_company || ' ' || p_job_key
  );
end
$$;

grant execute on function app.job_tasks(), app.enqueue_job(text, json, timestamptz, text) to colloquy_app, colloquy_system;
