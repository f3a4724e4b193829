alter table public.moderation_cases enable row level security;
alter table public.moderation_cases force row level security;

drop policy if exists moderation_cases_system on public.moderation_cases;
create policy moderation_cases_system on public.moderation_cases to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists moderation_cases_tenant on public.moderation_cases;
create policy moderation_cases_tenant on public.moderation_cases to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.moderation_cases from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.moderation_cases to colloquy_app;
grant select on table public.moderation_cases to colloquy_system;
