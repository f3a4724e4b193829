-- The order of a delivery's statuses: a status only ever gives way to a higher one, in whatever order news of it comes.
create or replace function app.sms_rank(p_status text) returns int
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select array_position(
    array['QUEUED', 'SENDING', 'UNCERTAIN', 'SENT', 'FAILED', 'UNDELIVERED', 'DELIVERED', 'CANCELLED', 'DROPPED'], p_status
  )
$$;

revoke all on function app.sms_rank from public, colloquy_app, colloquy_system;
grant execute on function app.sms_rank to colloquy_app, colloquy_system;
