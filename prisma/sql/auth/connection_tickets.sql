alter table public.connection_tickets enable row level security;
alter table public.connection_tickets force row level security;

drop policy if exists connection_tickets_owner on public.connection_tickets;
create policy connection_tickets_owner on public.connection_tickets to current_user using (true);

drop policy if exists connection_tickets_system on public.connection_tickets;
create policy connection_tickets_system on public.connection_tickets to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists connection_tickets_tenant on public.connection_tickets;
create policy connection_tickets_tenant on public.connection_tickets to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.connection_tickets from public, colloquy_app, colloquy_system;
grant delete, select on table public.connection_tickets to colloquy_system;
