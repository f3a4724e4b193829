alter table public.push_deliveries enable row level security;
alter table public.push_deliveries force row level security;

drop policy if exists push_deliveries_system on public.push_deliveries;
create policy push_deliveries_system on public.push_deliveries to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists push_deliveries_tenant on public.push_deliveries;
create policy push_deliveries_tenant on public.push_deliveries to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.push_deliveries from public, colloquy_app, colloquy_system;
grant delete, insert, select, update on table public.push_deliveries to colloquy_system;
