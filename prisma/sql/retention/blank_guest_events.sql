-- Empties the events that tell of these deliveries or incoming messages, which are about to be deleted.
create or replace function app.blank_guest_events(p_about uuid[]) returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
  update public.events e set kind = 'PURGED', about = null, actor_id = null
  where e.company_id = app.bound_company() and e.about = any (p_about)
$$;

revoke all on function app.blank_guest_events from public, colloquy_app, colloquy_system;
grant execute on function app.blank_guest_events to colloquy_system;
