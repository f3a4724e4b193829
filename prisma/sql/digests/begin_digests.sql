-- Digests of a new company start with its first event.
create or replace function app.begin_digests() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into public.digest_marks (company_id) values (new.company_id) on conflict do nothing;
  return null;
end
$$;

revoke all on function app.begin_digests from public, colloquy_app, colloquy_system;
grant execute on function app.begin_digests to colloquy_app, colloquy_system;
