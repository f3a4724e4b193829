-- Removes a retracted message from the index.
create or replace function app.unindex_message(p_company uuid, p_message uuid) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  delete from public.message_words w where w.company_id = p_company and w.message_id = p_message;
end
$$;

revoke all on function app.unindex_message from public, colloquy_app, colloquy_system;
grant execute on function app.unindex_message to colloquy_app, colloquy_system;
