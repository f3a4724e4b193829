-- Adds to the bytes of a company's files, or takes from them. A company has a row from its first file on.
create or replace function app.add_file_bytes(p_company uuid, p_bytes numeric) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  update public.file_usage u set bytes = u.bytes + p_bytes::bigint where u.company_id = p_company;
  if not found and p_bytes > 0 then
    insert into public.file_usage as u (company_id, bytes) values (p_company, p_bytes)
    on conflict (company_id) do update set bytes = u.bytes + excluded.bytes;
  end if;
end
$$;

revoke all on function app.add_file_bytes from public, colloquy_app, colloquy_system;
grant execute on function app.add_file_bytes to colloquy_app, colloquy_system;
