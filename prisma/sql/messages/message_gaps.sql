alter table public.message_gaps enable row level security;
alter table public.message_gaps force row level security;

drop policy if exists message_gaps_system on public.message_gaps;
create policy message_gaps_system on public.message_gaps to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists message_gaps_tenant on public.message_gaps;
create policy message_gaps_tenant on public.message_gaps to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.message_gaps from public, colloquy_app, colloquy_system;
grant select on table public.message_gaps to colloquy_app;
grant delete, insert, select, update on table public.message_gaps to colloquy_system;
