-- Runs as the owner, who can read memberships through the policy users_owner_read and nothing else.
create or replace function app.verified_company() returns uuid
language plpgsql stable security definer parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_user uuid := app.bound_user();
begin
  return (select u.company_id from public.users u where u.company_id = v_company and u.id = v_user and u.is_enabled);
end
$$;

revoke all on function app.verified_company from public, colloquy_app, colloquy_system;
grant execute on function app.verified_company to colloquy_app, colloquy_system;
