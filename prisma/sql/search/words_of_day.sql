-- The words as they are stored with a message of this day.
create or replace function app.words_of_day(p_words bigint[], p_day integer) returns bigint[]
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(w.word # app.day_salt(p_day)), '{}') from unnest(p_words) w (word)
$$;

revoke all on function app.words_of_day from public, colloquy_app, colloquy_system;
grant execute on function app.words_of_day to colloquy_app, colloquy_system;
