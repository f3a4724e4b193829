-- The form in which names of departments are compared: case and spaces do not count. Null and blank are no department.
create or replace function app.department_key(p_name text) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select nullif(lower(btrim(regexp_replace(p_name, '\s+', ' ', 'g'))), '')
$$;

revoke all on function app.department_key from public, colloquy_app, colloquy_system;
grant execute on function app.department_key to colloquy_app, colloquy_system;
