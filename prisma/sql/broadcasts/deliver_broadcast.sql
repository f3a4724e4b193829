-- Sends a stored broadcast: creates its conversation, the recipients' memberships unless it goes to everybody, message
-- 1 and the event. Recipients are the enabled people who may receive it now, without the author. Returns the position.
-- Raises CQ422 if there is no recipient.
create or replace function app.deliver_broadcast(p_broadcast public.broadcasts) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_now timestamptz := date_trunc('milliseconds', clock_timestamp());
  v_count int;
begin
  insert into public.conversations
    (company_id, id, kind, audience, replies_allowed, created_by_id, created_at, last_activity_at, last_seq)
  values (p_broadcast.company_id, p_broadcast.id, 'BROADCAST',
    case p_broadcast.audience when 'ALL' then 'COMPANY' else 'PARTICIPANTS' end, p_broadcast.replies_allowed,
    p_broadcast.author_id, v_now, v_now, 1);
  if p_broadcast.audience = 'ALL' then
    select count(*) into v_count from public.users u
    where u.company_id = p_broadcast.company_id and u.is_enabled and u.id <> p_broadcast.author_id;
  else
    insert into public.participants (company_id, conversation_id, user_id)
    select p_broadcast.company_id, p_broadcast.id, u.id
    from public.users u
    where u.company_id = p_broadcast.company_id and u.is_enabled and u.id <> p_broadcast.author_id and u.id in (
      select g.user_id from public.broadcast_users g
      where g.company_id = p_broadcast.company_id and g.broadcast_id = p_broadcast.id
      union
      select p.user_id from public.broadcast_groups g
      join public.participants p on p.company_id = g.company_id and p.conversation_id = g.conversation_id and p.left_at is null
      where g.company_id = p_broadcast.company_id and g.broadcast_id = p_broadcast.id
    );
    get diagnostics v_count = row_count;
  end if;
  if v_count = 0 then
    raise exception using errcode = 'CQ422', message = 'There is nobody to send it to.',
      column = case p_broadcast.audience when 'GROUPS' then 'groupIds' when 'USERS' then 'userIds' else 'audience' end;
  end if;
  insert into public.messages (company_id, id, conversation_id, seq, author_id, subject, body, priority, created_at)
  values (p_broadcast.company_id, p_broadcast.id, p_broadcast.id, 1, p_broadcast.author_id, p_broadcast.subject,
    p_broadcast.body, p_broadcast.priority, v_now);
  update public.attachments a set message_id = p_broadcast.id
  where a.company_id = p_broadcast.company_id and a.id = any (p_broadcast.attachment_ids) and a.state = 'ATTACHED';
  perform app.index_message(p_broadcast.company_id, p_broadcast.id, p_broadcast.id, v_now, p_broadcast.words);
  insert into public.participants
    (company_id, conversation_id, user_id, role, joined_seq, last_read_seq, last_delivered_seq)
  values (p_broadcast.company_id, p_broadcast.id, p_broadcast.author_id, 'ADMIN', 1, 1, 1);
  update public.broadcasts b set status = 'SENT', sent_at = v_now, listed_at = v_now, recipient_count = v_count
  where b.company_id = p_broadcast.company_id and b.id = p_broadcast.id;
  return app.append_event('BROADCAST_SENT', p_broadcast.id, p_broadcast.id, 1, p_broadcast.author_id);
end
$$;

revoke all on function app.deliver_broadcast from public, colloquy_app, colloquy_system;
grant execute on function app.deliver_broadcast to colloquy_app;
