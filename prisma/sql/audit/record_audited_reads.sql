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
