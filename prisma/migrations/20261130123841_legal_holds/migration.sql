alter table public.companies no force row level security;
alter table public.users no force row level security;
alter table public.conversations no force row level security;

-- CreateTable
CREATE TABLE "legal_holds" (
    "company_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "name" BYTEA NOT NULL,
    "user_id" UUID,
    "conversation_id" UUID,
    "from_at" TIMESTAMPTZ(3),
    "to_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "created_by_id" UUID NOT NULL,
    "released_at" TIMESTAMPTZ(3),
    "released_by_id" UUID,
    "release_reason" BYTEA,

    CONSTRAINT "legal_holds_pkey" PRIMARY KEY ("company_id","id")
);

-- CreateIndex
CREATE INDEX "legal_holds_company_id_created_at_id_idx" ON "legal_holds"("company_id", "created_at", "id");

-- AddForeignKey
ALTER TABLE "legal_holds" ADD CONSTRAINT "legal_holds_company_id_fkey" FOREIGN KEY ("company_id") REFERENCES "companies"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "legal_holds" ADD CONSTRAINT "legal_holds_company_id_user_id_fkey" FOREIGN KEY ("company_id", "user_id") REFERENCES "users"("company_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "legal_holds" ADD CONSTRAINT "legal_holds_company_id_conversation_id_fkey" FOREIGN KEY ("company_id", "conversation_id") REFERENCES "conversations"("company_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "legal_holds" ADD CONSTRAINT "legal_holds_company_id_created_by_id_fkey" FOREIGN KEY ("company_id", "created_by_id") REFERENCES "users"("company_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "legal_holds" ADD CONSTRAINT "legal_holds_company_id_released_by_id_fkey" FOREIGN KEY ("company_id", "released_by_id") REFERENCES "users"("company_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

alter table public.companies force row level security;
alter table public.users force row level security;
alter table public.conversations force row level security;

-- By hand: checks, and indexes that Prisma does not know.
alter table public.legal_holds
  add constraint legal_holds_scope_check check (
    user_id is not null or conversation_id is not null or from_at is not null and to_at is not null
  ),
  add constraint legal_holds_time_check check (from_at < to_at),
  add constraint legal_holds_release_check check (num_nonnulls(released_at, released_by_id, release_reason) in (0, 3));
create index legal_holds_in_force_idx on public.legal_holds (company_id) where released_at is null;

set local check_function_bodies = off;
set local row_security = on;

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
  delete from public.legal_holds h where h.company_id = v_company;
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
-- changes of consent stay with the keyed hash of the phone. A text under a legal hold goes when that is released. Their queued deliveries are dropped. Returns the position of
-- the last event. Raises CQ404 for a guest who does not exist or is erased.
create or replace function app.erase_guest(p_company uuid, p_user uuid, p_guest uuid) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_phone bytea;
  v_dropped uuid[];
begin
  perform app.lock_purge();
  select g.phone_hash into v_phone from public.guests g where g.company_id = v_company and g.id = p_guest for no key update;
  update public.guests g set external_id = null, name = null, phone = null, email = null, phone_hash = null,
    email_hash = null, words = '{}', time_zone = null, needs_consent_review = false, erased_at = now()
  where g.company_id = v_company and g.id = p_guest and g.erased_at is null;
  if not found then
    raise exception using errcode = 'CQ404', message = 'There is no such guest.', column = 'guestId';
  end if;
  update public.consent_events e set words = null, note = null where e.company_id = v_company and e.guest_id = p_guest;
  -- Also what came from the phone before the guest was known.
  update public.inbound_messages i set guest_id = p_guest
  where i.company_id = v_company and i.phone_hash = v_phone and i.guest_id is null;
  update public.inbound_messages i set phone = null, phone_hash = null,
    body = case when app.is_held(v_company, null, null, i.received_at) then i.body end
  where i.company_id = v_company and i.guest_id = p_guest;
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

-- prisma/sql/holds/create_legal_hold.sql
-- Places a legal hold. A slice of a purge that is under way ends first, and later ones see the hold. Raises CQ403 without
-- CONVERSATION_AUDIT, and CQ404 for a person or conversation that the company does not have.
create or replace function app.create_legal_hold(
  p_company uuid, p_user uuid, p_hold uuid, p_name bytea, p_person uuid, p_conversation uuid, p_from timestamptz,
  p_to timestamptz
) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
begin
  if not app.has_permission(v_company, p_user, 'CONVERSATION_AUDIT') then
    raise exception using errcode = 'CQ403', hint = 'CONVERSATION_AUDIT',
      message = 'Your role lacks the permission CONVERSATION_AUDIT.';
  end if;
  perform app.lock_purge();
  if p_person is not null then
    perform from public.users u where u.company_id = v_company and u.id = p_person;
    if not found then
      raise exception using errcode = 'CQ404', message = 'There is no such person.', column = 'userId';
    end if;
  end if;
  if p_conversation is not null then
    perform from public.conversations c where c.company_id = v_company and c.id = p_conversation;
    if not found then
      raise exception using errcode = 'CQ404', message = 'There is no such conversation.', column = 'conversationId';
    end if;
  end if;
  insert into public.legal_holds (company_id, id, name, user_id, conversation_id, from_at, to_at, created_by_id)
  values (v_company, p_hold, p_name, p_person, p_conversation, p_from, p_to, p_user);
  perform app.record_audit('hold.created', p_hold, p_conversation,
    jsonb_strip_nulls(jsonb_build_object('userId', p_person, 'from', p_from, 'to', p_to)));
end
$$;

revoke all on function app.create_legal_hold from public, colloquy_app, colloquy_system;
grant execute on function app.create_legal_hold to colloquy_app;

-- prisma/sql/holds/is_held.sql
-- True if a legal hold in force keeps what this person wrote in this conversation at this time. A hold on a person covers what they
-- wrote, and all of the conversations that they take part in or have left, but not those of the whole company. SMS are in no
-- conversation, and what guests wrote has no author.
create or replace function app.is_held(p_company uuid, p_conversation uuid, p_author uuid, p_created_at timestamptz) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select exists (
    select from public.legal_holds h
    where h.company_id = p_company and h.released_at is null
      and (h.conversation_id is null or h.conversation_id = p_conversation)
      and (h.from_at is null or p_created_at >= h.from_at) and (h.to_at is null or p_created_at < h.to_at)
      and (h.user_id is null or h.user_id = p_author or exists (
        select from public.participants p join public.conversations c on c.company_id = p.company_id and c.id = p.conversation_id
        where p.company_id = p_company and p.conversation_id = p_conversation and p.user_id = h.user_id
          and c.company_id = p_company and c.id = p_conversation and c.audience <> 'COMPANY'
      ))
  )
$$;

revoke all on function app.is_held from public, colloquy_app, colloquy_system;
grant execute on function app.is_held to colloquy_app, colloquy_system;

-- prisma/sql/holds/release_legal_hold.sql
-- Releases a legal hold. Its row stays, with the reason. Texts of erased guests that it alone has kept go now. Releasing twice
-- changes nothing. Raises CQ403 without CONVERSATION_AUDIT, CQ404 for an unknown hold.
create or replace function app.release_legal_hold(p_company uuid, p_user uuid, p_hold uuid, p_reason bytea) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_hold public.legal_holds;
begin
  if not app.has_permission(v_company, p_user, 'CONVERSATION_AUDIT') then
    raise exception using errcode = 'CQ403', hint = 'CONVERSATION_AUDIT',
      message = 'Your role lacks the permission CONVERSATION_AUDIT.';
  end if;
  perform app.lock_purge();
  select h.* into v_hold from public.legal_holds h where h.company_id = v_company and h.id = p_hold for no key update;
  if v_hold.id is null then
    raise exception using errcode = 'CQ404', message = 'There is no such hold.', column = 'holdId';
  elsif v_hold.released_at is not null then
    return;
  end if;
  update public.legal_holds h set released_at = clock_timestamp(), released_by_id = p_user, release_reason = p_reason
  where h.company_id = v_company and h.id = p_hold;
  update public.inbound_messages i set body = null
  where i.company_id = v_company and i.body is not null and i.guest_id in (
      select g.id from public.guests g where g.company_id = v_company and g.erased_at is not null
    )
    and not app.is_held(v_company, null, null, i.received_at);
  perform app.record_audit('hold.released', p_hold, v_hold.conversation_id);
end
$$;

revoke all on function app.release_legal_hold from public, colloquy_app, colloquy_system;
grant execute on function app.release_legal_hold to colloquy_app;

-- prisma/sql/retention/lock_purge.sql
-- Waits for its turn to purge the bound company: slices run one after another, whichever process runs them. Legal holds are made
-- and erasures done under the same lock, so that a slice sees every hold that is committed before it ends.
create or replace function app.lock_purge() returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
  select pg_advisory_xact_lock(hashtextextended('purge ' || app.bound_company(), 0))
$$;

revoke all on function app.lock_purge from public, colloquy_app, colloquy_system;
grant execute on function app.lock_purge to colloquy_app, colloquy_system;

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
      and not app.is_held(v_company, null, o.author_id, o.listed_at)
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
      and not app.is_held(v_company, null, m.author_id, m.created_at)
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
      and not app.is_held(v_company, null, null, i.received_at)
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
-- somebody else has locked are left for the next night, those under a legal hold for as long as it lasts.
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
      and not app.is_held(v_company, m.conversation_id, m.author_id, m.created_at)
    order by m.seq limit p_max for update skip locked
  ) || array(
    select m.id from public.messages m
    where p_after = 0 and m.company_id = v_company and m.conversation_id = p_conversation and m.seq is null
      and m.created_at < v_end and not app.is_held(v_company, m.conversation_id, m.author_id, m.created_at)
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
    delete from public.messages m
    where m.company_id = v_company and m.id = any (v_due)
      and not app.is_held(v_company, m.conversation_id, m.author_id, m.created_at)
    returning m.seq
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

-- prisma/sql/holds/legal_holds.sql
alter table public.legal_holds enable row level security;
alter table public.legal_holds force row level security;

drop policy if exists legal_holds_system on public.legal_holds;
create policy legal_holds_system on public.legal_holds to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists legal_holds_tenant on public.legal_holds;
create policy legal_holds_tenant on public.legal_holds to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.legal_holds from public, colloquy_app, colloquy_system;
grant insert, select, update (released_at, released_by_id, release_reason) on table public.legal_holds to colloquy_app;
grant delete, select on table public.legal_holds to colloquy_system;

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
grant select, update (guest_id, phone, phone_hash, body) on table public.inbound_messages to colloquy_app;
grant delete, insert, select, update (phone_hash) on table public.inbound_messages to colloquy_system;
