create or replace function app.bound_user() returns uuid language sql stable parallel safe set search_path = pg_catalog, pg_temp as $$
  select nullif(current_setting('app.user_id', true), '')::uuid
$$;

revoke all on function app.bound_user from public, colloquy_app, colloquy_system;
grant execute on function app.bound_user to colloquy_app, colloquy_system;
