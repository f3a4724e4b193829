-- Writes an audit event at an index that the caller has taken. The person who acts, and the request, are those that
-- app.bind_act has bound.
create or replace function app.add_audit_event(
  p_company uuid, p_index bigint, p_kind text, p_object uuid, p_conversation uuid, p_detail jsonb
) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_actor uuid := coalesce(nullif(current_setting('app.act_actor', true), ''), nullif(current_setting('app.user_id', true), ''));
  v_origin bytea := nullif(current_setting('app.act_origin', true), '');
  v_sealed bytea := nullif(current_setting('app.act_sealed', true), '');
begin
  -- The stream of the company is locked, so nobody else stores the same one now.
  if v_sealed is not null then
    insert into public.audit_origins (company_id, id, user_id, salt, sealed)
    select p_company, v_origin, v_actor, current_setting('app.act_salt', true)::bytea, v_sealed
    where not exists (select from public.users u where u.company_id = p_company and u.id = v_actor and u.erased_at is not null)
    on conflict do nothing;
  end if;
  insert into public.audit_events (
    company_id, index, kind, actor_id, object_id, conversation_id, at, request_id, key_hash, origin_id, detail
  ) values (
    p_company, p_index, p_kind, v_actor, p_object, p_conversation, clock_timestamp(),
    nullif(current_setting('app.act_request', true), ''), nullif(current_setting('app.act_key', true), '')::bytea, v_origin,
    p_detail
  );
end
$$;

revoke all on function app.add_audit_event from public, colloquy_app, colloquy_system;
grant execute on function app.add_audit_event to colloquy_app, colloquy_system;
