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
