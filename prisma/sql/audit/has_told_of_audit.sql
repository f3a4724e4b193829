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
