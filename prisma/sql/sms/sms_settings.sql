alter table public.sms_settings enable row level security;
alter table public.sms_settings force row level security;

drop policy if exists sms_settings_system on public.sms_settings;
create policy sms_settings_system on public.sms_settings to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists sms_settings_tenant on public.sms_settings;
create policy sms_settings_tenant on public.sms_settings to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger sms_settings_trail after insert or update on public.sms_settings
  for each row execute function app.audit_settings();

revoke all on table public.sms_settings from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.sms_settings to colloquy_app;
grant insert, select, update on table public.sms_settings to colloquy_system;
