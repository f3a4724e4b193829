alter table public.participants enable row level security;
alter table public.participants force row level security;

drop policy if exists participants_sending on public.participants;
create policy participants_sending on public.participants to current_user
  using (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null)
  with check (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null);

drop policy if exists participants_system on public.participants;
create policy participants_system on public.participants to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists participants_tenant on public.participants;
create policy participants_tenant on public.participants to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger participants_broadcast_marks after update of last_read_seq, last_delivered_seq on public.participants
  for each row when (
    old.last_delivered_seq = 0 and new.last_delivered_seq > 0 or old.last_read_seq = 0 and new.last_read_seq > 0
  )
  execute function app.count_broadcast_marks();

revoke all on table public.participants from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.participants to colloquy_app;
-- People whom a change of members takes out of a department channel have left.
grant select, update (role, left_at, is_muted, muted_until, unread_from_seq) on table public.participants to colloquy_system;

-- Marks move often and are in no index: a new version finds room in the same page.
alter table public.participants set (fillfactor = 50);
