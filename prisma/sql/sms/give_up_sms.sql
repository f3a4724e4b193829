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
