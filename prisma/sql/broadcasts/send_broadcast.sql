-- Stores a broadcast and, unless it is scheduled, sends it. Raises CQ429 if the company has reached its broadcasts per
-- hour. A scheduled broadcast counts in the hour in which it is sent. One that is refused for spam is an outcome and no
-- exception, because the penalty is to stay.
create or replace function app.send_broadcast(
  p_company uuid, p_user uuid, p_broadcast uuid, p_subject bytea, p_body bytea, p_words bigint[], p_priority text,
  p_audience text, p_groups uuid[], p_users uuid[], p_local_time text, p_time_zone text, p_scheduled_for timestamptz,
  p_email_offline boolean, p_replies_allowed boolean, p_key text, p_hash bytea, p_signals text[], p_attachments uuid[] default '{}',
  out broadcast_id uuid, out replayed boolean, out "position" bigint, out cooldown_until timestamptz
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_company uuid := app.bind(p_company, p_user);
  v_broadcast public.broadcasts;
  v_count int;
  v_max int;
  v_free_at timestamptz;
begin
  -- One broadcast at a time per company, so that the count of the hour is exact and a retry finds what its twin has
  -- committed.
  perform pg_advisory_xact_lock(hashtextextended('broadcasts ' || v_company, 0));
  replayed := false;
  if p_key is not null then
    broadcast_id := app.remembered_broadcast(p_user, p_key, p_hash);
    if broadcast_id is not null then
      replayed := true;
      return;
    end if;
  end if;
  perform 1 from public.users u join public.roles r on r.company_id = u.company_id and r.id = u.role_id
  where u.company_id = v_company and u.id = p_user and 'CONVERSATION_BROADCAST' = any (r.permissions);
  if not found then
    raise exception using errcode = 'CQ403', message = 'You may not send broadcasts.', hint = 'CONVERSATION_BROADCAST';
  end if;
  select j.cooldown_until into cooldown_until from app.punish_spam(v_company, p_user, p_signals, false) j;
  if cooldown_until is not null then
    return;
  end if;
  v_free_at := app.free_broadcast_at(v_company);
  if p_scheduled_for is null and v_free_at > clock_timestamp() then
    select c.broadcasts_per_hour into v_max from public.companies c where c.id = v_company;
    raise exception using errcode = 'CQ429', message = format('This company sends at most %s broadcasts an hour.', v_max),
      hint = ceil(extract(epoch from v_free_at - clock_timestamp()) * 1000)::text;
  end if;
  broadcast_id := p_broadcast;
  insert into public.broadcasts (company_id, id, author_id, subject, body, words, priority, audience, status, local_time,
    time_zone, scheduled_for, sent_at, email_offline, replies_allowed, attachment_ids)
  values (v_company, p_broadcast, p_user, p_subject, p_body, p_words, p_priority, p_audience,
    case when p_scheduled_for is null then 'SENT' else 'SCHEDULED' end, p_local_time, p_time_zone, p_scheduled_for,
    case when p_scheduled_for is null then now() end, p_email_offline, p_replies_allowed, p_attachments)
  returning * into v_broadcast;
  -- Groups that the author can find or takes part in.
  insert into public.broadcast_groups (company_id, broadcast_id, conversation_id)
  select v_company, p_broadcast, c.id from public.conversations c
  where c.company_id = v_company and c.id = any (p_groups) and c.kind = 'GROUP' and not c.is_closed and (
    c.access in ('OPEN', 'CLOSED') or exists (
      select from public.participants p where p.company_id = v_company and p.conversation_id = c.id
        and p.user_id = p_user and p.left_at is null
    )
  );
  get diagnostics v_count = row_count;
  if v_count < cardinality(p_groups) then
    raise exception using errcode = 'CQ404', message = 'At least one of these groups does not exist.', column = 'groupIds';
  end if;
  insert into public.broadcast_users (company_id, broadcast_id, user_id)
  select v_company, p_broadcast, u.id from public.users u
  where u.company_id = v_company and u.id = any (p_users) and u.is_enabled;
  get diagnostics v_count = row_count;
  if v_count < cardinality(p_users) then
    raise exception using errcode = 'CQ404', message = 'At least one of these people does not exist.', column = 'userIds';
  end if;
  perform app.attach_files(v_company, p_user, null, p_attachments) where p_attachments <> '{}';
  if p_key is not null then
    insert into public.idempotency_keys (company_id, user_id, operation, key, request_hash, broadcast_id)
    values (v_company, p_user, 'sendBroadcast', p_key, p_hash, p_broadcast);
  end if;
  if p_scheduled_for is null then
    position := app.deliver_broadcast(v_broadcast);
  else
    perform app.schedule_broadcast(p_broadcast, p_scheduled_for);
    perform app.record_audit('broadcast.scheduled', p_broadcast, p_detail => jsonb_build_object('scheduledFor', p_scheduled_for));
  end if;
end
$$;

revoke all on function app.send_broadcast from public, colloquy_app, colloquy_system;
grant execute on function app.send_broadcast to colloquy_app;
