alter table public.message_reports enable row level security;
alter table public.message_reports force row level security;

drop policy if exists message_reports_system on public.message_reports;
create policy message_reports_system on public.message_reports to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists message_reports_tenant on public.message_reports;
create policy message_reports_tenant on public.message_reports to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.message_reports from public, colloquy_app, colloquy_system;
grant insert, select on table public.message_reports to colloquy_app;
grant select on table public.message_reports to colloquy_system;
