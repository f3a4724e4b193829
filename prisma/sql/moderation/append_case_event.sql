-- Tells moderators of a case. The event belongs to no conversation, because moderators need not take part in one.
create or replace function app.append_case_event(p_kind text, p_case uuid, p_actor uuid, p_detail jsonb) returns bigint
language sql volatile set search_path = pg_catalog, pg_temp as $$
  select app.append_event(p_kind, null, p_actor => p_actor, p_permission => 'MESSAGE_MODERATE', p_case => p_case,
    p_detail => p_detail)
$$;

revoke all on function app.append_case_event from public, colloquy_app, colloquy_system;
grant execute on function app.append_case_event to colloquy_app;
