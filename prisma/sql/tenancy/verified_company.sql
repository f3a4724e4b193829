-- Runs as the owner, who can read memberships through the policy users_owner_read and nothing else. It reads the binding
-- itself, because a call of app.bound_company costs as much as the look-up.
create or replace function app.verified_company() returns uuid
language plpgsql stable security definer parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := nullif(current_setting('app.company_id', true), '');
  v_user uuid := nullif(current_setting('app.user_id', true), '');
begin
  select u.company_id into v_company from public.users u where u.company_id = v_company and u.id = v_user and u.is_enabled;
  return v_company;
end
$$;

revoke all on function app.verified_company from public, colloquy_app, colloquy_system;
grant execute on function app.verified_company to colloquy_app, colloquy_system;
