-- Nobody changes or removes a row, whatever their rights. The functions that write rows take the next index of the company
-- together with its position.

alter table public.audit_events enable row level security;
alter table public.audit_events force row level security;

drop policy if exists audit_events_sending on public.audit_events;
create policy audit_events_sending on public.audit_events for insert to current_user
  with check (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null);

drop policy if exists audit_events_system on public.audit_events;
create policy audit_events_system on public.audit_events to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists audit_events_tenant on public.audit_events;
create policy audit_events_tenant on public.audit_events to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger audit_events_fixed before update or delete or truncate on public.audit_events
  for each statement execute function app.refuse_audit_change();

revoke all on table public.audit_events from public, colloquy_app, colloquy_system;
grant insert, select on table public.audit_events to colloquy_app;
grant insert, select on table public.audit_events to colloquy_system;
