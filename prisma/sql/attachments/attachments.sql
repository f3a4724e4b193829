alter table public.attachments enable row level security;
alter table public.attachments force row level security;

drop policy if exists attachments_system on public.attachments;
create policy attachments_system on public.attachments to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists attachments_tenant on public.attachments;
create policy attachments_tenant on public.attachments to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.attachments from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.attachments to colloquy_app;
grant delete, select, update on table public.attachments to colloquy_system;
