-- Retracts a message that the caller has locked: its texts are replaced by those that are encrypted as retracted ones. Returns
-- the position of the event.
create or replace function app.take_back(
  p_message public.messages, p_user uuid, p_subject bytea, p_body bytea, p_metadata bytea
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  update public.messages m
  set state = 'RETRACTED', retracted_at = now(), subject = p_subject, body = p_body, metadata = p_metadata
  where m.company_id = p_message.company_id and m.id = p_message.id;
  perform app.unindex_message(p_message.company_id, p_message.id);
  return app.append_event('MESSAGE_RETRACTED', p_message.conversation_id, p_message.id, p_message.seq, p_user);
end
$$;

revoke all on function app.take_back from public, colloquy_app, colloquy_system;
grant execute on function app.take_back to colloquy_app;
