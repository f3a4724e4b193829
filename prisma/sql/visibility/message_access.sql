alter table public.message_access enable row level security;
alter table public.message_access force row level security;

drop policy if exists message_access_sending on public.message_access;
create policy message_access_sending on public.message_access for select to current_user
  using (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null);

drop policy if exists message_access_system on public.message_access;
create policy message_access_system on public.message_access to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists message_access_tenant on public.message_access;
create policy message_access_tenant on public.message_access to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.message_access from public, colloquy_app, colloquy_system;
grant insert, select, update (ended_at) on table public.message_access to colloquy_app;
grant select, update (attribute) on table public.message_access to colloquy_system;
