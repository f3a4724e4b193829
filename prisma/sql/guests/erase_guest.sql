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
