alter table public.audit_heads enable row level security;
alter table public.audit_heads force row level security;

drop policy if exists audit_heads_system on public.audit_heads;
create policy audit_heads_system on public.audit_heads to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists audit_heads_tenant on public.audit_heads;
create policy audit_heads_tenant on public.audit_heads to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

-- For the list of companies with events that are not sealed.
drop policy if exists audit_heads_system_list on public.audit_heads;
create policy audit_heads_system_list on public.audit_heads for select to colloquy_system using (true);

revoke all on table public.audit_heads from public, colloquy_app, colloquy_system;
grant select on table public.audit_heads to colloquy_app;
grant insert, select, update on table public.audit_heads to colloquy_system;
