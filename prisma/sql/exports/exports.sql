alter table public.exports enable row level security;
alter table public.exports force row level security;

drop policy if exists exports_system on public.exports;
create policy exports_system on public.exports to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists exports_tenant on public.exports;
create policy exports_tenant on public.exports to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.exports from public, colloquy_app, colloquy_system;
grant insert, select on table public.exports to colloquy_app;
grant select, update on table public.exports to colloquy_system;
