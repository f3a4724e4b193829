-- Enqueues a job of the bound company, as the caller: nothing of the owner's may run what the system role can replace.
-- All that is checked is checked there.
create or replace function app.enqueue_job(p_task text, p_payload json, p_run_at timestamptz, p_job_key text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform graphile_worker.enqueue_job(p_task, p_payload, p_run_at, p_job_key);
end
$$;

revoke all on function app.enqueue_job from public, colloquy_app, colloquy_system;
grant execute on function app.enqueue_job to colloquy_app, colloquy_system;
