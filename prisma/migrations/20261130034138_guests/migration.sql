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
  end if;
end
$$;

revoke all on function app.record_guest_consent from public, colloquy_app, colloquy_system;
grant execute on function app.record_guest_consent to colloquy_app;

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
