alter table public.receipts enable row level security;
alter table public.receipts force row level security;

drop policy if exists receipts_system on public.receipts;
create policy receipts_system on public.receipts to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists receipts_tenant on public.receipts;
create policy receipts_tenant on public.receipts to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.receipts from public, colloquy_app, colloquy_system;
grant insert, select on table public.receipts to colloquy_app;
grant delete, select on table public.receipts to colloquy_system;
