alter table public.events enable row level security;
alter table public.events force row level security;

drop policy if exists events_sending on public.events;
create policy events_sending on public.events for insert to current_user
  with check (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null);

drop policy if exists events_system on public.events;
create policy events_system on public.events to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists events_tenant on public.events;
create policy events_tenant on public.events to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger events_oldest_first after delete on public.events
  referencing old table as deleted
  for each statement execute function app.require_oldest_events();

revoke all on table public.events from public, colloquy_app, colloquy_system;
grant insert, select on table public.events to colloquy_app;
grant delete, insert, select, update (kind, message_id, seq, actor_id, recipient_id, joined_ids, left_ids, case_id, about)
  on table public.events to colloquy_system;
