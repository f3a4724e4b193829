-- Returns companies with subscriptions whose latest events were not scanned for messages to push. For the system role.
create or replace function app.companies_to_push() returns setof uuid
language sql stable set search_path = pg_catalog, pg_temp as $$
  select d.company_id from public.push_marks d
  join public.company_streams s on s.company_id = d.company_id and s.position > d.position
$$;

revoke all on function app.companies_to_push from public, colloquy_app, colloquy_system;
grant execute on function app.companies_to_push to colloquy_system;
