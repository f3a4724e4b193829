alter table public.messages enable row level security;
alter table public.messages force row level security;

drop policy if exists messages_sending on public.messages;
create policy messages_sending on public.messages to current_user
  using (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null)
  with check (array_position((select nullif(current_setting('app.senders', true), '')::bytea[]), uuid_send(company_id) || uuid_send(author_id)) is not null);

drop policy if exists messages_system on public.messages;
create policy messages_system on public.messages to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists messages_tenant on public.messages;
create policy messages_tenant on public.messages to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.messages from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.messages to colloquy_app;
grant delete, select, update (parent_id) on table public.messages to colloquy_system;
