alter table public.audit_nodes enable row level security;
alter table public.audit_nodes force row level security;

drop policy if exists audit_nodes_system on public.audit_nodes;
create policy audit_nodes_system on public.audit_nodes to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists audit_nodes_tenant on public.audit_nodes;
create policy audit_nodes_tenant on public.audit_nodes to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger audit_nodes_fixed before update or delete or truncate on public.audit_nodes
  for each statement execute function app.refuse_audit_change();

revoke all on table public.audit_nodes from public, colloquy_app, colloquy_system;
grant select on table public.audit_nodes to colloquy_app;
grant insert, select on table public.audit_nodes to colloquy_system;
