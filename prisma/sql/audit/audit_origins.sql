alter table public.audit_origins enable row level security;
alter table public.audit_origins force row level security;

drop policy if exists audit_origins_sending on public.audit_origins;
create policy audit_origins_sending on public.audit_origins for insert to current_user
  with check (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null);

drop policy if exists audit_origins_system on public.audit_origins;
create policy audit_origins_system on public.audit_origins to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists audit_origins_tenant on public.audit_origins;
create policy audit_origins_tenant on public.audit_origins to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger audit_origins_fixed before update or delete on public.audit_origins
  for each row execute function app.keep_audit_origin();

create or replace trigger audit_origins_kept before truncate on public.audit_origins
  for each statement execute function app.refuse_audit_change();

revoke all on table public.audit_origins from public, colloquy_app, colloquy_system;
grant insert, select, update (salt, sealed) on table public.audit_origins to colloquy_app;
grant insert, select, update (salt, sealed) on table public.audit_origins to colloquy_system;
