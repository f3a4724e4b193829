alter table public.conversation_departments enable row level security;
alter table public.conversation_departments force row level security;

drop policy if exists conversation_departments_system on public.conversation_departments;
create policy conversation_departments_system on public.conversation_departments to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists conversation_departments_tenant on public.conversation_departments;
create policy conversation_departments_tenant on public.conversation_departments to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.conversation_departments from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.conversation_departments to colloquy_app;
grant delete, select on table public.conversation_departments to colloquy_system;
