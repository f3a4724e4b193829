-- Messages that a person has hidden.

alter table public.hidden_messages enable row level security;
alter table public.hidden_messages force row level security;

drop policy if exists hidden_messages_sending on public.hidden_messages;
create policy hidden_messages_sending on public.hidden_messages for select to current_user
  using (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null);

drop policy if exists hidden_messages_system on public.hidden_messages;
create policy hidden_messages_system on public.hidden_messages to colloquy_system
  using (company_id = (select app.bound_company())) with check (company_id = (select app.bound_company()));

drop policy if exists hidden_messages_tenant on public.hidden_messages;
create policy hidden_messages_tenant on public.hidden_messages to colloquy_app
  using (company_id = (select app.current_company())) with check (company_id = (select app.current_company()));

revoke all on table public.hidden_messages from public, colloquy_app, colloquy_system;
grant insert, select on table public.hidden_messages to colloquy_app;
grant delete, select on table public.hidden_messages to colloquy_system;
