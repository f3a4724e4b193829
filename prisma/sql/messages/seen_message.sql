-- Returns the message if the person may read it, and raises CQ404 with p_column otherwise. seenBy in
-- src/visibility/visibility.ts is the same rule for reads.
create or replace function app.seen_message(p_company uuid, p_user uuid, p_message uuid, p_column text) returns public.messages
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_message public.messages;
  v_conversation public.conversations;
  v_membership public.participants;
begin
  select m.* into v_message from public.messages m where m.company_id = p_company and m.id = p_message;
  select c.* into v_conversation from public.conversations c
  where c.company_id = p_company and c.id = v_message.conversation_id;
  select p.* into v_membership from public.participants p
  where p.company_id = p_company and p.conversation_id = v_message.conversation_id and p.user_id = p_user
    and p.left_at is null;
  if v_message.id is null
    or v_membership.user_id is null and v_conversation.audience = 'PARTICIPANTS'
    or v_message.seq is null and v_message.author_id <> p_user
    or v_message.seq <= v_membership.hidden_seq
    or v_message.is_restricted and v_message.author_id <> p_user
      and not exists (select from app.allowed(p_company, p_message, p_user))
    or exists (
      select from public.hidden_messages h where h.company_id = p_company and h.user_id = p_user
        and h.conversation_id = v_message.conversation_id and h.seq = v_message.seq
    )
  then
    raise exception using errcode = 'CQ404', message = 'There is no such message.', column = p_column;
  end if;
  return v_message;
end
$$;

revoke all on function app.seen_message from public, colloquy_app, colloquy_system;
grant execute on function app.seen_message to colloquy_app;
