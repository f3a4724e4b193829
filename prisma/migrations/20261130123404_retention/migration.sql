-- AlterTable
ALTER TABLE "companies" ADD COLUMN     "retention_days" INTEGER;

-- AlterTable
ALTER TABLE "inbound_messages" ADD COLUMN     "phone_hash" BYTEA;

-- CreateIndex
CREATE INDEX "hidden_messages_company_id_message_id_idx" ON "hidden_messages"("company_id", "message_id");

-- CreateIndex
CREATE INDEX "inbound_messages_company_id_received_at_idx" ON "inbound_messages"("company_id", "received_at");

-- CreateIndex
CREATE INDEX "inbound_messages_company_id_phone_hash_idx" ON "inbound_messages"("company_id", "phone_hash");

-- By hand: checks, indexes that Prisma does not know, and the new kind of events.
alter table public.companies add constraint companies_retention_days_check check (retention_days between 0 and 36500);

alter table public.events drop constraint events_kind_check, add constraint events_kind_check check (kind = any (array[
  'MESSAGE_SENT', 'MESSAGE_EDITED', 'MESSAGE_RETRACTED', 'MESSAGE_HIDDEN', 'REACTIONS_CHANGED', 'READ', 'READ_REMINDER', 'DELIVERED',
  'PARTICIPANTS_CHANGED', 'CONVERSATION_CHANGED', 'CONVERSATION_HIDDEN', 'MUTE_CHANGED', 'ACCESS_CHANGED', 'BROADCAST_SENT',
  'BROADCAST_REMINDED', 'MESSAGE_ACCESS_CHANGED', 'HELD_MESSAGE_DECIDED', 'MODERATION_CASE_OPENED', 'MODERATION_CASE_DECIDED',
  'AUDITED', 'GUEST_INBOUND', 'GUEST_DELIVERY', 'GUEST_CONSENT', 'PURGED'
]));

-- A purge finds by them all that refers to what it deletes.
create index events_message_idx on public.events (company_id, message_id) where message_id is not null;
create index events_case_idx on public.events (company_id, case_id) where case_id is not null;
create index events_about_idx on public.events (company_id, about) where about is not null;
create index idempotency_keys_message_idx on public.idempotency_keys (company_id, message_id) where message_id is not null;
create index idempotency_keys_broadcast_idx on public.idempotency_keys (company_id, broadcast_id) where broadcast_id is not null;
create index idempotency_keys_guest_message_idx on public.idempotency_keys (company_id, guest_message_id)
  where guest_message_id is not null;
create index guest_messages_answers_idx on public.guest_messages (company_id, in_reply_to_id) where in_reply_to_id is not null;

set local check_function_bodies = off;
set local row_security = on;

-- prisma/sql/broadcasts/remind_recipients.sql
-- Notifies the recipients who have not read it again. Returns their number and the position of the event.
create or replace function app.remind_recipients(
  p_company uuid, p_user uuid, p_broadcast uuid, out unread_count int, out "position" bigint
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_broadcast public.broadcasts;
begin
  select b.* into v_broadcast from public.broadcasts b
  where b.company_id = v_company and b.id = p_broadcast and b.author_id = p_user;
  if v_broadcast.id is null then
    raise exception using errcode = 'CQ404', message = 'There is no such broadcast.', column = 'broadcastId';
  elsif v_broadcast.status <> 'SENT' then
    raise exception using errcode = 'CQ409', message = 'The broadcast has not been sent.', column = 'broadcastId';
  end if;
  -- A purge that is under way deletes its message: the event below must not wait for that while it holds the stream.
  perform from public.messages m where m.company_id = v_company and m.id = p_broadcast for key share;
  if not found then
    raise exception using errcode = 'CQ404', message = 'There is no such broadcast.', column = 'broadcastId';
  end if;
  unread_count := v_broadcast.recipient_count - v_broadcast.read_count;
  if unread_count > 0 then
    position := app.append_event('BROADCAST_REMINDED', p_broadcast, p_broadcast, 1, p_user);
  end if;
end
$$;

revoke all on function app.remind_recipients from public, colloquy_app, colloquy_system;
grant execute on function app.remind_recipients to colloquy_app;

-- prisma/sql/companies/erase_company.sql
-- Erases the plaintext of the bound company, whose keys are destroyed: names, addresses, titles, the ids of contexts and
-- logins. Everybody is disabled, so that no policy shows anything of it from the commit on. Ciphertext stays.
create or replace function app.erase_company() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
begin
  -- The lock of all changes of keys: those under way end first, and later ones see that the keys are destroyed.
  perform pg_advisory_xact_lock(hashtextextended('keys ' || v_company, 0));
  perform app.keys_changed(true);
  -- A closed conversation needs no other admin when all of its people are disabled.
  update public.conversations c set title = '', title_folded = '', is_closed = true,
    context_id = case when c.context_id is not null then c.id::text end
  where c.company_id = v_company;
  update public.users u set name = 'Former member', name_folded = 'former member', search_words = '{former,member}',
    search_source = E'Former member\n', email = null, department = null, avatar_url = null, locale = null,
    do_not_disturb_until = null, external_id = null, issuer = null, subject = null, is_enabled = false
  where u.company_id = v_company;
  update public.roles r set name = r.id::text where r.company_id = v_company and not r.is_built_in;
  update public.message_access a set attribute = 'erased' where a.company_id = v_company and a.attribute is not null;
  delete from public.reactions r where r.company_id = v_company;
  delete from public.idempotency_keys k where k.company_id = v_company;
  delete from public.connection_tickets t where t.company_id = v_company;
  delete from public.pending_digests d where d.company_id = v_company;
  update public.broadcasts b set status = 'CANCELLED' where b.company_id = v_company and b.status = 'SCHEDULED';
  update public.guest_deliveries d set status = 'DROPPED', changed_at = clock_timestamp()
  where d.company_id = v_company and d.status = 'QUEUED';
  update public.guests g set external_id = null, name = null, phone = null, email = null, phone_hash = null,
    email_hash = null, words = '{}', time_zone = null, erased_at = coalesce(g.erased_at, now())
  where g.company_id = v_company;
  update public.inbound_messages i set phone_hash = null where i.company_id = v_company and i.phone_hash is not null;
  update public.sms_settings s set from_number = null, help_business = null, help_purpose = null, help_phone = null,
    help_email = null, help_website = null, help_disclaimer = null, stop_words = '{}', meta = null
  where s.company_id = v_company;
  delete from app.sms_numbers n where n.company_id = v_company;
  update public.companies c set name = 'Destroyed company', spam = null where c.id = v_company;
  perform app.record_audit('keys.destroyed', v_company);
end
$$;

revoke all on function app.erase_company from public, colloquy_app, colloquy_system;
grant execute on function app.erase_company to colloquy_system;

-- prisma/sql/guests/erase_guest.sql
-- Erases a guest: what they are called, what they wrote and what was noted about them. The row stays for what was sent, and
-- changes of consent stay with the keyed hash of the phone. Their queued deliveries are dropped. Returns the position of
-- the last event. Raises CQ404 for a guest who does not exist or is erased.
create or replace function app.erase_guest(p_company uuid, p_user uuid, p_guest uuid) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_phone bytea;
  v_dropped uuid[];
begin
  select g.phone_hash into v_phone from public.guests g where g.company_id = v_company and g.id = p_guest for no key update;
  update public.guests g set external_id = null, name = null, phone = null, email = null, phone_hash = null,
    email_hash = null, words = '{}', time_zone = null, needs_consent_review = false, erased_at = now()
  where g.company_id = v_company and g.id = p_guest and g.erased_at is null;
  if not found then
    raise exception using errcode = 'CQ404', message = 'There is no such guest.', column = 'guestId';
  end if;
  update public.consent_events e set words = null, note = null where e.company_id = v_company and e.guest_id = p_guest;
  update public.inbound_messages i set phone = null, phone_hash = null, body = null
  where i.company_id = v_company and i.guest_id = p_guest;
  -- From before the guest was known.
  update public.inbound_messages i set phone = null, phone_hash = null, body = null
  where i.company_id = v_company and i.phone_hash = v_phone and i.guest_id is null;
  with dropped as (
    update public.guest_deliveries d set status = 'DROPPED', changed_at = clock_timestamp()
    where d.company_id = v_company and d.guest_id = p_guest and d.status = 'QUEUED' returning d.id
  )
  select array_agg(d.id) into v_dropped from dropped d;
  perform app.record_audit('guest.erased', p_guest);
  perform app.append_guest_events('GUEST_DELIVERY', v_dropped);
  return app.append_guest_events('GUEST_CONSENT', array[p_guest]);
end
$$;

revoke all on function app.erase_guest from public, colloquy_app, colloquy_system;
grant execute on function app.erase_guest to colloquy_app;

-- prisma/sql/retention/blank_events.sql
-- Empties the events that tell of these messages, which are about to be deleted, and of their cases. The events keep their
-- positions, so that a company's stream has no gap and every cursor holds.
create or replace function app.blank_events(p_messages uuid[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
begin
  update public.events e set kind = 'PURGED', message_id = null, seq = null, actor_id = null, recipient_id = null,
    joined_ids = '{}', left_ids = '{}'
  where e.company_id = v_company and e.message_id = any (p_messages);
  update public.events e set kind = 'PURGED', case_id = null, actor_id = null
  where e.company_id = v_company and e.case_id = any (array(
    select c.id from public.moderation_cases c where c.company_id = v_company and c.message_id = any (p_messages)
  ));
end
$$;

revoke all on function app.blank_events from public, colloquy_app, colloquy_system;
grant execute on function app.blank_events to colloquy_system;

-- prisma/sql/retention/blank_guest_events.sql
-- Empties the events that tell of these deliveries or incoming messages, which are about to be deleted.
create or replace function app.blank_guest_events(p_about uuid[]) returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
  update public.events e set kind = 'PURGED', about = null, actor_id = null
  where e.company_id = app.bound_company() and e.about = any (p_about)
$$;

revoke all on function app.blank_guest_events from public, colloquy_app, colloquy_system;
grant execute on function app.blank_guest_events to colloquy_system;

-- prisma/sql/retention/conversations_with_old_receipts.sql
-- Returns conversations of the bound company with receipts up to a purged message, after this id.
create or replace function app.conversations_with_old_receipts(p_after uuid, p_max int) returns setof uuid
language sql stable set search_path = pg_catalog, pg_temp as $$
  select distinct g.conversation_id from public.message_gaps g
  where g.company_id = app.bound_company() and (p_after is null or g.conversation_id > p_after) and exists (
    select from public.receipts r
    where r.company_id = g.company_id and r.conversation_id = g.conversation_id and r.up_to_seq between g.from_seq and g.to_seq
  )
  order by g.conversation_id limit p_max
$$;

revoke all on function app.conversations_with_old_receipts from public, colloquy_app, colloquy_system;
grant execute on function app.conversations_with_old_receipts to colloquy_system;

-- prisma/sql/retention/detach_replies.sql
-- Takes replies, at most p_max, off these messages, which are about to be deleted. They keep their depth. Returns the messages
-- that have no reply left but among themselves, and the number of replies: one that somebody else holds is not waited for.
create or replace function app.detach_replies(p_messages uuid[], p_max int, out free uuid[], out detached int)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_kept uuid[];
begin
  with loose as (
    select r.id from public.messages r
    where r.company_id = v_company and r.parent_id = any (p_messages) and r.id <> all (p_messages)
    limit p_max for no key update skip locked
  )
  update public.messages r set parent_id = null from loose l where r.company_id = v_company and r.id = l.id;
  get diagnostics detached = row_count;
  free := p_messages;
  loop
    v_kept := array(
      select r.parent_id from public.messages r
      where r.company_id = v_company and r.parent_id = any (free) and r.id <> all (free)
    );
    exit when v_kept = '{}';
    -- One that is kept may be a reply to another.
    free := array(select m.id from unnest(free) m (id) where m.id <> all (v_kept));
  end loop;
end
$$;

revoke all on function app.detach_replies from public, colloquy_app, colloquy_system;
grant execute on function app.detach_replies to colloquy_system;

-- prisma/sql/retention/due_conversations.sql
-- Returns the next p_max conversations of the bound company after this id, and whether they have messages past their retention.
-- Messages of a conversation are in the order of their times, so its first one tells; those without a number are few.
create or replace function app.due_conversations(p_end timestamptz, p_after uuid, p_max int)
returns table (id uuid, is_due boolean)
language sql stable set search_path = pg_catalog, pg_temp as $$
  select c.id, coalesce(f.created_at < p_end, false) or exists (
    select from public.messages m
    where m.company_id = c.company_id and m.conversation_id = c.id and m.seq is null and m.created_at < p_end
  )
  from (
    select c.company_id, c.id from public.conversations c
    where c.company_id = app.bound_company() and (p_after is null or c.id > p_after) order by c.id limit p_max
  ) c
  left join lateral (
    select m.created_at from public.messages m
    where m.company_id = c.company_id and m.conversation_id = c.id and m.seq is not null order by m.seq limit 1
  ) f on true
  order by c.id
$$;

revoke all on function app.due_conversations from public, colloquy_app, colloquy_system;
grant execute on function app.due_conversations to colloquy_system;

-- prisma/sql/retention/lock_purge.sql
-- Waits for its turn to purge the bound company: slices run one after another, whichever process runs them.
create or replace function app.lock_purge() returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
  select pg_advisory_xact_lock(hashtextextended('purge ' || app.bound_company(), 0))
$$;

revoke all on function app.lock_purge from public, colloquy_app, colloquy_system;
grant execute on function app.lock_purge to colloquy_system;

-- prisma/sql/retention/purge_broadcasts.sql
-- Deletes at most p_max broadcasts past their retention that were cancelled: those that were sent go with their messages. Returns
-- their number.
create or replace function app.purge_broadcasts(p_default_days int, p_max int) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_end timestamptz;
  v_count int;
begin
  perform app.lock_purge();
  v_end := app.retention_end(p_default_days);
  delete from public.broadcasts b where b.company_id = v_company and b.id = any (array(
    select o.id from public.broadcasts o
    where o.company_id = v_company and o.listed_at < v_end and o.status = 'CANCELLED'
    order by o.listed_at limit p_max for update skip locked
  ));
  get diagnostics v_count = row_count;
  if v_count > 0 then
    perform app.record_audit('broadcasts.purged', p_detail => jsonb_build_object('count', v_count));
  end if;
  return v_count;
end
$$;

revoke all on function app.purge_broadcasts from public, colloquy_app, colloquy_system;
grant execute on function app.purge_broadcasts to colloquy_system;

-- prisma/sql/retention/purge_guest_messages.sql
-- Deletes at most p_max messages to guests past their retention, with their deliveries and idempotency keys. One that is still
-- being sent is kept. Returns their number.
create or replace function app.purge_guest_messages(p_default_days int, p_max int) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_end timestamptz;
  v_due uuid[];
  v_count int;
begin
  perform app.lock_purge();
  v_end := app.retention_end(p_default_days);
  v_due := array(
    select m.id from public.guest_messages m
    where m.company_id = v_company and m.created_at < v_end and (m.is_expanded or m.cancelled_at is not null)
      and not exists (
        select from public.guest_deliveries d
        where d.company_id = v_company and d.guest_message_id = m.id and d.status in ('QUEUED', 'SENDING')
      )
    order by m.created_at limit p_max for update skip locked
  );
  if v_due = '{}' then
    return 0;
  end if;
  perform app.blank_guest_events(array(
    select d.id from public.guest_deliveries d where d.company_id = v_company and d.guest_message_id = any (v_due)
  ));
  delete from public.guest_messages m where m.company_id = v_company and m.id = any (v_due);
  get diagnostics v_count = row_count;
  perform app.record_audit('guest_messages.purged', p_detail => jsonb_build_object('count', v_count));
  return v_count;
end
$$;

revoke all on function app.purge_guest_messages from public, colloquy_app, colloquy_system;
grant execute on function app.purge_guest_messages to colloquy_system;

-- prisma/sql/retention/purge_inbound_messages.sql
-- Deletes at most p_max SMS past their retention that came in. Answers to them stay for their own time. Returns their number.
create or replace function app.purge_inbound_messages(p_default_days int, p_max int) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_end timestamptz;
  v_due uuid[];
  v_count int;
begin
  perform app.lock_purge();
  v_end := app.retention_end(p_default_days);
  v_due := array(
    select i.id from public.inbound_messages i where i.company_id = v_company and i.received_at < v_end
    order by i.received_at limit p_max for update skip locked
  );
  if v_due = '{}' then
    return 0;
  end if;
  update public.guest_messages m set in_reply_to_id = null where m.company_id = v_company and m.in_reply_to_id = any (v_due);
  perform app.blank_guest_events(v_due);
  delete from public.inbound_messages i where i.company_id = v_company and i.id = any (v_due);
  get diagnostics v_count = row_count;
  perform app.record_audit('inbound_messages.purged', p_detail => jsonb_build_object('count', v_count));
  return v_count;
end
$$;

revoke all on function app.purge_inbound_messages from public, colloquy_app, colloquy_system;
grant execute on function app.purge_inbound_messages to colloquy_system;

-- prisma/sql/retention/purge_messages.sql
-- Deletes the messages past their retention among the next p_max of a conversation, from the one after number p_after on, with
-- all that depends on them: texts and earlier texts, words, mentions, reactions, rules, hides, cases, reports, idempotency keys,
-- and for a broadcast the broadcast. Those without a number go with the first slice. The transaction leaves a gap for them, so
-- that unread counts agree at any time. Returns their number, and the number to go on after, null at the end. Messages that
-- somebody else holds are left for the next night.
-- Sends wait for the lock of the conversation, so slices are small. It is taken first, as sending does.
create or replace function app.purge_messages(
  p_conversation uuid, p_default_days int, p_after int, p_max int, out purged int, out next_after int
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  c_max_replies constant int := 300;
  v_company uuid := app.bound_company();
  v_end timestamptz;
  v_due uuid[];
  v_detached int;
  v_seqs int[];
begin
  purged := 0;
  perform app.lock_purge();
  -- Under the lock: the company may have changed its setting meanwhile.
  v_end := app.retention_end(p_default_days);
  select case when count(*) = p_max and bool_and(w.created_at < v_end) then max(w.seq) end into next_after from (
    select m.seq, m.created_at from public.messages m
    where m.company_id = v_company and m.conversation_id = p_conversation and m.seq > p_after order by m.seq limit p_max
  ) w;
  perform from public.conversations c where c.company_id = v_company and c.id = p_conversation for no key update;
  v_due := array(
    select m.id from public.messages m
    where m.company_id = v_company and m.conversation_id = p_conversation and m.seq > p_after
      and (next_after is null or m.seq <= next_after) and m.created_at < v_end
    order by m.seq limit p_max for update skip locked
  ) || array(
    select m.id from public.messages m
    where p_after = 0 and m.company_id = v_company and m.conversation_id = p_conversation and m.seq is null
      and m.created_at < v_end
    limit p_max for update skip locked
  );
  if v_due = '{}' then
    return;
  end if;
  select d.free, d.detached into v_due, v_detached from app.detach_replies(v_due, c_max_replies) d;
  if v_detached = c_max_replies then
    -- A message of many replies loses them slice by slice.
    next_after := p_after;
  end if;
  perform app.blank_events(v_due);
  delete from public.broadcasts b where b.company_id = v_company and b.id = any (v_due);
  with gone as (
    delete from public.messages m where m.company_id = v_company and m.id = any (v_due) returning m.seq
  )
  select count(*), array_agg(g.seq order by g.seq) filter (where g.seq is not null) into purged, v_seqs from gone g;
  if purged = 0 then
    return;
  end if;
  perform app.add_message_gap(p_conversation, r.first, r.last) from (
    select min(s.seq) as first, max(s.seq) as last from unnest(v_seqs) with ordinality s (seq, at) group by s.seq - s.at
  ) r;
  perform app.record_audit('messages.purged', p_conversation, p_conversation,
    jsonb_build_object('count', purged, 'fromSeq', v_seqs[1], 'toSeq', v_seqs[cardinality(v_seqs)]));
end
$$;

revoke all on function app.purge_messages from public, colloquy_app, colloquy_system;
grant execute on function app.purge_messages to colloquy_system;

-- prisma/sql/retention/purge_receipts.sql
-- Deletes at most p_max receipts of a conversation that tell of purged messages alone: none that is stored lies between a
-- receipt and the one before it. Returns their number.
create or replace function app.purge_receipts(p_conversation uuid, p_max int) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_count int;
begin
  perform app.lock_purge();
  delete from public.receipts r where r.ctid = any (array(
    select r.ctid from public.message_gaps g
    join public.receipts r on r.company_id = g.company_id and r.conversation_id = g.conversation_id
      and r.up_to_seq between g.from_seq and g.to_seq
    where g.company_id = v_company and g.conversation_id = p_conversation and not exists (
      select from public.messages m
      where m.company_id = v_company and m.conversation_id = p_conversation and m.seq < r.up_to_seq and m.seq > coalesce((
        select max(b.up_to_seq) from public.receipts b
        where b.company_id = v_company and b.conversation_id = p_conversation and b.user_id = r.user_id
          and b.status = r.status and b.up_to_seq < r.up_to_seq
      ), 0)
    )
    limit p_max
  ));
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

revoke all on function app.purge_receipts from public, colloquy_app, colloquy_system;
grant execute on function app.purge_receipts to colloquy_system;

-- prisma/sql/retention/retention_end.sql
-- Returns the time before which messages of the bound company are past their retention, null if they are kept without a limit. It is
-- a midnight in UTC, so that it moves once a day. p_default_days holds where the company has set nothing; 0 means no limit.
create or replace function app.retention_end(p_default_days int) returns timestamptz
language sql stable set search_path = pg_catalog, pg_temp as $$
  select date_trunc('day', now(), 'UTC') - make_interval(hours => 24 * coalesce(c.retention_days, p_default_days))
  from public.companies c
  where c.id = app.bound_company() and coalesce(c.retention_days, p_default_days) > 0
$$;

revoke all on function app.retention_end from public, colloquy_app, colloquy_system;
grant execute on function app.retention_end to colloquy_system;

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

-- prisma/sql/sms/take_inbound.sql
-- Takes an incoming SMS, once for each id of the provider. `p_word` is STOP, START, YES, HELP or REVIEW, or null. Each part is a
-- company that is concerned: the first one receives the message, and a STOP or START is the consent of its guest in all of them.
-- A START subscribes a guest about whom nothing is known in the first company alone. A STOP or START
-- of a phone that is no guest's is kept under its hash, for a later import. All is one transaction: a STOP that is answered is kept, and drops what is queued. Returns the word to answer, null for none,
-- the company that answers, and each company's position. A repeated message is answered as it was, and changes nothing.
create or replace function app.take_inbound(
  p_sid text, p_contact bytea, p_word text, p_parts jsonb, out reply text, out reply_company uuid, out positions jsonb,
  out replayed boolean
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_part record;
  v_guest public.guests;
  v_position bigint;
  v_is_new boolean := false;
  v_main uuid := (p_parts -> 0 ->> 'companyId')::uuid;
begin
  positions := '{}';
  -- Claims try this lock, and leave a contact alone while somebody holds it.
  perform pg_advisory_xact_lock(hashtextextended('sms ' || encode(p_contact, 'hex'), 0));
  select s.reply, s.company_id into reply, reply_company from app.sms_seen s where s.provider_sid = p_sid;
  replayed := found;
  if replayed then
    return;
  end if;
  if p_word = 'STOP' then
    insert into app.sms_stops (contact_hash) values (p_contact) on conflict do nothing;
    v_is_new := found;
  elsif p_word in ('START', 'YES') then
    delete from app.sms_stops s where s.contact_hash = p_contact;
    v_is_new := found;
  end if;
  for v_part in
    select * from jsonb_to_recordset(p_parts) p (
      "companyId" uuid, "phoneHash" text, "inboundId" uuid, phone text, body text, "receivedOn" text, "eventId" uuid, words text
    ) order by p."companyId"
  loop
    perform set_config('app.company_id', v_part."companyId"::text, true);
    select g.* into v_guest from public.guests g
    where g.company_id = v_part."companyId" and g.phone_hash = decode(v_part."phoneHash", 'hex') for no key update;
    if v_guest.id is null and p_word in ('STOP', 'START', 'YES') then
      -- The lock of imports: one that is under way may be making this guest.
      perform pg_advisory_xact_lock(hashtextextended('guests ' || v_part."companyId", 0));
      select g.* into v_guest from public.guests g
      where g.company_id = v_part."companyId" and g.phone_hash = decode(v_part."phoneHash", 'hex') for no key update;
      if v_guest.id is null and (p_word = 'STOP' or 'OPTED_OUT' = (
        select e.state from public.consent_events e
        where e.company_id = v_part."companyId" and e.phone_hash = decode(v_part."phoneHash", 'hex')
        order by e.phone_hash desc, e.id desc limit 1
      )) then
        insert into public.consent_events (company_id, id, phone_hash, state, source, words)
        values (v_part."companyId", v_part."eventId", decode(v_part."phoneHash", 'hex'),
          case p_word when 'STOP' then 'OPTED_OUT' else 'SUBSCRIBED' end, 'KEYWORD', decode(v_part.words, 'hex'));
      end if;
    end if;
    v_position := null;
    if v_part."companyId" = v_main then
      insert into public.inbound_messages (company_id, id, guest_id, phone, phone_hash, body, received_on, provider_sid)
      values (v_main, v_part."inboundId", v_guest.id, decode(v_part.phone, 'hex'), decode(v_part."phoneHash", 'hex'),
        decode(v_part.body, 'hex'), v_part."receivedOn", p_sid);
    end if;
    if v_guest.id is not null and (p_word = 'STOP'
      or v_guest.consent = 'OPTED_OUT' and p_word in ('START', 'YES')
      or v_guest.consent = 'UNKNOWN' and p_word = 'START' and v_part."companyId" = v_main)
    then
      v_is_new := v_is_new or v_guest.consent <> case p_word when 'STOP' then 'OPTED_OUT' else 'SUBSCRIBED' end;
      v_position := app.change_consent(v_part."eventId", v_guest.id,
        case p_word when 'STOP' then 'OPTED_OUT' else 'SUBSCRIBED' end, 'KEYWORD', decode(v_part.words, 'hex'), null);
    elsif p_word = 'REVIEW' and v_guest.consent <> 'OPTED_OUT' and v_part."companyId" = v_main then
      update public.guests g set needs_consent_review = true where g.company_id = v_main and g.id = v_guest.id;
      v_position := app.append_guest_events('GUEST_CONSENT', array[v_guest.id]);
    end if;
    if v_part."companyId" = v_main then
      v_position := app.append_guest_events('GUEST_INBOUND', array[v_part."inboundId"]);
    end if;
    if v_position is not null then
      positions := positions || jsonb_build_object(v_part."companyId", v_position);
    end if;
  end loop;
  reply := case when p_word = 'HELP' then 'HELP' when v_is_new and p_word = 'STOP' then 'STOP'
    when v_is_new and p_word in ('START', 'YES') then 'START' end;
  reply_company := v_main;
  insert into app.sms_seen (provider_sid, reply, company_id) values (p_sid, reply, v_main);
end
$$;

revoke all on function app.take_inbound from public, colloquy_app, colloquy_system;
grant execute on function app.take_inbound to colloquy_system;

-- prisma/sql/broadcasts/broadcasts.sql
-- A broadcast. Once sent it is message 1 of its own conversation, and all three have the same id. Its texts are
-- encrypted for that message from the start, so that a scheduled broadcast is sent by copying ciphertext, without a
-- key.

alter table public.broadcasts enable row level security;
alter table public.broadcasts force row level security;

drop policy if exists broadcasts_system on public.broadcasts;
create policy broadcasts_system on public.broadcasts to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists broadcasts_tenant on public.broadcasts;
create policy broadcasts_tenant on public.broadcasts to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.broadcasts from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.broadcasts to colloquy_app;
grant delete, select, update (status) on table public.broadcasts to colloquy_system;

-- prisma/sql/events/events.sql
alter table public.events enable row level security;
alter table public.events force row level security;

drop policy if exists events_sending on public.events;
create policy events_sending on public.events for insert to current_user
  with check (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null);

drop policy if exists events_system on public.events;
create policy events_system on public.events to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists events_tenant on public.events;
create policy events_tenant on public.events to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger events_oldest_first after delete on public.events
  referencing old table as deleted
  for each statement execute function app.require_oldest_events();

revoke all on table public.events from public, colloquy_app, colloquy_system;
grant insert, select on table public.events to colloquy_app;
grant delete, insert, select, update (kind, message_id, seq, actor_id, recipient_id, joined_ids, left_ids, case_id, about)
  on table public.events to colloquy_system;

-- prisma/sql/messages/messages.sql
alter table public.messages enable row level security;
alter table public.messages force row level security;

drop policy if exists messages_sending on public.messages;
create policy messages_sending on public.messages to current_user
  using (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null)
  with check (array_position((select nullif(current_setting('app.senders', true), '')::bytea[]), uuid_send(company_id) || uuid_send(author_id)) is not null);

drop policy if exists messages_system on public.messages;
create policy messages_system on public.messages to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists messages_tenant on public.messages;
create policy messages_tenant on public.messages to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.messages from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.messages to colloquy_app;
grant delete, select, update (parent_id) on table public.messages to colloquy_system;

-- prisma/sql/messages/receipts.sql
alter table public.receipts enable row level security;
alter table public.receipts force row level security;

drop policy if exists receipts_system on public.receipts;
create policy receipts_system on public.receipts to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists receipts_tenant on public.receipts;
create policy receipts_tenant on public.receipts to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.receipts from public, colloquy_app, colloquy_system;
grant insert, select on table public.receipts to colloquy_app;
grant delete, select on table public.receipts to colloquy_system;

-- prisma/sql/sms/guest_messages.sql
alter table public.guest_messages enable row level security;
alter table public.guest_messages force row level security;

drop policy if exists guest_messages_system on public.guest_messages;
create policy guest_messages_system on public.guest_messages to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists guest_messages_tenant on public.guest_messages;
create policy guest_messages_tenant on public.guest_messages to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.guest_messages from public, colloquy_app, colloquy_system;
grant insert, select, update (cancelled_at, recipient_count) on table public.guest_messages to colloquy_app;
grant delete, select, update (expanded_to, is_expanded, recipient_count, in_reply_to_id) on table public.guest_messages to colloquy_system;

-- prisma/sql/sms/inbound_messages.sql
alter table public.inbound_messages enable row level security;
alter table public.inbound_messages force row level security;

drop policy if exists inbound_messages_system on public.inbound_messages;
create policy inbound_messages_system on public.inbound_messages to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists inbound_messages_tenant on public.inbound_messages;
create policy inbound_messages_tenant on public.inbound_messages to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.inbound_messages from public, colloquy_app, colloquy_system;
grant select, update (phone, phone_hash, body) on table public.inbound_messages to colloquy_app;
grant delete, insert, select, update (phone_hash) on table public.inbound_messages to colloquy_system;

-- prisma/sql/sms/sms_seen.sql
-- Incoming messages that were taken, by the provider's id, so that a repeated webhook has no effect. The reply is the word
-- that was answered, and is answered again.
create table if not exists app.sms_seen (
  provider_sid text not null,
  reply text,
  company_id uuid,
  seen_at timestamptz(3) not null default now(),
  constraint sms_seen_pkey primary key (provider_sid)
);
create index if not exists sms_seen_age_idx on app.sms_seen (seen_at);

revoke all on table app.sms_seen from public, colloquy_app, colloquy_system;
grant delete, insert, select on table app.sms_seen to colloquy_system;

-- prisma/sql/sms/unmatched_inbound.sql
-- Incoming messages that belong to no company. They wait outside of all tenants, encrypted under the deployment's key.
create table if not exists app.unmatched_inbound (
  id uuid not null,
  received_on text not null,
  received_at timestamptz(3) not null default now(),
  sealed bytea not null,
  constraint unmatched_inbound_pkey primary key (id)
);
create index if not exists unmatched_inbound_age_idx on app.unmatched_inbound (received_at);

revoke all on table app.unmatched_inbound from public, colloquy_app, colloquy_system;
grant delete, insert, select on table app.unmatched_inbound to colloquy_system;
