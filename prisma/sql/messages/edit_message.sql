-- Replaces a message's text with one that is encrypted for the revision after p_revision. The earlier text is stored
-- encrypted as a replaced one, so that no table contains its ciphertext as the current text, which could be put back. An edit
-- that is refused for spam is an outcome and no exception, because the penalty is to stay.
create or replace function app.edit_message(
  p_company uuid, p_user uuid, p_message uuid, p_revision int, p_subject bytea, p_body bytea, p_words bigint[],
  p_replaced_subject bytea, p_replaced_body bytea, p_signals text[],
  out "position" bigint, out cooldown_until timestamptz
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_message public.messages := app.hold_message(v_company, p_user, p_message);
begin
  perform app.require_message_action('EDIT', p_user, v_message);
  if v_message.revision <> p_revision then
    raise exception using errcode = 'CQ409', message = 'The message has been edited meanwhile: read it again.', column = 'messageId';
  end if;
  select j.cooldown_until into cooldown_until from app.punish_spam(v_company, p_user, p_signals, false) j;
  if cooldown_until is not null then
    return;
  end if;
  insert into public.message_revisions (company_id, message_id, revision, subject, body, edited_at, edited_by_id)
  values (v_company, p_message, p_revision, p_replaced_subject, p_replaced_body, now(), p_user);
  update public.messages m set subject = p_subject, body = p_body, revision = p_revision + 1, edited_at = now()
  where m.company_id = v_company and m.id = p_message;
  perform app.index_message(v_company, v_message.conversation_id, p_message, v_message.created_at, p_words);
  position := app.append_event('MESSAGE_EDITED', v_message.conversation_id, p_message, v_message.seq, p_user);
end
$$;

revoke all on function app.edit_message from public, colloquy_app, colloquy_system;
grant execute on function app.edit_message to colloquy_app;
