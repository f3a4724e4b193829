-- Reports a message to the moderators. Reports of one message are in one case while it is open, and only the first of them is
-- told to moderators, so that many people who report do not flood them. Returns null if the person has reported it before or
-- the case was open already.
create or replace function app.report_message(
  p_company uuid, p_user uuid, p_message uuid, p_case uuid, p_reason text, p_note bytea
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_message public.messages := app.hold_message(v_company, p_user, p_message);
  v_case uuid;
begin
  if not app.has_permission(v_company, p_user, 'MESSAGE_READ') then
    raise exception using errcode = 'CQ403', message = 'You may not read messages.', hint = 'MESSAGE_READ';
  end if;
  perform 1 from public.message_reports r
  where r.company_id = v_company and r.message_id = p_message and r.reporter_id = p_user;
  if found then
    return null;
  end if;
  perform app.require_message_action('REPORT', p_user, v_message);
  -- The message is locked, so that nobody else opens a case of it meanwhile.
  select c.id into v_case from public.moderation_cases c
  where c.company_id = v_company and c.message_id = p_message and c.state = 'OPEN' for no key update;
  if v_case is null then
    insert into public.moderation_cases (company_id, id, message_id, kind) values (v_company, p_case, p_message, 'REPORTED');
  end if;
  insert into public.message_reports (company_id, message_id, reporter_id, case_id, reason, note)
  values (v_company, p_message, p_user, coalesce(v_case, p_case), p_reason, p_note);
  perform app.record_audit('message.reported', p_message, v_message.conversation_id,
    jsonb_build_object('reason', p_reason, 'caseId', coalesce(v_case, p_case)));
  if v_case is not null then
    return null;
  end if;
  return app.append_case_event('MODERATION_CASE_OPENED', p_case, p_user, jsonb_build_object('messageId', p_message));
end
$$;

revoke all on function app.report_message from public, colloquy_app, colloquy_system;
grant execute on function app.report_message to colloquy_app;
