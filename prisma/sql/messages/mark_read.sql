-- Marks messages up to a number as read. The mark never goes back. A reminder within the messages read is removed.
create or replace function app.mark_read(
  p_company uuid, p_user uuid, p_conversation uuid, p_up_to int,
  out read_seq int, out "position" bigint
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_company uuid := app.bind(p_company, p_user);
  v_held record;
  v_mark public.participants;
  v_last int;
  v_target int;
  v_reminder int;
begin
  select * into v_held from app.lock_membership(v_company, p_user, p_conversation, 'conversationId');
  v_mark := v_held.membership;
  v_last := v_held.last_seq;
  v_target := coalesce(p_up_to, v_last);
  if v_target > v_last then
    raise exception using errcode = 'CQ422', column = 'upToSeq',
      message = format('The last message is number %s.', v_last);
  end if;
  read_seq := greatest(v_target, v_mark.last_read_seq);
  v_reminder := case
    when v_mark.unread_from_seq is null or v_target >= v_mark.last_read_seq then null
    else greatest(v_mark.unread_from_seq, v_target + 1)
  end;
  if read_seq = v_mark.last_read_seq and v_reminder is not distinct from v_mark.unread_from_seq then
    return;
  end if;
  update public.participants p
  set last_read_seq = mark_read.read_seq, last_delivered_seq = greatest(p.last_delivered_seq, mark_read.read_seq),
      unread_from_seq = v_reminder
  where p.company_id = v_company and p.conversation_id = p_conversation and p.user_id = p_user;
  if read_seq > v_mark.last_read_seq then
    insert into public.receipts (company_id, conversation_id, user_id, status, up_to_seq)
    values (v_company, p_conversation, p_user, 'READ', read_seq) on conflict do nothing;
    position := app.append_event('READ', p_conversation, null, read_seq, p_user);
  else
    position := app.append_event('READ_REMINDER', p_conversation, null, null, p_user, p_user);
  end if;
end
$$;

revoke all on function app.mark_read from public, colloquy_app, colloquy_system;
grant execute on function app.mark_read to colloquy_app;
