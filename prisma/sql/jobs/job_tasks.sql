-- The names of the tasks that src/tasks.ts handles.
create or replace function app.job_tasks() returns text[] language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select array['send_broadcast', 'send_digest', 'send_sms', 'export_messages', 'send_push']
$$;

revoke all on function app.job_tasks from public, colloquy_app, colloquy_system;
grant execute on function app.job_tasks to colloquy_app, colloquy_system;
