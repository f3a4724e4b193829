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
