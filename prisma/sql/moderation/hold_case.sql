-- Locks and returns an open case that the person may decide: a moderator who neither wrote nor reported the message. Raises
-- CQ403, CQ404, and CQ409 if it has been decided. The message is locked first, as by those who report it.
create or replace function app.hold_case(p_company uuid, p_user uuid, p_case uuid) returns public.moderation_cases
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_case public.moderation_cases;
begin
  if not app.has_permission(p_company, p_user, 'MESSAGE_MODERATE') then
    raise exception using errcode = 'CQ403', message = 'You may not decide about messages.', hint = 'MESSAGE_MODERATE';
  end if;
  perform 1 from public.messages m
  where m.company_id = p_company and m.id = (
    select c.message_id from public.moderation_cases c where c.company_id = p_company and c.id = p_case
  ) for no key update;
  select c.* into v_case from public.moderation_cases c where c.company_id = p_company and c.id = p_case for no key update;
  if v_case.id is null then
    raise exception using errcode = 'CQ404', message = 'There is no such case.', column = 'caseId';
  elsif v_case.state <> 'OPEN' then
    raise exception using errcode = 'CQ409', message = 'The case has been decided already.', column = 'caseId';
  end if;
  perform 1 from public.messages m where m.company_id = p_company and m.id = v_case.message_id and m.author_id = p_user;
  if found then
    raise exception using errcode = 'CQ403', message = 'You wrote the message: somebody else has to decide.';
  end if;
  perform 1 from public.message_reports r
  where r.company_id = p_company and r.message_id = v_case.message_id and r.reporter_id = p_user;
  if found then
    raise exception using errcode = 'CQ403', message = 'You reported the message: somebody else has to decide.';
  end if;
  return v_case;
end
$$;

revoke all on function app.hold_case from public, colloquy_app, colloquy_system;
grant execute on function app.hold_case to colloquy_app;
