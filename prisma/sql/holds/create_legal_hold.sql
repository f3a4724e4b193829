-- Places a legal hold. A slice of a purge that is under way ends first, and later ones see the hold. Raises CQ403 without
-- CONVERSATION_AUDIT, and CQ404 for a person or conversation that the company does not have.
create or replace function app.create_legal_hold(
  p_company uuid, p_user uuid, p_hold uuid, p_name bytea, p_person uuid, p_conversation uuid, p_from timestamptz,
  p_to timestamptz
) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
begin
  if not app.has_permission(v_company, p_user, 'CONVERSATION_AUDIT') then
    raise exception using errcode = 'CQ403', hint = 'CONVERSATION_AUDIT',
      message = 'Your role lacks the permission CONVERSATION_AUDIT.';
  end if;
  perform app.lock_purge();
  if p_person is not null then
    perform from public.users u where u.company_id = v_company and u.id = p_person;
    if not found then
      raise exception using errcode = 'CQ404', message = 'There is no such person.', column = 'userId';
    end if;
  end if;
  if p_conversation is not null then
    perform from public.conversations c where c.company_id = v_company and c.id = p_conversation;
    if not found then
      raise exception using errcode = 'CQ404', message = 'There is no such conversation.', column = 'conversationId';
    end if;
  end if;
  insert into public.legal_holds (company_id, id, name, user_id, conversation_id, from_at, to_at, created_by_id)
  values (v_company, p_hold, p_name, p_person, p_conversation, p_from, p_to, p_user);
  perform app.record_audit('hold.created', p_hold, p_conversation,
    jsonb_strip_nulls(jsonb_build_object('userId', p_person, 'from', p_from, 'to', p_to)));
end
$$;

revoke all on function app.create_legal_hold from public, colloquy_app, colloquy_system;
grant execute on function app.create_legal_hold to colloquy_app;
