alter table public.sms_pace enable row level security;
alter table public.sms_pace force row level security;

drop policy if exists sms_pace_system on public.sms_pace;
create policy sms_pace_system on public.sms_pace to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists sms_pace_tenant on public.sms_pace;
create policy sms_pace_tenant on public.sms_pace to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.sms_pace from public, colloquy_app, colloquy_system;
grant select on table public.sms_pace to colloquy_app;
grant insert, select, update on table public.sms_pace to colloquy_system;
