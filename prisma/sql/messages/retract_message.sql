-- Retracts a message for everyone. It keeps its sequence number, and its text of p_revision encrypted again as a
-- retracted one. The returned position is null if it was retracted already.
create or replace function app.retract_message(
  p_company uuid, p_user uuid, p_message uuid, p_revision int, p_subject bytea, p_body bytea, p_metadata bytea
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_message public.messages := app.hold_message(v_company, p_user, p_message);
begin
  if v_message.state = 'RETRACTED' then
    return null;
  end if;
  perform app.require_message_action('RETRACT', p_user, v_message);
  if v_message.revision <> p_revision then
    raise exception using errcode = 'CQ409', message = 'The message has been edited meanwhile: read it again.', column = 'messageId';
  end if;
  return app.take_back(v_message, p_user, p_subject, p_body, p_metadata);
end
$$;

revoke all on function app.retract_message from public, colloquy_app, colloquy_system;
grant execute on function app.retract_message to colloquy_app;
