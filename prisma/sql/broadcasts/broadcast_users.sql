alter table public.broadcast_users enable row level security;
alter table public.broadcast_users force row level security;

drop policy if exists broadcast_users_system on public.broadcast_users;
create policy broadcast_users_system on public.broadcast_users to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists broadcast_users_tenant on public.broadcast_users;
create policy broadcast_users_tenant on public.broadcast_users to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.broadcast_users from public, colloquy_app, colloquy_system;
grant insert, select on table public.broadcast_users to colloquy_app;
grant select on table public.broadcast_users to colloquy_system;
