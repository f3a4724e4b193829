-- The bytes of a company's files that count against its quota. Triggers of the files keep it, in the transactions that change them.

alter table public.file_usage enable row level security;
alter table public.file_usage force row level security;

drop policy if exists file_usage_system on public.file_usage;
create policy file_usage_system on public.file_usage to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists file_usage_tenant on public.file_usage;
create policy file_usage_tenant on public.file_usage to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.file_usage from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.file_usage to colloquy_app, colloquy_system;
