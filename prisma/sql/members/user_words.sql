-- The words by which people are found, one per row. Under row-level security only comparisons can use an index, not
-- operators of arrays or trigrams. The key contains all columns that a search needs, so that the search reads the index
-- only.

alter table public.user_words enable row level security;
alter table public.user_words force row level security;

-- Only the trigger app.keep_user_words writes this table.
drop policy if exists user_words_owner on public.user_words;
create policy user_words_owner on public.user_words to current_user using (true);

drop policy if exists user_words_system on public.user_words;
create policy user_words_system on public.user_words to colloquy_system
  using (company_id = (select app.bound_company())) with check (company_id = (select app.bound_company()));

drop policy if exists user_words_tenant on public.user_words;
create policy user_words_tenant on public.user_words to colloquy_app
  using (company_id = (select app.current_company())) with check (company_id = (select app.current_company()));

revoke all on table public.user_words from public, colloquy_app, colloquy_system;
grant select on table public.user_words to colloquy_app;
grant select on table public.user_words to colloquy_system;
