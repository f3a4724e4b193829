-- People with something unread that they are to hear of by e-mail, once they are offline. One job at a time is in the queue
-- for each: queued_at is when it was put there.

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
