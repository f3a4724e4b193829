alter table public.mentions enable row level security;
alter table public.mentions force row level security;

drop policy if exists mentions_system on public.mentions;
create policy mentions_system on public.mentions to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists mentions_tenant on public.mentions;
create policy mentions_tenant on public.mentions to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.mentions from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.mentions to colloquy_app;
grant select on table public.mentions to colloquy_system;
