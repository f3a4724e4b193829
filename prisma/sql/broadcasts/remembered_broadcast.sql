create or replace function app.remembered_broadcast(p_user uuid, p_key text, p_hash bytea) returns uuid
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_broadcast uuid;
  v_hash bytea;
begin
  select k.broadcast_id, k.request_hash into v_broadcast, v_hash from public.idempotency_keys k
  where k.company_id = app.bound_company() and k.user_id = p_user and k.operation = 'sendBroadcast' and k.key = p_key;
  if v_hash <> p_hash then
    raise exception using errcode = 'CQ409', column = 'idempotencyKey',
      message = 'This idempotency key was used for a broadcast with other content.';
  end if;
  return v_broadcast;
end
$$;

revoke all on function app.remembered_broadcast from public, colloquy_app, colloquy_system;
grant execute on function app.remembered_broadcast to colloquy_app;
