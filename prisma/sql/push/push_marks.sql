-- How far a company's events were scanned for messages to push. A company has one from its first subscription on.

alter table public.push_marks enable row level security;
alter table public.push_marks force row level security;

drop policy if exists push_marks_system on public.push_marks;
create policy push_marks_system on public.push_marks to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists push_marks_system_list on public.push_marks;
create policy push_marks_system_list on public.push_marks for select to colloquy_system using (true);

drop policy if exists push_marks_tenant on public.push_marks;
create policy push_marks_tenant on public.push_marks to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.push_marks from public, colloquy_app, colloquy_system;
grant delete, insert, select, update on table public.push_marks to colloquy_system;
