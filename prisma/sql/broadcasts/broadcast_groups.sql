-- The groups that a broadcast is sent to. Their members are determined when it is sent.

alter table public.broadcast_groups enable row level security;
alter table public.broadcast_groups force row level security;

drop policy if exists broadcast_groups_system on public.broadcast_groups;
create policy broadcast_groups_system on public.broadcast_groups to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists broadcast_groups_tenant on public.broadcast_groups;
create policy broadcast_groups_tenant on public.broadcast_groups to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.broadcast_groups from public, colloquy_app, colloquy_system;
grant insert, select on table public.broadcast_groups to colloquy_app;
grant select on table public.broadcast_groups to colloquy_system;
