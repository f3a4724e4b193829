-- Binds for one transaction, and returns the company; null, and then nothing is found, unless the member is an active one.
create or replace function app.bind_reader(p_company uuid, p_user uuid) returns uuid
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform set_config('app.company_id', p_company::text, true), set_config('app.user_id', p_user::text, true);
  return app.remember_membership();
end
$$;

revoke all on function app.bind_reader from public, colloquy_app, colloquy_system;
grant execute on function app.bind_reader to colloquy_app;
