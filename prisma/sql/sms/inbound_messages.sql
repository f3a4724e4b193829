alter table public.inbound_messages enable row level security;
alter table public.inbound_messages force row level security;

drop policy if exists inbound_messages_system on public.inbound_messages;
create policy inbound_messages_system on public.inbound_messages to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists inbound_messages_tenant on public.inbound_messages;
create policy inbound_messages_tenant on public.inbound_messages to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.inbound_messages from public, colloquy_app, colloquy_system;
grant select, update (guest_id, phone, phone_hash, body) on table public.inbound_messages to colloquy_app;
grant delete, insert, select, update (phone_hash) on table public.inbound_messages to colloquy_system;
