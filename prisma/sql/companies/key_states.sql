alter table public.key_states enable row level security;
alter table public.key_states force row level security;

drop policy if exists key_states_owner_read on public.key_states;
create policy key_states_owner_read on public.key_states for select to current_user using (true);

drop policy if exists key_states_system on public.key_states;
create policy key_states_system on public.key_states to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

-- Every process looks for the keys of all companies that have changed.
drop policy if exists key_states_system_list on public.key_states;
create policy key_states_system_list on public.key_states for select to colloquy_system using (true);

drop policy if exists key_states_tenant on public.key_states;
create policy key_states_tenant on public.key_states to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.key_states from public, colloquy_app, colloquy_system;
grant select on table public.key_states to colloquy_app;
grant insert, select, update on table public.key_states to colloquy_system;
