-- One row per person and emoji. A removed reaction stays as a row that is off.

alter table public.reactions enable row level security;
alter table public.reactions force row level security;

drop policy if exists reactions_system on public.reactions;
create policy reactions_system on public.reactions to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists reactions_tenant on public.reactions;
create policy reactions_tenant on public.reactions to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.reactions from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.reactions to colloquy_app;
grant delete, select on table public.reactions to colloquy_system;
