-- Migrations run with row security off; creating an SQL function plans its body, which that setting refuses.
set local row_security = on;

-- What people are searched by is folded in src/search, in one way for names and searches alike; SQL cannot fold so. The
-- words are never null, and the text that they were made from must be the one that stands beside them: whoever writes a
-- name or an address and forgets the words is refused.
alter table users add column search_words text[], add column search_source text;

-- The names are folded already. Scripts without spaces are found from any character on.
alter table users no force row level security;
update users u set
  search_source = u.name || E'\n' || coalesce(u.email, ''),
  search_words = coalesce(nullif(array(
    select distinct left(substr(w.word, n), 40)
    from regexp_split_to_table(
      u.name_folded || ' ' || lower(regexp_replace(coalesce(u.email, ''), '@[^@]*$', '')), '\s+'
    ) t (token)
    cross join (values ('[-‐-―()\[\]{}<>«»‘’‚“”„"''.,;:/·・]+')) separators (pattern)
    cross join lateral (
      select regexp_split_to_table(t.token, separators.pattern)
      union
      select regexp_replace(t.token, separators.pattern, '', 'g')
    ) w (word)
    cross join generate_series(1, case when w.word ~ '[぀-ヿ㐀-鿿가-힯]' then least(length(w.word), 16) else 1 end) n
    where w.word <> ''
    limit 32
  ), '{}'), array[left(u.name_folded, 40)]);
alter table users force row level security;

-- Names are compared byte by byte, so that a prefix is a range of an index on every server.
alter table users
  alter column search_words set not null,
  alter column search_source set not null,
  add constraint users_search_words_check check (cardinality(search_words) between 1 and 32),
  add constraint users_search_source_check check (search_source = name || E'\n' || coalesce(email, '')),
  alter column name_folded type text collate "C";

-- Each word that a person is found by. Under row-level security only comparisons become index conditions, no array or
-- trigram operators; the key holds all that a search needs, so that it reads the index alone.
create table user_words (
  company_id uuid not null,
  word text collate "C" not null,
  name_folded text collate "C" not null,
  user_id uuid not null,
  is_enabled boolean not null,
  constraint user_words_pkey primary key (company_id, word, name_folded, user_id, is_enabled)
);
create index user_words_company_id_user_id_idx on user_words (company_id, user_id);

insert into user_words (company_id, word, name_folded, user_id, is_enabled)
select u.company_id, w.word, u.name_folded, u.id, u.is_enabled
from users u cross join lateral (select distinct unnest(u.search_words)) w (word);

alter table user_words
  add constraint user_words_company_id_user_id_fkey foreign key (company_id, user_id)
    references users (company_id, id) on delete cascade on update cascade;
alter table user_words enable row level security;
alter table user_words force row level security;
create policy user_words_tenant on user_words to colloquy_app
  using (company_id = (select app.current_company())) with check (company_id = (select app.current_company()));
create policy user_words_system on user_words to colloquy_system
  using (company_id = (select app.bound_company())) with check (company_id = (select app.bound_company()));
-- Written by the trigger below and by nobody else.
create policy user_words_owner on user_words to current_user using (true);
grant select on user_words to colloquy_app, colloquy_system;

-- Keeps the rows in step with the person, in the transaction of whoever writes it. Runs as the owner and touches the rows
-- of that one person.
create function app.keep_user_words() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    delete from public.user_words w where w.company_id = new.company_id and w.user_id = new.id;
  end if;
  insert into public.user_words (company_id, word, name_folded, user_id, is_enabled)
  select new.company_id, w.word, new.name_folded, new.id, new.is_enabled
  from (select distinct pg_catalog.unnest(new.search_words)) w (word);
  return null;
end
$$;
create trigger users_words_added after insert on users for each row execute function app.keep_user_words();
create trigger users_words_changed after update on users for each row
when ((old.search_words, old.name_folded, old.is_enabled) is distinct from (new.search_words, new.name_folded, new.is_enabled))
execute function app.keep_user_words();
