-- Hides a message from the person only.
create or replace function app.hide_message(
  p_company uuid, p_user uuid, p_message uuid, out conversation_id uuid, out "position" bigint
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_company uuid := app.bind(p_company, p_user);
  v_message public.messages := app.hold_message(v_company, p_user, p_message);
begin
  conversation_id := v_message.conversation_id;
  insert into public.hidden_messages (company_id, user_id, conversation_id, seq, message_id)
  values (v_company, p_user, v_message.conversation_id, v_message.seq, p_message) on conflict do nothing;
  position := app.append_event('MESSAGE_HIDDEN', v_message.conversation_id, p_message, v_message.seq, p_user, p_user);
end
$$;

revoke all on function app.hide_message from public, colloquy_app, colloquy_system;
grant execute on function app.hide_message to colloquy_app;
