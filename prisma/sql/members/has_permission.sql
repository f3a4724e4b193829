create or replace function app.has_permission(p_company uuid, p_user uuid, p_permission text) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return exists (
    select from public.users u join public.roles r on r.company_id = u.company_id and r.id = u.role_id
    where u.company_id = p_company and u.id = p_user and p_permission = any (r.permissions)
  );
end
$$;

revoke all on function app.has_permission from public, colloquy_app, colloquy_system;
grant execute on function app.has_permission to colloquy_app, colloquy_system;
