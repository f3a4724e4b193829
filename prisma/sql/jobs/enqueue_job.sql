-- Enqueues a job of the bound company with the rights of the caller, because the system role can replace the functions
-- that it calls, and these must not run with the owner's rights. All arguments are checked by the called function.
create or replace function app.enqueue_job(p_task text, p_payload json, p_run_at timestamptz, p_job_key text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform graphile_worker.enqueue_job(p_task, p_payload, p_run_at, p_job_key);
end
$$;

revoke all on function app.enqueue_job from public, colloquy_app, colloquy_system;
grant execute on function app.enqueue_job to colloquy_app, colloquy_system;
