-- The value with which word hashes of a day are combined by XOR (#). It separates the days in the index. It protects
-- nothing; the key of the hash does.
create or replace function app.day_salt(p_day integer) returns bigint
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select hashint8extended(p_day, 0)
$$;

revoke all on function app.day_salt from public, colloquy_app, colloquy_system;
grant execute on function app.day_salt to colloquy_app, colloquy_system;
