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
  if p_state = 'OPTED_OUT' then
    with dropped as (
      update public.guest_deliveries d set status = 'DROPPED', changed_at = clock_timestamp()
      where d.company_id = v_company and d.guest_id = p_guest and d.status = 'QUEUED' returning d.id
    )
    select array_agg(d.id) into v_dropped from dropped d;
  end if;
  -- The audit trail tells of it, which takes the company's stream.
  insert into public.consent_events (company_id, id, guest_id, phone_hash, state, source, words, note, recorded_by_id)
  values (v_company, p_event, p_guest, v_guest.phone_hash, p_state, p_source, p_words, p_note, app.bound_user());
  perform app.append_guest_events('GUEST_DELIVERY', v_dropped);
  return app.append_guest_events('GUEST_CONSENT', array[p_guest]);
end
$$;

revoke all on function app.change_consent from public, colloquy_app, colloquy_system;
grant execute on function app.change_consent to colloquy_app, colloquy_system;
