create or replace function app.remembered_send(p_user uuid, p_key text, p_hash bytea) returns uuid
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_message uuid;
  v_hash bytea;
begin
  select k.message_id, k.request_hash into v_message, v_hash from public.idempotency_keys k
  where k.company_id = app.bound_company() and k.user_id = p_user and k.operation = 'sendMessage' and k.key = p_key;
  if v_hash <> p_hash then
    raise exception using errcode = 'CQ409', column = 'idempotencyKey',
      message = 'This idempotency key was used for a message with other content.';
  end if;
  return v_message;
end
$$;

revoke all on function app.remembered_send from public, colloquy_app, colloquy_system;
grant execute on function app.remembered_send to colloquy_app;
