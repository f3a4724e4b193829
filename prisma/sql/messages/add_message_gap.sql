-- Records that the messages from p_from to p_to of a conversation are no longer stored. Ranges that it meets become one with
-- it, so that a conversation which is purged from its beginning has one. The caller has deleted the messages in the same
-- transaction, and holds the lock of the conversation.
create or replace function app.add_message_gap(p_conversation uuid, p_from int, p_to int) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_from int;
  v_to int;
begin
  with met as (
    delete from public.message_gaps g
    where g.company_id = v_company and g.conversation_id = p_conversation and g.from_seq <= p_to + 1 and g.to_seq >= p_from - 1
    returning g.from_seq, g.to_seq
  )
  select least(p_from, min(m.from_seq)), greatest(p_to, max(m.to_seq)) into v_from, v_to from met m;
  insert into public.message_gaps (company_id, conversation_id, from_seq, to_seq)
  values (v_company, p_conversation, v_from, v_to);
end
$$;

revoke all on function app.add_message_gap from public, colloquy_app, colloquy_system;
grant execute on function app.add_message_gap to colloquy_system;
