-- The words of a message as keyed hashes, in one row, so that messages can be searched without storing a word. Each
-- hash is combined with the day (app.day_salt): the index then holds the messages of a word day by day, and a frequent
-- word is read from the newest day backwards. A GIN index has no order of its own.

alter table public.message_words enable row level security;
alter table public.message_words force row level security;

drop policy if exists message_words_owner_read on public.message_words;
create policy message_words_owner_read on public.message_words for select to current_user
  using (true);

drop policy if exists message_words_sending on public.message_words;
create policy message_words_sending on public.message_words to current_user
  using (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null)
  with check (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null);

drop policy if exists message_words_system on public.message_words;
create policy message_words_system on public.message_words to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists message_words_tenant on public.message_words;
create policy message_words_tenant on public.message_words to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.message_words from public, colloquy_app, colloquy_system;
grant delete, insert, select, update on table public.message_words to colloquy_app;
grant delete, insert, select, update on table public.message_words to colloquy_system;
