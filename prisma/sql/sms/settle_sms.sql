-- Records the status of a delivery, from the provider's answer or from a callback. A status never goes back, whatever the order,
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
