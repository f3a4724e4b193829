-- Ties a login to the bound member permanently. Returns false if either is tied to another.
create or replace function app.tie_member(p_user uuid, p_issuer text, p_subject text) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  update public.users u set issuer = p_issuer, subject = p_subject
  where u.company_id = app.bound_company() and u.id = p_user
    and (u.subject is null or (u.issuer = p_issuer and u.subject = p_subject));
  return found;
exception when unique_violation then
  return false;
end
$$;

revoke all on function app.tie_member from public, colloquy_app, colloquy_system;
grant execute on function app.tie_member to colloquy_app;
