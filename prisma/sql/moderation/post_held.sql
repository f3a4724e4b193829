-- Posts a message that was held: it takes the next sequence number and the present time, and keeps the time at which it was
-- handed in. Raises CQ409 if its author could no longer send it.
create or replace function app.post_held(p_message public.messages, p_words bigint[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_conversation public.conversations := app.take_sequence(p_message.company_id, p_message.conversation_id, true);
  v_mark public.participants;
begin
  if v_conversation.is_closed then
    raise exception using errcode = 'CQ409', message = 'The conversation takes no more messages.';
  end if;
  select p.* into v_mark from public.participants p
  join public.users u on u.company_id = p.company_id and u.id = p.user_id and u.is_enabled
  where p.company_id = p_message.company_id and p.conversation_id = p_message.conversation_id
    and p.user_id = p_message.author_id and p.left_at is null;
  if v_mark.user_id is null then
    raise exception using errcode = 'CQ409', message = 'Its author is no longer in the conversation.';
  end if;
  update public.messages m
  set state = 'POSTED', seq = v_conversation.last_seq, created_at = v_conversation.last_activity_at
  where m.company_id = p_message.company_id and m.id = p_message.id;
  update public.mentions n set seq = v_conversation.last_seq
  where n.company_id = p_message.company_id and n.message_id = p_message.id;
  perform app.index_message(
    p_message.company_id, p_message.conversation_id, p_message.id, v_conversation.last_activity_at, p_words
  );
  perform app.follow_own_send(v_mark, v_conversation.last_seq);
  perform app.append_event(
    'MESSAGE_SENT', p_message.conversation_id, p_message.id, v_conversation.last_seq, p_message.author_id
  );
end
$$;

revoke all on function app.post_held from public, colloquy_app, colloquy_system;
grant execute on function app.post_held to colloquy_app;
