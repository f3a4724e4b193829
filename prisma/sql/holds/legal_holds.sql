alter table public.legal_holds enable row level security;
alter table public.legal_holds force row level security;

drop policy if exists legal_holds_system on public.legal_holds;
create policy legal_holds_system on public.legal_holds to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists legal_holds_tenant on public.legal_holds;
create policy legal_holds_tenant on public.legal_holds to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.legal_holds from public, colloquy_app, colloquy_system;
grant insert, select, update (released_at, released_by_id, release_reason) on table public.legal_holds to colloquy_app;
grant delete, select on table public.legal_holds to colloquy_system;
