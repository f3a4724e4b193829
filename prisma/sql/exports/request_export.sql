-- Queues an export. Raises CQ403 without both permissions, CQ404 for a person or conversation that the company does not have,
-- and CQ409 while p_max exports wait or run.
create or replace function app.request_export(
  p_company uuid, p_user uuid, p_export uuid, p_format text, p_from timestamptz, p_to timestamptz, p_filter bytea,
  p_users uuid[], p_conversations uuid[], p_max int
) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_permission text;
begin
  foreach v_permission in array array['AUDIT_READ', 'CONVERSATION_AUDIT'] loop
    if not app.has_permission(v_company, p_user, v_permission) then
      raise exception using errcode = 'CQ403', message = format('Your role lacks the permission %s.', v_permission),
        hint = v_permission;
    end if;
  end loop;
  -- One id after another, by key, however many people the company has.
  if exists (
    select from unnest(p_users) x (id) left join lateral (
      select u.id from public.users u where u.company_id = v_company and u.id = x.id offset 0
    ) u on true
    where u.id is null
  ) then
    raise exception using errcode = 'CQ404', message = 'There is no such person.';
  elsif exists (
    select from unnest(p_conversations) x (id) left join lateral (
      select c.id from public.conversations c where c.company_id = v_company and c.id = x.id offset 0
    ) c on true
    where c.id is null
  ) then
    raise exception using errcode = 'CQ404', message = 'There is no such conversation.';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('exports ' || v_company, 0));
  if (
    select count(*) from public.exports e where e.company_id = v_company and e.state in ('QUEUED', 'RUNNING')
  ) >= p_max then
    raise exception using errcode = 'CQ409', message = format('%s exports wait already: try again when one is done.', p_max);
  end if;
  insert into public.exports (company_id, id, format, from_at, to_at, filter, requested_by_id)
  values (v_company, p_export, p_format, p_from, p_to, p_filter, p_user);
  perform app.enqueue_job('export_messages', json_build_object('exportId', p_export), null, 'export ' || p_export);
  perform app.record_audit(
    'export.requested', p_export, null, jsonb_build_object('format', p_format, 'from', p_from, 'to', p_to)
  );
end
$$;

revoke all on function app.request_export from public, colloquy_app, colloquy_system;
grant execute on function app.request_export to colloquy_app;
