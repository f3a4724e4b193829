-- Changes of consent are kept for good. An erasure empties their words and notes, and leaves the keyed hash of the phone.

alter table public.consent_events enable row level security;
alter table public.consent_events force row level security;

drop policy if exists consent_events_system on public.consent_events;
create policy consent_events_system on public.consent_events to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists consent_events_tenant on public.consent_events;
create policy consent_events_tenant on public.consent_events to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger consent_events_trail after insert on public.consent_events
  referencing new table as after
  for each statement execute function app.audit_consent();

revoke all on table public.consent_events from public, colloquy_app, colloquy_system;
grant insert, select, update (words, note) on table public.consent_events to colloquy_app;
grant insert, select on table public.consent_events to colloquy_system;
