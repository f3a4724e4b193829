alter table public.data_keys enable row level security;
alter table public.data_keys force row level security;

drop policy if exists data_keys_system on public.data_keys;
create policy data_keys_system on public.data_keys to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists data_keys_tenant on public.data_keys;
create policy data_keys_tenant on public.data_keys to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.data_keys from public, colloquy_app, colloquy_system;
grant insert, select on table public.data_keys to colloquy_app;
grant insert, select, update (wrapped, retired_at) on table public.data_keys to colloquy_system;
