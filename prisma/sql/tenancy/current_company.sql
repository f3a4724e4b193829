-- Returns the bound company if the membership is valid. It takes one look-up per statement: of the secret if the
-- membership was remembered, otherwise of the membership. The signature is computed here, and not by
-- app.membership_signature, because a function call would add half to its cost.
create or replace function app.current_company() returns uuid
language plpgsql stable security definer parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  v_company text := current_setting('app.company_id', true);
  v_user text := current_setting('app.user_id', true);
  v_signature text := current_setting('app.member', true);
  v_key bytea;
begin
  if v_signature <> '' then
    -- PL/pgSQL computes an expression that reads no table at a third of a query's cost.
    select s.key into v_key from app.secrets s where s.name = 'membership';
    if v_signature = encode(sha256(v_key || timestamptz_send(transaction_timestamp()) || int4send(pg_backend_pid())
        || convert_to(v_company || ' ' || v_user, 'UTF8') || v_key), 'hex') then
      return v_company;
    end if;
  end if;
  if v_company <> '' and v_user <> '' then
    return (
      select u.company_id from public.users u
      where u.company_id = v_company::uuid and u.id = v_user::uuid and u.is_enabled
    );
  end if;
  return null;
end
$$;

revoke all on function app.current_company from public, colloquy_app, colloquy_system;
grant execute on function app.current_company to colloquy_app, colloquy_system;
