-- Signs a membership for this transaction of this connection only. Only the owner may call it.
create or replace function app.membership_signature(p_company text, p_user text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select encode(sha256(s.key || convert_to(
      concat_ws(' ', p_company, p_user, pg_backend_pid(), extract(epoch from transaction_timestamp())), 'UTF8'
    ) || s.key), 'hex') from app.secrets s where s.name = 'membership'
  );
end
$$;

revoke all on function app.membership_signature from public, colloquy_app, colloquy_system;
