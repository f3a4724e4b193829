-- Updates the rows of user_words in the transaction that writes the person. Runs as the owner and changes the rows of
-- that person only.
create or replace function app.keep_user_words() returns trigger
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

revoke all on function app.keep_user_words from public, colloquy_app, colloquy_system;
