-- Enqueues the job that sends the broadcast. It replaces an earlier job of the same broadcast.
create or replace function app.schedule_broadcast(p_broadcast uuid, p_at timestamptz) returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
  select app.enqueue_job(
    'send_broadcast', json_build_object('broadcastId', p_broadcast), p_at, 'broadcast ' || p_broadcast
  )
$$;

revoke all on function app.schedule_broadcast from public, colloquy_app, colloquy_system;
grant execute on function app.schedule_broadcast to colloquy_app;
