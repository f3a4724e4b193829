-- Decides a case. A held message is approved or rejected, and its author is told; a reported one stays or is retracted.
-- p_revision is that of the text which was read and, to retract it, encrypted again. Returns the position of the last event.
create or replace function app.decide_case(
  p_company uuid, p_user uuid, p_case uuid, p_decision text, p_reason bytea, p_revision int, p_words bigint[],
  p_subject bytea, p_body bytea, p_metadata bytea
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_case public.moderation_cases := app.hold_case(v_company, p_user, p_case);
  v_message public.messages;
begin
  if p_decision not in ('APPROVE', 'REJECT') and v_case.kind = 'HELD'
    or p_decision not in ('DISMISS', 'RETRACT') and v_case.kind = 'REPORTED' then
    raise exception using errcode = 'CQ422', column = 'decision', message = case v_case.kind
      when 'HELD' then 'A held message is approved or rejected: APPROVE or REJECT.'
      else 'A reported message stays or is retracted: DISMISS or RETRACT.' end;
  end if;
  select m.* into v_message from public.messages m
  where m.company_id = v_company and m.id = v_case.message_id for no key update;
  if p_decision = 'APPROVE' then
    perform app.post_held(v_message, p_words);
  elsif p_decision = 'REJECT' then
    update public.messages m set state = 'REJECTED' where m.company_id = v_company and m.id = v_message.id;
  elsif p_decision = 'RETRACT' and v_message.state <> 'RETRACTED' then
    if v_message.revision <> p_revision then
      raise exception using errcode = 'CQ409', message = 'The message has been edited meanwhile: read it again.', column = 'caseId';
    end if;
    perform app.take_back(v_message, p_user, p_subject, p_body, p_metadata);
  end if;
  update public.moderation_cases c
  set decided_at = now(), decided_by_id = p_user, reason = p_reason, state = case p_decision
    when 'APPROVE' then 'APPROVED' when 'REJECT' then 'REJECTED' when 'DISMISS' then 'DISMISSED' else 'RETRACTED' end
  where c.company_id = v_company and c.id = p_case;
  if v_case.kind = 'HELD' then
    perform app.append_event(
      'HELD_MESSAGE_DECIDED', v_message.conversation_id, v_message.id, null, p_user, v_message.author_id
    );
  end if;
  return app.append_case_event('MODERATION_CASE_DECIDED', p_case, p_user,
    jsonb_build_object('decision', p_decision, 'messageId', v_message.id));
end
$$;

revoke all on function app.decide_case from public, colloquy_app, colloquy_system;
grant execute on function app.decide_case to colloquy_app;
