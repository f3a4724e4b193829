-- People with unread messages to report by e-mail once they are offline. Each has at most one job in the queue;
-- queued_at is the time at which it was enqueued.

alter table public.pending_digests enable row level security;
alter table public.pending_digests force row level security;

drop policy if exists pending_digests_system on public.pending_digests;
create policy pending_digests_system on public.pending_digests to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists pending_digests_system_list on public.pending_digests;
create policy pending_digests_system_list on public.pending_digests for select to colloquy_system using (true);

drop policy if exists pending_digests_tenant on public.pending_digests;
create policy pending_digests_tenant on public.pending_digests to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.pending_digests from public, colloquy_app, colloquy_system;
grant delete, insert, select, update on table public.pending_digests to colloquy_system;
