-- Mutes or unmutes a conversation for the person. A mute may have an end.
create or replace function app.set_mute(
  p_company uuid, p_user uuid, p_conversation uuid, p_is_muted boolean, p_until timestamptz
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
begin
  perform app.lock_membership(v_company, p_user, p_conversation, 'conversationId');
  update public.participants p set is_muted = p_is_muted, muted_until = p_until
  where p.company_id = v_company and p.conversation_id = p_conversation and p.user_id = p_user;
  return app.append_event('MUTE_CHANGED', p_conversation, null, null, p_user, p_user);
end
$$;

revoke all on function app.set_mute from public, colloquy_app, colloquy_system;
grant execute on function app.set_mute to colloquy_app;
