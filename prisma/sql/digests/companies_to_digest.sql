-- Returns companies with events that were not scanned for digests, or with people who may be due a digest. For the
-- system role.
create or replace function app.companies_to_digest() returns setof uuid
language sql stable set search_path = pg_catalog, pg_temp as $$
  select s.company_id from public.company_streams s
  left join public.digest_marks d on d.company_id = s.company_id
  where s.position > coalesce(d.position, -1)
    or exists (select from public.pending_digests p where p.company_id = s.company_id)
$$;

revoke all on function app.companies_to_digest from public, colloquy_app, colloquy_system;
grant execute on function app.companies_to_digest to colloquy_system;
