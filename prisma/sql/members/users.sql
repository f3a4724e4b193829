alter table public.users enable row level security;
alter table public.users force row level security;

drop policy if exists users_owner_read on public.users;
create policy users_owner_read on public.users for select to current_user using (true);

drop policy if exists users_system on public.users;
create policy users_system on public.users to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists users_tenant on public.users;
create policy users_tenant on public.users to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger users_settle_joined after insert on public.users
  referencing new table as after
  for each statement execute function app.settle_memberships();

create or replace trigger users_settle_memberships after update on public.users
  referencing old table as before new table as after
  for each statement execute function app.settle_memberships();

create or replace trigger users_tell_access_changed after update on public.users
  referencing old table as before new table as after
  for each statement execute function app.tell_access_changed();

create or replace trigger users_trail_added after insert on public.users
  referencing new table as after
  for each statement execute function app.audit_members();

-- After the locks of conversations, as its name sorts after theirs.
create or replace trigger users_trail_changed after update on public.users
  referencing old table as before new table as after
  for each statement execute function app.audit_members();

create or replace trigger users_words_added after insert on public.users for each row execute function app.keep_user_words();

create or replace trigger users_words_changed after update on public.users for each row
when ((old.search_words, old.name_folded, old.is_enabled) is distinct from (new.search_words, new.name_folded, new.is_enabled))
execute function app.keep_user_words();

revoke all on table public.users from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.users to colloquy_app;
grant insert, select, update on table public.users to colloquy_system;
