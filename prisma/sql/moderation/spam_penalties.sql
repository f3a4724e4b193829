alter table public.spam_penalties enable row level security;
alter table public.spam_penalties force row level security;

drop policy if exists spam_penalties_sending on public.spam_penalties;
create policy spam_penalties_sending on public.spam_penalties for select to current_user
  using (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null);

drop policy if exists spam_penalties_system on public.spam_penalties;
create policy spam_penalties_system on public.spam_penalties to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists spam_penalties_tenant on public.spam_penalties;
create policy spam_penalties_tenant on public.spam_penalties to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.spam_penalties from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.spam_penalties to colloquy_app;
grant delete, select on table public.spam_penalties to colloquy_system;
