-- Deliveries. Only the system role claims and settles them.

alter table public.guest_deliveries enable row level security;
alter table public.guest_deliveries force row level security;

drop policy if exists guest_deliveries_system on public.guest_deliveries;
create policy guest_deliveries_system on public.guest_deliveries to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

-- For counting over all companies.
drop policy if exists guest_deliveries_system_list on public.guest_deliveries;
create policy guest_deliveries_system_list on public.guest_deliveries for select to colloquy_system using (true);

drop policy if exists guest_deliveries_tenant on public.guest_deliveries;
create policy guest_deliveries_tenant on public.guest_deliveries to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.guest_deliveries from public, colloquy_app, colloquy_system;
grant insert, select, update (status, changed_at) on table public.guest_deliveries to colloquy_app;
grant insert, select, update on table public.guest_deliveries to colloquy_system;
