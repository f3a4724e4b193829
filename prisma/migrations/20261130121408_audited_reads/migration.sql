-- CreateIndex
CREATE INDEX "conversations_company_id_created_at_id_idx" ON "conversations"("company_id", "created_at", "id");

set local check_function_bodies = off;
set local row_security = on;

-- prisma/sql/audit/has_told_of_audit.sql
-- True if the people of a conversation were told within the last hour that this person reads it as an auditor. Only the latest
-- 1,000 acts of the person are looked at, so that it costs little: at most they are told once more.
create or replace function app.has_told_of_audit(p_company uuid, p_user uuid, p_conversation uuid) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select exists (
    select from (
      select a.kind, a.conversation_id, a.at, a.detail from public.audit_events a
      where a.company_id = p_company and a.actor_id = p_user order by a.index desc limit 1000
    ) a
    where a.conversation_id = p_conversation and a.kind = 'conversation.audited' and a.detail ? 'told'
      and a.at > clock_timestamp() - interval '1 hour'
  )
$$;

revoke all on function app.has_told_of_audit from public, colloquy_app, colloquy_system;
grant execute on function app.has_told_of_audit to colloquy_app;

-- prisma/sql/audit/record_audited_reads.sql
-- Records reads of an auditor, before the answer goes out: of each conversation what was read of it, and of a list with a null
-- in the place of one. Where the company wants it, the people of a conversation are told by an event, once an hour for each
-- auditor. Returns the position of the last such event, if there is one. Raises CQ403 without CONVERSATION_AUDIT.
create or replace function app.record_audited_reads(
  p_company uuid, p_user uuid, p_conversations uuid[], p_details jsonb[]
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_tells boolean;
  v_read record;
  v_position bigint;
begin
  if not app.has_permission(v_company, p_user, 'CONVERSATION_AUDIT') then
    raise exception using errcode = 'CQ403', hint = 'CONVERSATION_AUDIT',
      message = 'Your role lacks the permission CONVERSATION_AUDIT.';
  end if;
  select c.audit_reads_visible into v_tells from public.companies c where c.id = v_company;
  for v_read in
    select r.conversation, r.detail from unnest(p_conversations, p_details) with ordinality r (conversation, detail, number)
    order by r.number
  loop
    if v_read.conversation is null then
      perform app.record_audit('conversations.audited', null, null, v_read.detail);
    elsif v_tells and not app.has_told_of_audit(v_company, p_user, v_read.conversation) then
      v_position := app.append_event('AUDITED', v_read.conversation, p_actor => p_user,
        p_detail => v_read.detail || jsonb_build_object('told', true));
    else
      perform app.record_audit('conversation.audited', v_read.conversation, v_read.conversation, v_read.detail);
    end if;
  end loop;
  return v_position;
end
$$;

revoke all on function app.record_audited_reads from public, colloquy_app, colloquy_system;
grant execute on function app.record_audited_reads to colloquy_app;

-- prisma/sql/events/append_event.sql
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
