-- The days with messages, counted from 1970 (UTC). A search reads these days only.

alter table public.message_days enable row level security;
alter table public.message_days force row level security;

drop policy if exists message_days_owner_read on public.message_days;
create policy message_days_owner_read on public.message_days for select to current_user
  using (true);

drop policy if exists message_days_sending on public.message_days;
create policy message_days_sending on public.message_days to current_user
  using (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null)
  with check (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null);

drop policy if exists message_days_system on public.message_days;
create policy message_days_system on public.message_days to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists message_days_tenant on public.message_days;
create policy message_days_tenant on public.message_days to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.message_days from public, colloquy_app, colloquy_system;
grant insert, select on table public.message_days to colloquy_app;
grant insert, select on table public.message_days to colloquy_system;
