create or replace function app.day_of(p_at timestamptz) returns integer
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select floor(extract(epoch from p_at) / 86400)::integer
$$;

revoke all on function app.day_of from public, colloquy_app, colloquy_system;
grant execute on function app.day_of to colloquy_app, colloquy_system;
