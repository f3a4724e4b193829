alter table public.guest_messages enable row level security;
alter table public.guest_messages force row level security;

drop policy if exists guest_messages_system on public.guest_messages;
create policy guest_messages_system on public.guest_messages to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists guest_messages_tenant on public.guest_messages;
create policy guest_messages_tenant on public.guest_messages to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.guest_messages from public, colloquy_app, colloquy_system;
grant insert, select, update (cancelled_at, recipient_count) on table public.guest_messages to colloquy_app;
grant delete, select, update (expanded_to, is_expanded, recipient_count, in_reply_to_id) on table public.guest_messages to colloquy_system;
