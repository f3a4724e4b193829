alter table public.roles enable row level security;
alter table public.roles force row level security;

drop policy if exists roles_sending on public.roles;
create policy roles_sending on public.roles for select to current_user
  using (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null);

drop policy if exists roles_system on public.roles;
create policy roles_system on public.roles to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists roles_tenant on public.roles;
create policy roles_tenant on public.roles to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger roles_tell_access_changed after update on public.roles
  referencing old table as before new table as after
  for each statement execute function app.tell_access_changed();

create or replace trigger roles_trail_added after insert on public.roles
  referencing new table as after
  for each statement execute function app.audit_roles();

create or replace trigger roles_trail_changed after update on public.roles
  referencing old table as before new table as after
  for each statement execute function app.audit_roles();

create or replace trigger roles_trail_deleted after delete on public.roles
  referencing old table as before
  for each statement execute function app.audit_roles();

revoke all on table public.roles from public, colloquy_app, colloquy_system;
grant select on table public.roles to colloquy_app;
grant delete, insert, select, update on table public.roles to colloquy_system;
