set local check_function_bodies = off;
set local row_security = on;

-- prisma/sql/tenancy/current_company.sql
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

-- prisma/sql/tenancy/membership_signature.sql
-- Signs a membership for this transaction of this connection only. Only the owner may call it.
create or replace function app.membership_signature(p_company text, p_user text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_key bytea;
begin
  select s.key into v_key from app.secrets s where s.name = 'membership';
  return encode(sha256(v_key || timestamptz_send(transaction_timestamp()) || int4send(pg_backend_pid())
    || convert_to(p_company || ' ' || p_user, 'UTF8') || v_key), 'hex');
end
$$;

revoke all on function app.membership_signature from public, colloquy_app, colloquy_system;

-- prisma/sql/tenancy/verified_company.sql
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
