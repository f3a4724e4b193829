-- Notifies the recipients who have not read it again. Returns their number and the position of the event.
create or replace function app.remind_recipients(
  p_company uuid, p_user uuid, p_broadcast uuid, out unread_count int, out "position" bigint
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_broadcast public.broadcasts;
begin
  select b.* into v_broadcast from public.broadcasts b
  where b.company_id = v_company and b.id = p_broadcast and b.author_id = p_user;
  if v_broadcast.id is null then
    raise exception using errcode = 'CQ404', message = 'There is no such broadcast.', column = 'broadcastId';
  elsif v_broadcast.status <> 'SENT' then
    raise exception using errcode = 'CQ409', message = 'The broadcast has not been sent.', column = 'broadcastId';
  end if;
  -- A purge that is under way deletes its message: the event below must not wait for that while it holds the stream.
  perform from public.messages m where m.company_id = v_company and m.id = p_broadcast for key share;
  if not found then
    raise exception using errcode = 'CQ404', message = 'There is no such broadcast.', column = 'broadcastId';
  end if;
  unread_count := v_broadcast.recipient_count - v_broadcast.read_count;
  if unread_count > 0 then
    position := app.append_event('BROADCAST_REMINDED', p_broadcast, p_broadcast, 1, p_user);
  end if;
end
$$;

revoke all on function app.remind_recipients from public, colloquy_app, colloquy_system;
grant execute on function app.remind_recipients to colloquy_app;
