-- Replaces the words by which a message is found. p_created_at is the time of the message.
create or replace function app.index_message(
  p_company uuid, p_conversation uuid, p_message uuid, p_created_at timestamptz, p_words bigint[]
) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_day integer := app.day_of(p_created_at);
begin
  insert into public.message_days (company_id, day) values (p_company, v_day) on conflict do nothing;
  insert into public.message_words (company_id, message_id, conversation_id, created_at, words)
  values (p_company, p_message, p_conversation, p_created_at, app.words_of_day(p_words, v_day))
  on conflict (company_id, message_id) do update set words = excluded.words;
end
$$;

revoke all on function app.index_message from public, colloquy_app, colloquy_system;
grant execute on function app.index_message to colloquy_app, colloquy_system;
