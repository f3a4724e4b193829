-- Returns the words as they are stored with messages of this day.
create or replace function app.words_of_day(p_words bigint[], p_day integer) returns bigint[]
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  -- Asked for once: it costs more than all else about a word.
  v_salt bigint := app.day_salt(p_day);
begin
  return array(select w.word # v_salt from unnest(p_words) w (word));
end
$$;

revoke all on function app.words_of_day from public, colloquy_app, colloquy_system;
grant execute on function app.words_of_day to colloquy_app, colloquy_system;
