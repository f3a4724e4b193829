-- Adds to the bytes of a company what a statement has changed: files count until they are refused or removed. Nothing is locked where
-- nothing changes, as when a file is sent.
create or replace function app.count_file_bytes() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  c_counted constant text[] := array['UPLOADING', 'SCANNING', 'READY', 'ATTACHED'];
begin
  if tg_op = 'INSERT' then
    perform app.add_file_bytes(n.company_id, sum(n.size)) from new_rows n
    where n.state = any (c_counted) group by n.company_id;
  elsif tg_op = 'DELETE' then
    perform app.add_file_bytes(o.company_id, -sum(o.size)) from old_rows o
    where o.state = any (c_counted) group by o.company_id;
  else
    perform app.add_file_bytes(t.company_id, sum(t.size)) from (
      select n.company_id, n.size::bigint from new_rows n where n.state = any (c_counted)
      union all
      select o.company_id, -o.size::bigint from old_rows o where o.state = any (c_counted)
    ) t (company_id, size) group by t.company_id having sum(t.size) <> 0;
  end if;
  return null;
end
$$;

revoke all on function app.count_file_bytes from public, colloquy_app, colloquy_system;
grant execute on function app.count_file_bytes to colloquy_app, colloquy_system;
