alter table public.audit_checkpoints enable row level security;
alter table public.audit_checkpoints force row level security;

drop policy if exists audit_checkpoints_system on public.audit_checkpoints;
create policy audit_checkpoints_system on public.audit_checkpoints to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists audit_checkpoints_tenant on public.audit_checkpoints;
create policy audit_checkpoints_tenant on public.audit_checkpoints to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger audit_checkpoints_fixed before update or delete or truncate on public.audit_checkpoints
  for each statement execute function app.refuse_audit_change();

revoke all on table public.audit_checkpoints from public, colloquy_app, colloquy_system;
grant select on table public.audit_checkpoints to colloquy_app;
grant insert, select on table public.audit_checkpoints to colloquy_system;
