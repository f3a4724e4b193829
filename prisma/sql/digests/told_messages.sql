-- The last message of a conversation that a person was sent an e-mail about.

alter table public.told_messages enable row level security;
alter table public.told_messages force row level security;

drop policy if exists told_messages_system on public.told_messages;
create policy told_messages_system on public.told_messages to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists told_messages_tenant on public.told_messages;
create policy told_messages_tenant on public.told_messages to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.told_messages from public, colloquy_app, colloquy_system;
grant delete, insert, select, update on table public.told_messages to colloquy_system;
