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
