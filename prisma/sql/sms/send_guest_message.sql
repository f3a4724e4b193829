-- Stores a message to guests with a delivery for each of them who may be written to, and enqueues sending. Deliveries to all
-- subscribed guests are made later, in slices. Raises CQ404 for an unknown guest or incoming message, CQ409 if the key was
-- used with other content, CQ422 if none of the guests may be written to.
create or replace function app.send_guest_message(
  p_company uuid, p_user uuid, p_message uuid, p_body bytea, p_from text, p_encoding text, p_segments int, p_local_time text,
  p_time_zone text, p_scheduled_for timestamptz, p_guests uuid[], p_reply_to uuid, p_key text, p_hash bytea,
  out guest_message_id uuid, out replayed boolean, out skipped int
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_company uuid := app.bind(p_company, p_user);
  v_hash bytea;
  v_known int;
  v_count int := 0;
begin
  perform app.require_open(v_company);
  if not app.has_permission(v_company, p_user, 'GUEST_MESSAGE') then
    raise exception using errcode = 'CQ403', message = 'You may not write to guests.', hint = 'GUEST_MESSAGE';
  end if;
  replayed := false;
  skipped := 0;
  if p_key is not null then
    -- A retry waits for its twin, and finds what that has committed.
    perform pg_advisory_xact_lock(hashtextextended(concat_ws(' ', 'guest message', v_company, p_user, p_key), 0));
    select k.guest_message_id, k.request_hash into guest_message_id, v_hash from public.idempotency_keys k
    where k.company_id = v_company and k.user_id = p_user and k.operation = 'sendGuestMessage' and k.key = p_key;
    if v_hash <> p_hash then
      raise exception using errcode = 'CQ409', column = 'idempotencyKey',
        message = 'This idempotency key was used for a message with other content.';
    elsif guest_message_id is not null then
      replayed := true;
      return;
    end if;
  end if;
  if p_reply_to is not null then
    perform from public.inbound_messages i where i.company_id = v_company and i.id = p_reply_to for key share;
    if not found then
      raise exception using errcode = 'CQ404', message = 'There is no such incoming message.', column = 'inReplyToId';
    end if;
  end if;
  guest_message_id := p_message;
  insert into public.guest_messages (company_id, id, author_id, body, from_number, encoding, segments, local_time, time_zone,
    scheduled_for, is_expanded, in_reply_to_id)
  values (v_company, p_message, p_user, p_body, p_from, p_encoding, p_segments, p_local_time, p_time_zone, p_scheduled_for,
    p_guests is not null, p_reply_to);
  if p_guests is not null then
    -- Each is read by its key, whatever the planner believes of the company's guests.
    select count(*) into v_known from unnest(p_guests) wanted (id)
    cross join lateral (
      select 1 from public.guests g
      where g.company_id = v_company and g.id = wanted.id and g.erased_at is null offset 0
    ) g;
    if v_known < cardinality(p_guests) then
      raise exception using errcode = 'CQ404', message = 'At least one of these guests does not exist.', column = 'guestIds';
    end if;
    insert into public.guest_deliveries (company_id, id, guest_message_id, guest_id, segments, due_at, changed_at)
    select v_company, gen_random_uuid(), p_message, g.id, p_segments, coalesce(p_scheduled_for, now()), now()
    from (
      -- The lock that an opt-out takes: one that is under way is waited for, and a later one drops these deliveries.
      select g.id from (select w.id from unnest(p_guests) w (id) order by w.id) wanted
      cross join lateral (
        select g.id from public.guests g
        where g.company_id = v_company and g.id = wanted.id and g.phone_hash is not null
          and g.consent <> 'OPTED_OUT' and not g.needs_consent_review and g.erased_at is null
        offset 0 for share
      ) g
    ) g;
    get diagnostics v_count = row_count;
    skipped := cardinality(p_guests) - v_count;
    if v_count = 0 then
      raise exception using errcode = 'CQ422', column = 'guestIds',
        message = 'None of these guests may be written to: they have no phone, have opted out, or wait for a review.';
    end if;
    update public.guest_messages m set recipient_count = v_count where m.company_id = v_company and m.id = p_message;
  end if;
  if p_key is not null then
    insert into public.idempotency_keys (company_id, user_id, operation, key, request_hash, guest_message_id)
    values (v_company, p_user, 'sendGuestMessage', p_key, p_hash, p_message);
  end if;
  perform app.enqueue_job('send_sms', '{}'::json, p_scheduled_for, case when p_scheduled_for is null then 'sms' else 'sms ' || p_message end);
  perform app.record_audit('guest_message.created', p_message, p_detail => jsonb_build_object('recipients', v_count));
end
$$;

revoke all on function app.send_guest_message from public, colloquy_app, colloquy_system;
grant execute on function app.send_guest_message to colloquy_app;
