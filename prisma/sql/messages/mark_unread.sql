-- Sets the viewer's reminder: messages from p_from on are unread again. Receipts do not change.
create or replace function app.mark_unread(
  p_company uuid, p_user uuid, p_conversation uuid, p_from int, out "position" bigint
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_last int;
begin
  select h.last_seq into v_last from app.lock_membership(v_company, p_user, p_conversation, 'conversationId') h;
  if p_from < 1 or p_from > v_last then
    raise exception using errcode = 'CQ422', column = 'fromSeq', message =
      case when v_last = 0 then 'There are no messages yet.' else format('The messages are numbered 1 to %s.', v_last) end;
  end if;
  update public.participants p set unread_from_seq = p_from
  where p.company_id = v_company and p.conversation_id = p_conversation and p.user_id = p_user;
  position := app.append_event('READ_REMINDER', p_conversation, null, null, p_user, p_user);
end
$$;

revoke all on function app.mark_unread from public, colloquy_app, colloquy_system;
grant execute on function app.mark_unread to colloquy_app;
