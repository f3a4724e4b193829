-- What a word's hash is mixed with (#) on a day. It keeps days apart and hides nothing: that is the hash's own key.
create or replace function app.day_salt(p_day integer) returns bigint
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select hashint8extended(p_day, 0)
$$;

revoke all on function app.day_salt from public, colloquy_app, colloquy_system;
grant execute on function app.day_salt to colloquy_app, colloquy_system;
