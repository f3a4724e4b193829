-- Appends an event, and with it what the audit trail tells of the act. A caller that waited for the lock may have lost its membership meanwhile, so the membership is
-- checked under the lock.
create or replace function app.append_event(
  p_kind text, p_conversation uuid, p_message uuid default null, p_seq int default null, p_actor uuid default null,
  p_recipient uuid default null, p_joined uuid[] default '{}', p_left uuid[] default '{}', p_permission text default null,
  p_case uuid default null, p_detail jsonb default null
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_bound uuid := app.bound_company();
  v_company uuid;
  v_position bigint;
  v_audited bigint;
  v_act text := case p_kind
    when 'MESSAGE_SENT' then 'message.created'
    when 'MESSAGE_EDITED' then 'message.edited'
    when 'MESSAGE_RETRACTED' then 'message.retracted'
    when 'MESSAGE_HIDDEN' then 'message.hidden'
    when 'MESSAGE_ACCESS_CHANGED' then 'message.access_changed'
    when 'PARTICIPANTS_CHANGED' then 'conversation.participants_changed'
    when 'CONVERSATION_CHANGED' then 'conversation.changed'
    when 'AUDITED' then 'conversation.audited'
    when 'BROADCAST_SENT' then 'broadcast.sent'
    when 'BROADCAST_REMINDED' then 'broadcast.reminded'
    when 'MODERATION_CASE_OPENED' then 'case.opened'
    when 'MODERATION_CASE_DECIDED' then 'case.decided'
  end;
begin
  update public.company_streams s set position = s.position + 1, audited = s.audited + (v_act is not null)::int
  where s.company_id = v_bound returning s.company_id, s.position, s.audited into v_company, v_position, v_audited;
  if v_company is null or app.bound_user() is not null and app.verified_company() is null then
    raise exception using errcode = 'CQ401', message = 'You have no active membership in this company.';
  end if;
  -- Reads of auditors are told in safe mode as well.
  if p_kind <> 'AUDITED' then
    perform app.require_open(v_company);
  end if;
  insert into public.events
    (company_id, position, kind, conversation_id, message_id, seq, actor_id, recipient_id, joined_ids, left_ids, permission,
      case_id)
  values (
    v_company, v_position, p_kind, p_conversation, p_message, p_seq, p_actor, p_recipient, p_joined, p_left, p_permission,
    p_case
  );
  if v_act is not null then
    perform app.add_audit_event(v_company, v_audited - 1, v_act, coalesce(p_case, p_message, p_conversation), p_conversation,
      case when p_joined <> '{}' or p_left <> '{}' then jsonb_build_object('joined', p_joined, 'left', p_left) else p_detail end);
  end if;
  return v_position;
end
$$;

revoke all on function app.append_event from public, colloquy_app, colloquy_system;
grant execute on function app.append_event to colloquy_app, colloquy_system;
