set local check_function_bodies = off;
set local row_security = on;

-- prisma/sql/guests/give_up_phones.sql
-- Takes the phones off these guests of the company, so that another guest of the same import may have them. Each is written by
-- its key, whatever the planner believes of the company's guests.
create or replace function app.give_up_phones(p_guests uuid[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_guest uuid;
begin
  foreach v_guest in array p_guests loop
    update public.guests g set phone_hash = null
    where g.company_id = app.bound_company() and g.id = v_guest and g.phone_hash is not null;
  end loop;
end
$$;

revoke all on function app.give_up_phones from public, colloquy_app, colloquy_system;
grant execute on function app.give_up_phones to colloquy_app;

-- prisma/sql/sms/expand_guest_message.sql
-- Makes the next deliveries of a due message to all subscribed guests, at most p_max. Returns their number, null if no message
-- is left to expand.
create or replace function app.expand_guest_message(p_max int) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_message public.guest_messages;
  v_ids uuid[];
begin
  select m.* into v_message from public.guest_messages m
  where m.company_id = app.bound_company() and not m.is_expanded and m.cancelled_at is null
    and coalesce(m.scheduled_for, now()) <= now()
  order by m.created_at limit 1 for no key update skip locked;
  if v_message.id is null then
    return null;
  end if;
  select array_agg(g.id order by g.id) into v_ids from (
    select g.id from public.guests g
    where g.company_id = v_message.company_id and g.consent = 'SUBSCRIBED' and not g.needs_consent_review
      and g.phone_hash is not null and g.erased_at is null and (v_message.expanded_to is null or g.id > v_message.expanded_to)
    order by g.id limit p_max
  ) g;
  insert into public.guest_deliveries (company_id, id, guest_message_id, guest_id, segments, due_at, changed_at)
  select v_message.company_id, gen_random_uuid(), v_message.id, g.id, v_message.segments, now(), now()
  from (
    -- The lock that an opt-out takes: a guest who has opted out meanwhile is left out.
    select g.id from unnest(v_ids) wanted (id)
    cross join lateral (
      select g.id from public.guests g
      where g.company_id = v_message.company_id and g.id = wanted.id and g.consent = 'SUBSCRIBED'
      offset 0 for share
    ) g
  ) g
  on conflict do nothing;
  update public.guest_messages m set expanded_to = coalesce(v_ids[cardinality(v_ids)], m.expanded_to),
    is_expanded = coalesce(cardinality(v_ids), 0) < p_max, recipient_count = m.recipient_count + coalesce(cardinality(v_ids), 0)
  where m.company_id = v_message.company_id and m.id = v_message.id;
  return coalesce(cardinality(v_ids), 0);
end
$$;

revoke all on function app.expand_guest_message from public, colloquy_app, colloquy_system;
grant execute on function app.expand_guest_message to colloquy_system;

-- prisma/sql/sms/send_guest_message.sql
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
  if p_reply_to is not null and not exists (
    select from public.inbound_messages i where i.company_id = v_company and i.id = p_reply_to
  ) then
    raise exception using errcode = 'CQ404', message = 'There is no such incoming message.', column = 'inReplyToId';
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
end
$$;

revoke all on function app.send_guest_message from public, colloquy_app, colloquy_system;
grant execute on function app.send_guest_message to colloquy_app;
