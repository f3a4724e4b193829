-- AlterTable
ALTER TABLE "consent_events" ALTER COLUMN "guest_id" DROP NOT NULL;

-- AlterTable
ALTER TABLE "sms_pace" ADD COLUMN     "slowed_at" TIMESTAMPTZ(3);

-- AddForeignKey
-- Adding a foreign key reads these tables, which row security refuses their owner.
ALTER TABLE "companies" NO FORCE ROW LEVEL SECURITY;
ALTER TABLE "consent_events" NO FORCE ROW LEVEL SECURITY;
ALTER TABLE "consent_events" ADD CONSTRAINT "consent_events_company_id_fkey" FOREIGN KEY ("company_id") REFERENCES "companies"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "consent_events" ADD CONSTRAINT "consent_events_about_check" CHECK (num_nonnulls(guest_id, phone_hash) > 0);
ALTER TABLE "consent_events" FORCE ROW LEVEL SECURITY;
ALTER TABLE "companies" FORCE ROW LEVEL SECURITY;

set local check_function_bodies = off;
set local row_security = on;

-- prisma/sql/guests/change_consent.sql
-- Changes a guest's consent, keeps the change for good, and drops what is queued for a guest who opts out, all in one
-- transaction. It locks the guest's row, as claiming a delivery does, so that nothing is claimed after an opt-out. Returns
-- the position of the last event, null if nothing changed: an import ends no opt-out, not even one that has come in while the
-- import was running. Raises CQ404 for a guest who does not exist or is erased.
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
  if v_guest.consent = p_state and not v_guest.needs_consent_review and p_source <> 'STAFF'
    or v_guest.consent = 'OPTED_OUT' and p_state <> 'OPTED_OUT' and p_source = 'IMPORT'
  then
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

-- prisma/sql/guests/record_guest_consent.sql
-- Records a change of consent that a member reports. Nobody but the guest ends an opt-out that the guest or the provider
-- has told of, whatever members have recorded since and whichever guest had the phone: `is_kept` is false then, and nothing
-- changes.
create or replace function app.record_guest_consent(
  p_company uuid, p_user uuid, p_event uuid, p_guest uuid, p_state text, p_note bytea, out "position" bigint, out is_kept boolean
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_consent text;
  v_phone bytea;
  v_told uuid;
begin
  perform app.require_open(v_company);
  select g.consent, g.phone_hash into v_consent, v_phone from public.guests g
  where g.company_id = v_company and g.id = p_guest and g.erased_at is null for no key update;
  select greatest(
    (select e.id from public.consent_events e
     where e.company_id = v_company and e.guest_id = p_guest and e.state = 'OPTED_OUT' and e.source in ('KEYWORD', 'PROVIDER')
     order by e.guest_id desc, e.id desc limit 1),
    (select e.id from public.consent_events e
     where e.company_id = v_company and e.phone_hash = v_phone and e.state = 'OPTED_OUT' and e.source in ('KEYWORD', 'PROVIDER')
     order by e.phone_hash desc, e.id desc limit 1)
  ) into v_told;
  is_kept := v_consent is null or p_state = 'OPTED_OUT' or v_consent <> 'OPTED_OUT' or v_told is null or exists (
    select from public.consent_events e
    where e.company_id = v_company and e.guest_id = p_guest and e.id > v_told and e.state <> 'OPTED_OUT'
  );
  if is_kept then
    position := app.change_consent(p_event, p_guest, p_state, 'STAFF', null, p_note);
    -- Deliveries to a guest whose words were to be judged have waited.
    perform app.enqueue_job('send_sms', '{}'::json, null, 'sms');
  end if;
end
$$;

revoke all on function app.record_guest_consent from public, colloquy_app, colloquy_system;
grant execute on function app.record_guest_consent to colloquy_app;

-- prisma/sql/sms/claim_sms.sql
-- Claims deliveries for sending: marks them SENDING, at most as many as the company's pace and cap leave. `p_contacts` are the
-- HMACs of sender and phone, `p_froms` the senders. A guest's row and a contact that somebody changes at the same time are left
-- for later, so that nothing is claimed after an opt-out has committed. Deliveries that a STOP to
-- the same number forbids are dropped. `wait_until` is set if pace or cap were reached, or while the company's messaging is
-- switched off.
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
  if exists (select from public.companies c where c.id = v_company and (not c.messaging_enabled or c.safe_mode)) then
    wait_until := clock_timestamp() + interval '1 minute';
    return;
  end if;
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
    -- Once for all that were claimed before: ten answers to one batch are one signal.
    update public.sms_pace p set rate = greatest(p.rate / 2, 0.015625), batch_at = clock_timestamp(), slowed_at = clock_timestamp()
    where p.company_id = v_company and v_delivery.claimed_at > coalesce(p.slowed_at, '-infinity');
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
      insert into public.inbound_messages (company_id, id, guest_id, phone, body, received_on, provider_sid)
      values (v_main, v_part."inboundId", v_guest.id, decode(v_part.phone, 'hex'), decode(v_part.body, 'hex'),
        v_part."receivedOn", p_sid);
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
