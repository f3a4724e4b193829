-- Returns the memberships of a login: those that it is tied to, and invitations whose external id is the token's member
-- reference.
create or replace function app.memberships_of(p_issuer text, p_subject text, p_member_reference text)
returns table (company_id uuid, company_name text, company_external_id text, user_id uuid, is_enabled boolean, is_tied boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select u.company_id, c.name, c.external_id, u.id, u.is_enabled, u.subject is not null
  from public.users u join public.companies c on c.id = u.company_id
  where u.issuer = p_issuer and u.subject = p_subject
  union all
  select u.company_id, c.name, c.external_id, u.id, u.is_enabled, false
  from public.users u join public.companies c on c.id = u.company_id
  where u.external_id = p_member_reference and u.subject is null
    and not exists (
      select from public.users t where t.company_id = u.company_id and t.issuer = p_issuer and t.subject = p_subject
    )
  order by 2, 1
$$;

revoke all on function app.memberships_of from public, colloquy_app, colloquy_system;
grant execute on function app.memberships_of to colloquy_app;
