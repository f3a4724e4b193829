-- Empties the origins of a member: nothing tells any more where the acts came from, and the trail still verifies. Returns the
-- number of origins.
create or replace function app.forget_origins(p_user uuid) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_count int;
begin
  update public.audit_origins o set salt = null, sealed = null
  where o.company_id = app.bound_company() and o.user_id = p_user and o.sealed is not null;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

revoke all on function app.forget_origins from public, colloquy_app, colloquy_system;
grant execute on function app.forget_origins to colloquy_app, colloquy_system;
