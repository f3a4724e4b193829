-- The position up to which a company's events were scanned for people to send an e-mail to.

alter table public.digest_marks enable row level security;
alter table public.digest_marks force row level security;

drop policy if exists digest_marks_system on public.digest_marks;
create policy digest_marks_system on public.digest_marks to colloquy_system
  using (company_id = (select app.bound_company())) with check (company_id = (select app.bound_company()));

drop policy if exists digest_marks_system_list on public.digest_marks;
create policy digest_marks_system_list on public.digest_marks for select to colloquy_system using (true);

drop policy if exists digest_marks_tenant on public.digest_marks;
create policy digest_marks_tenant on public.digest_marks to colloquy_app
  using (company_id = (select app.current_company())) with check (company_id = (select app.current_company()));

revoke all on table public.digest_marks from public, colloquy_app, colloquy_system;
grant select on table public.digest_marks to colloquy_app;
grant insert, select, update on table public.digest_marks to colloquy_system;
