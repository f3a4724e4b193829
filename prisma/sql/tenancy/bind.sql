-- Binds company and user for one transaction. Functions that write in one round trip call it first.
create or replace function app.bind(p_company uuid, p_user uuid) returns uuid
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid;
begin
  perform set_config('app.company_id', p_company::text, true), set_config('app.user_id', p_user::text, true);
  v_company := app.remember_membership();
  if v_company is null then
    raise exception using errcode = 'CQ401', message = 'You have no active membership in this company.';
  end if;
  return v_company;
end
$$;

revoke all on function app.bind from public, colloquy_app, colloquy_system;
grant execute on function app.bind to colloquy_app;
