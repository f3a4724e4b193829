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
