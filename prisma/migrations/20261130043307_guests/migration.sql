-- Adding foreign keys reads these tables, which row security refuses their owner.
alter table public.companies no force row level security;
alter table public.users no force row level security;
alter table public.idempotency_keys no force row level security;

-- AlterTable
ALTER TABLE "events" ADD COLUMN     "about" UUID;

-- AlterTable
ALTER TABLE "idempotency_keys" ADD COLUMN     "guest_message_id" UUID;

-- CreateTable
CREATE TABLE "guests" (
    "company_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "external_id" TEXT,
    "name" BYTEA,
    "phone" BYTEA,
    "email" BYTEA,
    "phone_hash" BYTEA,
    "email_hash" BYTEA,
    "words" BIGINT[] DEFAULT ARRAY[]::BIGINT[],
    "time_zone" TEXT,
    "consent" TEXT NOT NULL DEFAULT 'UNKNOWN',
    "needs_consent_review" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "erased_at" TIMESTAMPTZ(3),

    CONSTRAINT "guests_pkey" PRIMARY KEY ("company_id","id")
);

-- CreateTable
CREATE TABLE "guest_messages" (
    "company_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "author_id" UUID NOT NULL,
    "body" BYTEA NOT NULL,
    "from_number" TEXT,
    "encoding" TEXT NOT NULL,
    "segments" INTEGER NOT NULL,
    "local_time" TEXT,
    "time_zone" TEXT,
    "scheduled_for" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "cancelled_at" TIMESTAMPTZ(3),
    "expanded_to" UUID,
    "is_expanded" BOOLEAN NOT NULL DEFAULT true,
    "recipient_count" INTEGER NOT NULL DEFAULT 0,
    "in_reply_to_id" UUID,

    CONSTRAINT "guest_messages_pkey" PRIMARY KEY ("company_id","id")
);

-- CreateTable
CREATE TABLE "guest_deliveries" (
    "company_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "guest_message_id" UUID NOT NULL,
    "guest_id" UUID NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'QUEUED',
    "provider_code" TEXT,
    "provider_sid" TEXT,
    "segments" INTEGER NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "claimed_at" TIMESTAMPTZ(3),
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "guest_deliveries_pkey" PRIMARY KEY ("company_id","id")
);

-- CreateTable
CREATE TABLE "consent_events" (
    "company_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "guest_id" UUID NOT NULL,
    "phone_hash" BYTEA,
    "state" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "words" BYTEA,
    "note" BYTEA,
    "recorded_by_id" UUID,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "consent_events_pkey" PRIMARY KEY ("company_id","id")
);

-- CreateTable
CREATE TABLE "inbound_messages" (
    "company_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "guest_id" UUID,
    "phone" BYTEA,
    "body" BYTEA,
    "received_on" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "provider_sid" TEXT NOT NULL,

    CONSTRAINT "inbound_messages_pkey" PRIMARY KEY ("company_id","id")
);

-- CreateTable
CREATE TABLE "sms_settings" (
    "company_id" UUID NOT NULL,
    "from_number" TEXT,
    "help_business" TEXT,
    "help_purpose" TEXT,
    "help_phone" TEXT,
    "help_email" TEXT,
    "help_website" TEXT,
    "help_disclaimer" TEXT,
    "time_zone" TEXT,
    "quiet_from" TEXT DEFAULT '21:00',
    "quiet_to" TEXT DEFAULT '08:00',
    "batch_size" INTEGER NOT NULL DEFAULT 60,
    "batch_seconds" INTEGER NOT NULL DEFAULT 60,
    "monthly_cap" INTEGER,
    "keyword_replies" TEXT,
    "stop_words" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "meta" JSONB,

    CONSTRAINT "sms_settings_pkey" PRIMARY KEY ("company_id")
);

-- CreateTable
CREATE TABLE "sms_pace" (
    "company_id" UUID NOT NULL,
    "batch_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "batch_count" INTEGER NOT NULL DEFAULT 0,
    "rate" DOUBLE PRECISION NOT NULL DEFAULT 1,
    "month" TEXT NOT NULL DEFAULT '',
    "month_count" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "sms_pace_pkey" PRIMARY KEY ("company_id")
);

-- CreateIndex
CREATE INDEX "guests_company_id_email_hash_idx" ON "guests"("company_id", "email_hash");

-- CreateIndex
CREATE INDEX "guests_words_idx" ON "guests" USING GIN ("words");

-- CreateIndex
CREATE UNIQUE INDEX "guests_company_id_external_id_key" ON "guests"("company_id", "external_id");

-- CreateIndex
CREATE UNIQUE INDEX "guests_company_id_phone_hash_key" ON "guests"("company_id", "phone_hash");

-- CreateIndex
CREATE INDEX "guest_messages_company_id_created_at_id_idx" ON "guest_messages"("company_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "guest_deliveries_company_id_guest_message_id_status_id_idx" ON "guest_deliveries"("company_id", "guest_message_id", "status", "id");

-- CreateIndex
CREATE INDEX "guest_deliveries_company_id_guest_id_id_idx" ON "guest_deliveries"("company_id", "guest_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "guest_deliveries_company_id_guest_message_id_guest_id_key" ON "guest_deliveries"("company_id", "guest_message_id", "guest_id");

-- CreateIndex
CREATE INDEX "consent_events_company_id_guest_id_id_idx" ON "consent_events"("company_id", "guest_id", "id");

-- CreateIndex
CREATE INDEX "consent_events_company_id_phone_hash_id_idx" ON "consent_events"("company_id", "phone_hash", "id");

-- CreateIndex
CREATE INDEX "inbound_messages_company_id_guest_id_id_idx" ON "inbound_messages"("company_id", "guest_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "inbound_messages_company_id_provider_sid_key" ON "inbound_messages"("company_id", "provider_sid");

-- AddForeignKey
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_company_id_guest_message_id_fkey" FOREIGN KEY ("company_id", "guest_message_id") REFERENCES "guest_messages"("company_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "guests" ADD CONSTRAINT "guests_company_id_fkey" FOREIGN KEY ("company_id") REFERENCES "companies"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "guest_messages" ADD CONSTRAINT "guest_messages_company_id_fkey" FOREIGN KEY ("company_id") REFERENCES "companies"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "guest_messages" ADD CONSTRAINT "guest_messages_company_id_author_id_fkey" FOREIGN KEY ("company_id", "author_id") REFERENCES "users"("company_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "guest_messages" ADD CONSTRAINT "guest_messages_company_id_in_reply_to_id_fkey" FOREIGN KEY ("company_id", "in_reply_to_id") REFERENCES "inbound_messages"("company_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "guest_deliveries" ADD CONSTRAINT "guest_deliveries_company_id_guest_message_id_fkey" FOREIGN KEY ("company_id", "guest_message_id") REFERENCES "guest_messages"("company_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "guest_deliveries" ADD CONSTRAINT "guest_deliveries_company_id_guest_id_fkey" FOREIGN KEY ("company_id", "guest_id") REFERENCES "guests"("company_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consent_events" ADD CONSTRAINT "consent_events_company_id_guest_id_fkey" FOREIGN KEY ("company_id", "guest_id") REFERENCES "guests"("company_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consent_events" ADD CONSTRAINT "consent_events_company_id_recorded_by_id_fkey" FOREIGN KEY ("company_id", "recorded_by_id") REFERENCES "users"("company_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "inbound_messages" ADD CONSTRAINT "inbound_messages_company_id_fkey" FOREIGN KEY ("company_id") REFERENCES "companies"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "inbound_messages" ADD CONSTRAINT "inbound_messages_company_id_guest_id_fkey" FOREIGN KEY ("company_id", "guest_id") REFERENCES "guests"("company_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "sms_settings" ADD CONSTRAINT "sms_settings_company_id_fkey" FOREIGN KEY ("company_id") REFERENCES "companies"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sms_pace" ADD CONSTRAINT "sms_pace_company_id_fkey" FOREIGN KEY ("company_id") REFERENCES "companies"("id") ON DELETE CASCADE ON UPDATE CASCADE;

alter table public.companies force row level security;
alter table public.users force row level security;
alter table public.idempotency_keys force row level security;

-- By hand: checks, indexes that Prisma does not know, and the new kinds of events.
alter table public.events drop constraint events_kind_check, add constraint events_kind_check check (kind = any (array[
  'MESSAGE_SENT', 'MESSAGE_EDITED', 'MESSAGE_RETRACTED', 'MESSAGE_HIDDEN', 'REACTIONS_CHANGED', 'READ', 'READ_REMINDER',
  'DELIVERED', 'PARTICIPANTS_CHANGED', 'CONVERSATION_CHANGED', 'CONVERSATION_HIDDEN', 'MUTE_CHANGED', 'ACCESS_CHANGED',
  'BROADCAST_SENT', 'BROADCAST_REMINDED', 'MESSAGE_ACCESS_CHANGED', 'HELD_MESSAGE_DECIDED', 'MODERATION_CASE_OPENED',
  'MODERATION_CASE_DECIDED', 'AUDITED', 'GUEST_INBOUND', 'GUEST_DELIVERY', 'GUEST_CONSENT'
]));
alter table public.events add constraint events_about_check check ((about is not null) = starts_with(kind, 'GUEST_'));
alter table public.idempotency_keys drop constraint idempotency_keys_result_check,
  add constraint idempotency_keys_result_check check (num_nonnulls(message_id, broadcast_id, guest_message_id) = 1);
alter table public.guests
  add constraint guests_consent_check check (consent in ('UNKNOWN', 'SUBSCRIBED', 'OPTED_OUT')),
  add constraint guests_named_check check (erased_at is not null or external_id is not null or phone is not null);
alter table public.consent_events
  add constraint consent_events_state_check check (state in ('UNKNOWN', 'SUBSCRIBED', 'OPTED_OUT')),
  add constraint consent_events_source_check check (source in ('KEYWORD', 'STAFF', 'IMPORT', 'PROVIDER'));
alter table public.guest_deliveries
  add constraint guest_deliveries_status_check check (status in (
    'QUEUED', 'SENDING', 'SENT', 'DELIVERED', 'UNDELIVERED', 'FAILED', 'DROPPED', 'CANCELLED', 'UNCERTAIN'
  )),
  add constraint guest_deliveries_segments_check check (segments between 1 and 100);
alter table public.guest_messages
  add constraint guest_messages_encoding_check check (encoding in ('GSM7', 'UCS2')),
  add constraint guest_messages_schedule_check check (
    (local_time is null) = (time_zone is null) and (local_time is null) = (scheduled_for is null)
  );
alter table public.sms_settings
  add constraint sms_settings_replies_check check (keyword_replies in ('PROVIDER', 'COLLOQUY')),
  add constraint sms_settings_quiet_check check ((quiet_from is null) = (quiet_to is null)),
  add constraint sms_settings_pace_check check (batch_size between 1 and 1000 and batch_seconds between 1 and 3600 and monthly_cap >= 0);
alter table public.sms_pace add constraint sms_pace_rate_check check (rate > 0 and rate <= 1);
create index guest_deliveries_due_idx on public.guest_deliveries (company_id, due_at, id) where status = 'QUEUED';
create index guest_deliveries_sending_idx on public.guest_deliveries (company_id, claimed_at) where status = 'SENDING';

set local check_function_bodies = off;
set local row_security = on;

-- prisma/sql/guests/append_guest_events.sql
-- Appends an event of the bound company about each of these guests, deliveries or inbound messages, and returns the
-- position of the last one, null if there is none. It is taken as the last lock of a transaction. Unlike app.append_event it
-- does not ask whether the company is open: a guest who says STOP is heard also while messaging is off.
create or replace function app.append_guest_events(p_kind text, p_about uuid[]) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_count int := coalesce(cardinality(p_about), 0);
  v_company uuid;
  v_position bigint;
begin
  if v_count = 0 then
    return null;
  end if;
  update public.company_streams s set position = s.position + v_count
  where s.company_id = app.bound_company() returning s.company_id, s.position into v_company, v_position;
  if v_company is null or app.bound_user() is not null and app.verified_company() is null then
    raise exception using errcode = 'CQ401', message = 'You have no active membership in this company.';
  end if;
  insert into public.events (company_id, position, kind, actor_id, about, permission)
  select v_company, v_position - v_count + a.at, p_kind, app.bound_user(), a.id, 'GUEST_MESSAGE'
  from unnest(p_about) with ordinality a (id, at);
  return v_position;
end
$$;

revoke all on function app.append_guest_events from public, colloquy_app, colloquy_system;
grant execute on function app.append_guest_events to colloquy_app, colloquy_system;

-- prisma/sql/guests/change_consent.sql
-- Changes a guest's consent, keeps the change for good, and drops what is queued for a guest who opts out, all in one
-- transaction. It locks the guest's row, as claiming a delivery does, so that nothing is claimed after an opt-out. Returns
-- the position of the last event, null if nothing changed. Raises CQ404 for a guest who does not exist or is erased.
create or replace function app.change_consent(
  p_event uuid, p_guest uuid, p_state text, p_source text, p_words bytea, p_note bytea
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_guest public.guests;
  v_dropped uuid[];
begin
  select g.* into v_guest from public.guests g
  where g.company_id = v_company and g.id = p_guest and g.erased_at is null for no key update;
  if v_guest.id is null then
    raise exception using errcode = 'CQ404', message = 'There is no such guest.', column = 'guestId';
  end if;
  if v_guest.consent = p_state and not v_guest.needs_consent_review and p_source <> 'STAFF' then
    return null;
  end if;
  update public.guests g set consent = p_state, needs_consent_review = false
  where g.company_id = v_company and g.id = p_guest;
  insert into public.consent_events (company_id, id, guest_id, phone_hash, state, source, words, note, recorded_by_id)
  values (v_company, p_event, p_guest, v_guest.phone_hash, p_state, p_source, p_words, p_note, app.bound_user());
  if p_state = 'OPTED_OUT' then
    with dropped as (
      update public.guest_deliveries d set status = 'DROPPED', changed_at = clock_timestamp()
      where d.company_id = v_company and d.guest_id = p_guest and d.status = 'QUEUED' returning d.id
    )
    select array_agg(d.id) into v_dropped from dropped d;
    perform app.append_guest_events('GUEST_DELIVERY', v_dropped);
  end if;
  return app.append_guest_events('GUEST_CONSENT', array[p_guest]);
end
$$;

revoke all on function app.change_consent from public, colloquy_app, colloquy_system;
grant execute on function app.change_consent to colloquy_app, colloquy_system;

-- prisma/sql/guests/erase_guest.sql
-- Erases a guest: what they are called, what they wrote and what was noted about them. The row stays for what was sent, and
-- changes of consent stay with the keyed hash of the phone. Their queued deliveries are dropped. Returns the position of
-- the last event. Raises CQ404 for a guest who does not exist or is erased.
create or replace function app.erase_guest(p_company uuid, p_user uuid, p_guest uuid) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_dropped uuid[];
begin
  update public.guests g set external_id = null, name = null, phone = null, email = null, phone_hash = null,
    email_hash = null, words = '{}', time_zone = null, needs_consent_review = false, erased_at = now()
  where g.company_id = v_company and g.id = p_guest and g.erased_at is null;
  if not found then
    raise exception using errcode = 'CQ404', message = 'There is no such guest.', column = 'guestId';
  end if;
  update public.consent_events e set words = null, note = null where e.company_id = v_company and e.guest_id = p_guest;
  update public.inbound_messages i set phone = null, body = null where i.company_id = v_company and i.guest_id = p_guest;
  with dropped as (
    update public.guest_deliveries d set status = 'DROPPED', changed_at = clock_timestamp()
    where d.company_id = v_company and d.guest_id = p_guest and d.status = 'QUEUED' returning d.id
  )
  select array_agg(d.id) into v_dropped from dropped d;
  perform app.append_guest_events('GUEST_DELIVERY', v_dropped);
  return app.append_guest_events('GUEST_CONSENT', array[p_guest]);
end
$$;

revoke all on function app.erase_guest from public, colloquy_app, colloquy_system;
grant execute on function app.erase_guest to colloquy_app;

-- prisma/sql/guests/guests_with_words.sql
-- Returns the ids of the company's guests, latest first, who have all of these words. Runs as the owner: array operators
-- are not leakproof, so under a policy they cannot use the index. Words are hashed with the company's key; the additional
-- condition on the company cannot use an index, because scanning all its rows would be slower.
create or replace function app.guests_with_words(p_words bigint[], p_consent text, p_before uuid, p_max int)
returns setof uuid
language plpgsql stable security definer rows 100
set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.current_company();
begin
  if v_company is null or cardinality(p_words) = 0 then
    return;
  end if;
  return query
    with holding as materialized (
      select g.id, g.consent, g.erased_at from public.guests g
      where g.words @> p_words and g.company_id is not distinct from v_company
    )
    select h.id from holding h
    where h.erased_at is null and (p_consent is null or h.consent = p_consent) and (p_before is null or h.id < p_before)
    order by h.id desc limit p_max;
end
$$;

revoke all on function app.guests_with_words from public, colloquy_app, colloquy_system;
grant execute on function app.guests_with_words to colloquy_app;

-- prisma/sql/guests/record_guest_consent.sql
-- Records a change of consent that a member reports. Nobody but the guest ends an opt-out that the guest or the provider
-- has told of: `is_kept` is false then, and nothing changes.
create or replace function app.record_guest_consent(
  p_company uuid, p_user uuid, p_event uuid, p_guest uuid, p_state text, p_note bytea, out "position" bigint, out is_kept boolean
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_consent text;
  v_source text;
begin
  perform app.require_open(v_company);
  select g.consent into v_consent from public.guests g
  where g.company_id = v_company and g.id = p_guest and g.erased_at is null for no key update;
  select e.source into v_source from public.consent_events e
  where e.company_id = v_company and e.guest_id = p_guest order by e.id desc limit 1;
  is_kept := v_consent is null or p_state = 'OPTED_OUT' or v_consent <> 'OPTED_OUT'
    or v_source not in ('KEYWORD', 'PROVIDER');
  if is_kept then
    position := app.change_consent(p_event, p_guest, p_state, 'STAFF', null, p_note);
    -- Deliveries to a guest whose words were to be judged have waited.
    perform app.enqueue_job('send_sms', '{}'::json, null, 'sms');
  end if;
end
$$;

revoke all on function app.record_guest_consent from public, colloquy_app, colloquy_system;
grant execute on function app.record_guest_consent to colloquy_app;

-- prisma/sql/jobs/job_tasks.sql
-- The names of the tasks that src/tasks.ts handles.
create or replace function app.job_tasks() returns text[] language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select array['send_broadcast', 'send_digest', 'send_sms']
$$;

revoke all on function app.job_tasks from public, colloquy_app, colloquy_system;
grant execute on function app.job_tasks to colloquy_app, colloquy_system;

-- prisma/sql/sms/cancel_guest_message.sql
-- Cancels what of a message has not been handed to the provider. Returns the position of the last event, null if all of it
-- was. Raises CQ404 for an unknown message, CQ409 for one that is cancelled or sent to everybody.
create or replace function app.cancel_guest_message(p_company uuid, p_user uuid, p_message uuid) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_message public.guest_messages;
  v_cancelled uuid[];
begin
  perform app.require_open(v_company);
  select m.* into v_message from public.guest_messages m
  where m.company_id = v_company and m.id = p_message for no key update;
  if v_message.id is null then
    raise exception using errcode = 'CQ404', message = 'There is no such message.', column = 'guestMessageId';
  elsif v_message.cancelled_at is not null then
    raise exception using errcode = 'CQ409', message = 'The message has been cancelled.', column = 'guestMessageId';
  end if;
  with cancelled as (
    update public.guest_deliveries d set status = 'CANCELLED', changed_at = clock_timestamp()
    where d.company_id = v_company and d.guest_message_id = p_message and d.status = 'QUEUED' returning d.id
  )
  select array_agg(c.id) into v_cancelled from cancelled c;
  if v_cancelled is null and v_message.is_expanded then
    raise exception using errcode = 'CQ409', message = 'The message has been sent to everybody already.', column = 'guestMessageId';
  end if;
  update public.guest_messages m set cancelled_at = now() where m.company_id = v_company and m.id = p_message;
  return app.append_guest_events('GUEST_DELIVERY', v_cancelled);
end
$$;

revoke all on function app.cancel_guest_message from public, colloquy_app, colloquy_system;
grant execute on function app.cancel_guest_message to colloquy_app;

-- prisma/sql/sms/claim_sms.sql
-- Claims deliveries for sending: marks them SENDING, at most as many as the company's pace and cap leave. `p_contacts` are the
-- HMACs of sender and phone, `p_froms` the senders. A guest's row and a contact that somebody changes at the same time are left
-- for later, so that nothing is claimed after an opt-out has committed. Deliveries that a STOP to
-- the same number forbids are dropped. `wait_until` is set if pace or cap were reached.
create or replace function app.claim_sms(
  p_ids uuid[], p_contacts bytea[], p_froms text[], p_batch_size int, p_batch_seconds int, p_cap int, p_month text,
  p_month_ends timestamptz, out ids uuid[], out wait_until timestamptz, out "position" bigint
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_company uuid := app.bound_company();
  v_pace public.sms_pace;
  v_free int;
  v_held bytea[];
  v_dropped uuid[];
  v_dropped_at bigint;
begin
  insert into public.sms_pace (company_id) values (v_company) on conflict do nothing;
  select p.* into v_pace from public.sms_pace p where p.company_id = v_company for no key update;
  if clock_timestamp() >= v_pace.batch_at + make_interval(secs => p_batch_seconds) then
    -- A rate that the provider has made us lower comes back by a twentieth a batch.
    v_pace.rate := least(1, v_pace.rate + case when v_pace.batch_count > 0 then 0.05 else 0 end);
    v_pace.batch_at := clock_timestamp();
    v_pace.batch_count := 0;
  end if;
  if v_pace.month <> p_month then
    v_pace.month := p_month;
    v_pace.month_count := 0;
  end if;
  v_free := greatest(1, floor(p_batch_size * v_pace.rate)::int) - v_pace.batch_count;
  if p_cap is not null and v_pace.month_count >= p_cap then
    wait_until := p_month_ends;
    return;
  elsif v_free <= 0 then
    wait_until := v_pace.batch_at + make_interval(secs => p_batch_seconds);
    return;
  end if;
  v_free := least(v_free, coalesce(p_cap - v_pace.month_count, v_free));
  select array_agg(c.contact) into v_held from (select distinct c.contact from unnest(p_contacts) c (contact)) c
  where pg_try_advisory_xact_lock(hashtextextended('sms ' || encode(c.contact, 'hex'), 0));
  with dropped as (
    update public.guest_deliveries d set status = 'DROPPED', changed_at = clock_timestamp()
    from unnest(p_ids, p_contacts) i (id, contact)
    where d.company_id = v_company and d.id = i.id and d.status = 'QUEUED'
      and exists (select from app.sms_stops s where s.contact_hash = i.contact)
    returning d.id
  )
  select array_agg(d.id) into v_dropped from dropped d;
  with free as (
    select d.id, i.contact from unnest(p_ids, p_contacts, p_froms) with ordinality i (id, contact, number, at)
    join public.guest_deliveries d on d.company_id = v_company and d.id = i.id and d.status = 'QUEUED'
    join public.guests g on g.company_id = v_company and g.id = d.guest_id and g.consent <> 'OPTED_OUT'
      and not g.needs_consent_review and g.erased_at is null
    where i.contact = any (v_held) and not exists (select from app.sms_senders s where s.number = i.number)
    order by i.at limit v_free for no key update of d, g skip locked
  ), claimed as (
    update public.guest_deliveries d set status = 'SENDING', claimed_at = clock_timestamp(), changed_at = clock_timestamp()
    from free f where d.company_id = v_company and d.id = f.id returning d.id, f.contact
  ), noted as (
    insert into app.sms_contacts (contact_hash, company_id, written_at)
    select distinct c.contact, v_company, now() from claimed c order by 1
    on conflict (contact_hash, company_id) do update set written_at = excluded.written_at
  )
  select array_agg(c.id) into ids from claimed c;
  update public.sms_pace p set batch_at = v_pace.batch_at, batch_count = v_pace.batch_count + coalesce(cardinality(ids), 0),
    rate = v_pace.rate, month = v_pace.month, month_count = v_pace.month_count + coalesce(cardinality(ids), 0)
  where p.company_id = v_company;
  if ids is not null then
    -- Whatever is still SENDING by then is UNCERTAIN.
    perform app.enqueue_job('send_sms', '{}'::json, now() + interval '10 minutes 5 seconds', 'sms uncertain');
  end if;
  position := app.append_guest_events('GUEST_DELIVERY', array_cat(v_dropped, ids));
end
$$;

revoke all on function app.claim_sms from public, colloquy_app, colloquy_system;
grant execute on function app.claim_sms to colloquy_system;

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
    select g.id from public.guests g
    where g.company_id = v_message.company_id and g.id = any (v_ids) and g.consent = 'SUBSCRIBED'
    order by g.id for share
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

-- prisma/sql/sms/give_up_sms.sql
-- Marks deliveries UNCERTAIN that were claimed ten minutes ago and about which nothing was heard: their SMS may have been
-- accepted, so they are never sent again. Returns the position of the last event, null if there was none.
create or replace function app.give_up_sms() returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_ids uuid[];
begin
  with lost as (
    update public.guest_deliveries d set status = 'UNCERTAIN', changed_at = clock_timestamp()
    where d.company_id = app.bound_company() and d.status = 'SENDING' and d.claimed_at < now() - interval '10 minutes'
    returning d.id
  )
  select array_agg(l.id) into v_ids from lost l;
  return app.append_guest_events('GUEST_DELIVERY', v_ids);
end
$$;

revoke all on function app.give_up_sms from public, colloquy_app, colloquy_system;
grant execute on function app.give_up_sms to colloquy_system;

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
    select count(*) into v_known from public.guests g
    where g.company_id = v_company and g.id = any (p_guests) and g.erased_at is null;
    if v_known < cardinality(p_guests) then
      raise exception using errcode = 'CQ404', message = 'At least one of these guests does not exist.', column = 'guestIds';
    end if;
    insert into public.guest_deliveries (company_id, id, guest_message_id, guest_id, segments, due_at, changed_at)
    select v_company, gen_random_uuid(), p_message, g.id, p_segments, coalesce(p_scheduled_for, now()), now()
    from (
      -- The lock that an opt-out takes: one that is under way is waited for, and a later one drops these deliveries.
      select g.id from public.guests g
      where g.company_id = v_company and g.id = any (p_guests) and g.phone_hash is not null
        and g.consent <> 'OPTED_OUT' and not g.needs_consent_review and g.erased_at is null
      order by g.id for share
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

-- prisma/sql/sms/settle_sms.sql
-- Notes what became of a delivery, from the provider's answer or from a callback. A status never goes back, whatever the order,
-- and news under another id of the provider is ignored. 'QUEUED' hands back a delivery that the provider has certainly not
-- taken. Returns the position of the last event, null if nothing changed.
create or replace function app.settle_sms(
  p_delivery uuid, p_status text, p_code text, p_sid text, p_due timestamptz, p_event uuid
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_guest uuid;
  v_delivery public.guest_deliveries;
begin
  select d.guest_id into v_guest from public.guest_deliveries d where d.company_id = v_company and d.id = p_delivery;
  -- In the order in which claiming and opting out lock.
  perform from public.guests g where g.company_id = v_company and g.id = v_guest for no key update;
  select d.* into v_delivery from public.guest_deliveries d
  where d.company_id = v_company and d.id = p_delivery for no key update;
  if v_delivery.id is null or v_delivery.provider_sid <> p_sid then
    return null;
  end if;
  if p_code in ('20429', '21611', '30022') then
    update public.sms_pace p set rate = greatest(p.rate / 2, 0.015625), batch_at = clock_timestamp()
    where p.company_id = v_company;
  end if;
  if p_status = 'QUEUED' then
    if v_delivery.status <> 'SENDING' then
      return null;
    end if;
    update public.sms_pace p set month_count = greatest(0, p.month_count - 1) where p.company_id = v_company;
    -- A guest who has opted out between claim and answer is not asked again.
    update public.guest_deliveries d set status = case when g.consent = 'OPTED_OUT' then 'DROPPED' else 'QUEUED' end,
      due_at = p_due, provider_code = p_code, claimed_at = null, changed_at = clock_timestamp()
    from public.guests g
    where d.company_id = v_company and d.id = p_delivery and g.company_id = v_company and g.id = d.guest_id;
    perform app.enqueue_job('send_sms', '{}'::json, p_due, 'sms later');
  elsif app.sms_rank(p_status) > app.sms_rank(v_delivery.status) and v_delivery.status <> 'QUEUED' then
    update public.guest_deliveries d set status = p_status, provider_code = coalesce(p_code, d.provider_code),
      provider_sid = coalesce(d.provider_sid, p_sid), changed_at = clock_timestamp()
    where d.company_id = v_company and d.id = p_delivery;
  else
    update public.guest_deliveries d set provider_sid = p_sid
    where d.company_id = v_company and d.id = p_delivery and d.provider_sid is null and p_sid is not null
      and d.status <> 'QUEUED';
    return null;
  end if;
  if p_code = '21610' then
    perform app.change_consent(p_event, v_guest, 'OPTED_OUT', 'PROVIDER', null, null) from public.guests g
    where g.company_id = v_company and g.id = v_guest and g.erased_at is null;
  end if;
  return app.append_guest_events('GUEST_DELIVERY', array[p_delivery]);
end
$$;

revoke all on function app.settle_sms from public, colloquy_app, colloquy_system;
grant execute on function app.settle_sms to colloquy_system;

-- prisma/sql/sms/sms_rank.sql
-- The order of a delivery's statuses: a status only ever gives way to a higher one, in whatever order news of it comes.
create or replace function app.sms_rank(p_status text) returns int
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select array_position(
    array['QUEUED', 'SENDING', 'UNCERTAIN', 'SENT', 'FAILED', 'UNDELIVERED', 'DELIVERED', 'CANCELLED', 'DROPPED'], p_status
  )
$$;

revoke all on function app.sms_rank from public, colloquy_app, colloquy_system;
grant execute on function app.sms_rank to colloquy_app, colloquy_system;

-- prisma/sql/sms/take_inbound.sql
-- Takes an incoming SMS, once for each id of the provider. `p_word` is STOP, START, YES, HELP or REVIEW, or null. Each part is a
-- company that is concerned: the first one receives the message, and a STOP or START is the consent of its guest in all of them.
-- All is one transaction: a STOP that is answered is kept, and drops what is queued. Returns the word to answer, null for none,
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
    v_position := null;
    if v_part."companyId" = v_main then
      insert into public.inbound_messages (company_id, id, guest_id, phone, body, received_on, provider_sid)
      values (v_main, v_part."inboundId", v_guest.id, decode(v_part.phone, 'hex'), decode(v_part.body, 'hex'),
        v_part."receivedOn", p_sid);
    end if;
    if v_guest.id is not null and (p_word = 'STOP'
      or v_guest.consent = 'OPTED_OUT' and p_word in ('START', 'YES') or v_guest.consent = 'UNKNOWN' and p_word = 'START')
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

-- prisma/sql/guests/consent_events.sql
-- Changes of consent are kept for good. An erasure empties their words and notes, and leaves the keyed hash of the phone.

alter table public.consent_events enable row level security;
alter table public.consent_events force row level security;

drop policy if exists consent_events_system on public.consent_events;
create policy consent_events_system on public.consent_events to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists consent_events_tenant on public.consent_events;
create policy consent_events_tenant on public.consent_events to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.consent_events from public, colloquy_app, colloquy_system;
grant insert, select, update (words, note) on table public.consent_events to colloquy_app;
grant insert, select on table public.consent_events to colloquy_system;

-- prisma/sql/guests/guests.sql
-- Guests. Consent changes under the lock of the guest's row, which claiming a delivery takes as well.

alter table public.guests enable row level security;
alter table public.guests force row level security;

-- For app.guests_with_words, which runs as the owner. The rows hold ciphertext and keyed hashes only.
drop policy if exists guests_owner_read on public.guests;
create policy guests_owner_read on public.guests for select to current_user
  using (true);

drop policy if exists guests_system on public.guests;
create policy guests_system on public.guests to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists guests_tenant on public.guests;
create policy guests_tenant on public.guests to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.guests from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.guests to colloquy_app;
grant insert, select, update on table public.guests to colloquy_system;

-- prisma/sql/sms/guest_deliveries.sql
-- Deliveries. Only the system role claims and settles them.

alter table public.guest_deliveries enable row level security;
alter table public.guest_deliveries force row level security;

drop policy if exists guest_deliveries_system on public.guest_deliveries;
create policy guest_deliveries_system on public.guest_deliveries to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

-- For counting over all companies.
drop policy if exists guest_deliveries_system_list on public.guest_deliveries;
create policy guest_deliveries_system_list on public.guest_deliveries for select to colloquy_system using (true);

drop policy if exists guest_deliveries_tenant on public.guest_deliveries;
create policy guest_deliveries_tenant on public.guest_deliveries to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.guest_deliveries from public, colloquy_app, colloquy_system;
grant insert, select, update (status, changed_at) on table public.guest_deliveries to colloquy_app;
grant insert, select, update on table public.guest_deliveries to colloquy_system;

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
grant select, update (expanded_to, is_expanded, recipient_count) on table public.guest_messages to colloquy_system;

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
grant select, update (phone, body) on table public.inbound_messages to colloquy_app;
grant insert, select on table public.inbound_messages to colloquy_system;

-- prisma/sql/sms/sms_contacts.sql
-- Which companies have written to a phone from a number, so that an answer on a number which companies share goes to the
-- one that wrote last. Number and phone are one HMAC under the deployment's key, which no company's key can link to.
create table if not exists app.sms_contacts (
  contact_hash bytea not null,
  company_id uuid not null references public.companies (id) on delete cascade,
  written_at timestamptz(3) not null default now(),
  constraint sms_contacts_pkey primary key (contact_hash, company_id)
);

revoke all on table app.sms_contacts from public, colloquy_app, colloquy_system;
grant insert, select, update on table app.sms_contacts to colloquy_system;

-- prisma/sql/sms/sms_numbers.sql
-- The numbers that messages are sent from, and the companies that use them. Outside of all tenants, for the system role:
-- an incoming message names a number, and no company yet.
create table if not exists app.sms_numbers (
  number text not null,
  company_id uuid not null references public.companies (id) on delete cascade,
  constraint sms_numbers_pkey primary key (number, company_id)
);
create index if not exists sms_numbers_company_id_idx on app.sms_numbers (company_id);

revoke all on table app.sms_numbers from public, colloquy_app, colloquy_system;
grant delete, insert, select on table app.sms_numbers to colloquy_system;

-- prisma/sql/sms/sms_pace.sql
alter table public.sms_pace enable row level security;
alter table public.sms_pace force row level security;

drop policy if exists sms_pace_system on public.sms_pace;
create policy sms_pace_system on public.sms_pace to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists sms_pace_tenant on public.sms_pace;
create policy sms_pace_tenant on public.sms_pace to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.sms_pace from public, colloquy_app, colloquy_system;
grant select on table public.sms_pace to colloquy_app;
grant insert, select, update on table public.sms_pace to colloquy_system;

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

revoke all on table app.sms_seen from public, colloquy_app, colloquy_system;
grant insert, select on table app.sms_seen to colloquy_system;

-- prisma/sql/sms/sms_senders.sql
-- Numbers that the provider does not let send: nothing is claimed for them until an operator resumes them.
create table if not exists app.sms_senders (
  number text not null,
  paused_at timestamptz(3) not null default now(),
  provider_code text not null,
  constraint sms_senders_pkey primary key (number)
);

revoke all on table app.sms_senders from public, colloquy_app, colloquy_system;
grant delete, insert, select on table app.sms_senders to colloquy_system;

-- prisma/sql/sms/sms_settings.sql
alter table public.sms_settings enable row level security;
alter table public.sms_settings force row level security;

drop policy if exists sms_settings_system on public.sms_settings;
create policy sms_settings_system on public.sms_settings to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists sms_settings_tenant on public.sms_settings;
create policy sms_settings_tenant on public.sms_settings to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.sms_settings from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.sms_settings to colloquy_app;
grant insert, select, update on table public.sms_settings to colloquy_system;

-- prisma/sql/sms/sms_stops.sql
-- Phones that have said STOP to a number, as the HMAC of app.sms_contacts: no company sends from that number to that phone.
create table if not exists app.sms_stops (
  contact_hash bytea not null,
  stopped_at timestamptz(3) not null default now(),
  constraint sms_stops_pkey primary key (contact_hash)
);

revoke all on table app.sms_stops from public, colloquy_app, colloquy_system;
grant delete, insert, select on table app.sms_stops to colloquy_system;

-- prisma/sql/sms/unmatched_inbound.sql
-- Incoming messages that belong to no company. They wait outside of all tenants, encrypted under the deployment's key.
create table if not exists app.unmatched_inbound (
  id uuid not null,
  received_on text not null,
  received_at timestamptz(3) not null default now(),
  sealed bytea not null,
  constraint unmatched_inbound_pkey primary key (id)
);

revoke all on table app.unmatched_inbound from public, colloquy_app, colloquy_system;
grant delete, insert, select on table app.unmatched_inbound to colloquy_system;
