alter table public.companies enable row level security;
alter table public.companies force row level security;

drop policy if exists companies_owner_read on public.companies;
create policy companies_owner_read on public.companies for select to current_user using (true);

drop policy if exists companies_system on public.companies;
create policy companies_system on public.companies to colloquy_system
  using (id = (select app.bound_company()))
  with check (id = (select app.bound_company()));

drop policy if exists companies_system_list on public.companies;
create policy companies_system_list on public.companies for select to colloquy_system using (true);

drop policy if exists companies_tenant on public.companies;
create policy companies_tenant on public.companies to colloquy_app
  using (id = (select app.current_company()))
  with check (id = (select app.current_company()));

create or replace trigger companies_refuse_ambiguous before insert or update of id, external_id on public.companies
  for each row execute function app.refuse_ambiguous_company();

create or replace trigger companies_tell_access_changed after update on public.companies
  referencing old table as before new table as after
  for each statement execute function app.tell_access_changed();

create or replace trigger companies_trail after update on public.companies
  for each row execute function app.audit_settings();

revoke all on table public.companies from public, colloquy_app, colloquy_system;
grant select, update on table public.companies to colloquy_app;
grant insert, select, update on table public.companies to colloquy_system;
