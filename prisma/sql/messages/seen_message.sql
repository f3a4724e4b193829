-- Returns the message if app.seen lets the person read it, and raises CQ404 with p_column otherwise.
create or replace function app.seen_message(p_company uuid, p_user uuid, p_message uuid, p_column text) returns public.messages
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_message public.messages;
begin
  select m.* into v_message from public.messages m
  cross join lateral (
    select from app.seen(m.company_id, m.conversation_id, m.id, m.seq, m.author_id, m.is_restricted, p_user) offset 0
  ) seen
  where m.company_id = p_company and m.id = p_message;
  if not found then
    raise exception using errcode = 'CQ404', message = 'There is no such message.', column = p_column;
  end if;
  return v_message;
end
$$;

revoke all on function app.seen_message from public, colloquy_app, colloquy_system;
grant execute on function app.seen_message to colloquy_app;
