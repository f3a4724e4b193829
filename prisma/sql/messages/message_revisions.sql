-- The earlier texts of messages, one per edit.

alter table public.message_revisions enable row level security;
alter table public.message_revisions force row level security;

drop policy if exists message_revisions_system on public.message_revisions;
create policy message_revisions_system on public.message_revisions to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists message_revisions_tenant on public.message_revisions;
create policy message_revisions_tenant on public.message_revisions to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.message_revisions from public, colloquy_app, colloquy_system;
grant insert, select on table public.message_revisions to colloquy_app;
grant select on table public.message_revisions to colloquy_system;
