-- Hides a conversation and its present messages from the person only. It reappears with the next message. The returned
-- position is null if there was nothing to hide.
create or replace function app.hide_conversation(p_company uuid, p_user uuid, p_conversation uuid) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_held record;
begin
  select * into v_held from app.lock_membership(v_company, p_user, p_conversation, 'conversationId');
  update public.participants p set hidden_seq = v_held.last_seq, unread_from_seq = null
  where p.company_id = v_company and p.conversation_id = p_conversation and p.user_id = p_user
    and p.hidden_seq is distinct from v_held.last_seq;
  if not found then
    return null;
  end if;
  return app.append_event('CONVERSATION_HIDDEN', p_conversation, null, null, p_user, p_user);
end
$$;

revoke all on function app.hide_conversation from public, colloquy_app, colloquy_system;
grant execute on function app.hide_conversation to colloquy_app;
