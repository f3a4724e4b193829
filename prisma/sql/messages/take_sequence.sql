-- Returns the conversation locked, with its next sequence number taken: whoever is refused later gives it back by rolling back.
-- Without p_takes it keeps its number, and is only kept as it is. Null if there is no such conversation.
create or replace function app.take_sequence(p_company uuid, p_conversation uuid, p_takes boolean) returns public.conversations
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_conversation public.conversations;
begin
  if p_takes then
    update public.conversations c set last_seq = c.last_seq + 1,
      -- Under the lock, and never before the message it follows, should the clock be set back.
      last_activity_at = greatest(date_trunc('milliseconds', clock_timestamp()), c.last_activity_at)
    where c.company_id = p_company and c.id = p_conversation returning c.* into v_conversation;
  else
    select c.* into v_conversation from public.conversations c where c.company_id = p_company and c.id = p_conversation
    for no key update;
  end if;
  return v_conversation;
end
$$;

revoke all on function app.take_sequence from public, colloquy_app, colloquy_system;
grant execute on function app.take_sequence to colloquy_app;
