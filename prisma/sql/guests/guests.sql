-- Guests. Consent changes under the lock of the guest's row, which claiming a delivery takes as well.

alter table public.guests enable row level security;
alter table public.guests force row level security;

-- For app.guests_with_words, which runs as the owner. The rows hold ciphertext and keyed hashes only.
drop policy if exists guests_owner_read on public.guests;
create policy guests_owner_read on public.guests for select to current_user
  using (true);

drop policy if exists guests_system on public.guests;
create policy guests_system on public.guests to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists guests_tenant on public.guests;
create policy guests_tenant on public.guests to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.guests from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.guests to colloquy_app;
grant insert, select, update on table public.guests to colloquy_system;
