-- Verifies the membership of the bound member, and remembers it for this transaction.
create or replace function app.remember_membership() returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.verified_company();
begin
  if v_company is not null then
    perform set_config(
      'app.member',
      app.membership_signature(current_setting('app.company_id', true), current_setting('app.user_id', true)), true
    );
  end if;
  return v_company;
end
$$;

revoke all on function app.remember_membership from public, colloquy_app, colloquy_system;
grant execute on function app.remember_membership to colloquy_app, colloquy_system;
