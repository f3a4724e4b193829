-- Moves delivered marks forward, all or none. Conversations are locked in order of their ids, so that two devices do
-- not deadlock.
create or replace function app.acknowledge_delivery(
  p_company uuid, p_user uuid, p_conversations uuid[], p_seqs int[], out "position" bigint
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_mark record;
  v_last int;
  v_moved uuid[] := '{}';
  v_seqs int[] := '{}';
begin
  for v_mark in
    select distinct on (u.conversation_id) u.conversation_id, u.seq, u.index
    from unnest(p_conversations, p_seqs) with ordinality u (conversation_id, seq, index)
    order by u.conversation_id, u.seq desc
  loop
    select h.last_seq into v_last
    from app.lock_membership(v_company, p_user, v_mark.conversation_id, format('marks.%s.conversationId', v_mark.index - 1)) h;
    if v_mark.seq > v_last then
      raise exception using errcode = 'CQ422', message = format('The last message is number %s.', v_last),
        column = format('marks.%s.upToSeq', v_mark.index - 1);
    end if;
    update public.participants p set last_delivered_seq = v_mark.seq
    where p.company_id = v_company and p.conversation_id = v_mark.conversation_id and p.user_id = p_user
      and p.last_delivered_seq < v_mark.seq;
    if found then
      insert into public.receipts (company_id, conversation_id, user_id, status, up_to_seq)
      values (v_company, v_mark.conversation_id, p_user, 'DELIVERED', v_mark.seq) on conflict do nothing;
      v_moved := v_moved || v_mark.conversation_id;
      v_seqs := v_seqs || v_mark.seq;
    end if;
  end loop;
  -- The company's stream is locked last: an earlier lock would be held while waiting for the next mark.
  for v_index in 1 .. cardinality(v_moved) loop
    position := app.append_event('DELIVERED', v_moved[v_index], null, v_seqs[v_index], p_user);
  end loop;
end
$$;

revoke all on function app.acknowledge_delivery from public, colloquy_app, colloquy_system;
grant execute on function app.acknowledge_delivery to colloquy_app;
