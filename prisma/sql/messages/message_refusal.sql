-- The reason for which the person may not do this with a message that they may read: code, words and hint of the error, all
-- null if they may. Mutations raise it by app.require_message_action, and Message.allowedActions lists the actions without
-- one, so that there is one rule. HIDE stands for every change that only a message without a number refuses. The parameters after
-- the message are of app.message_rules: a page of messages looks them up once.
create or replace function app.message_refusal(
  p_action text, p_user uuid, p_message public.messages, p_moderates boolean, p_edit_minutes int, p_retract_minutes int,
  p_max_depth int, out code text, out detail text, out hint text
) language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_is_own constant boolean := p_message.author_id = p_user;
begin
  if p_message.seq is null then
    code := 'CQ403';
    detail := case p_message.state
      when 'HELD' then 'The message waits for review: until then nothing about it changes.'
      else 'The message was rejected by a moderator.' end;
    return;
  end if;
  case p_action
    when 'REPLY' then
      if p_message.depth >= p_max_depth then
        code := 'CQ414';
        detail := 'The thread is at its deepest level.';
        hint := p_max_depth::text;
      end if;
    when 'EDIT' then
      if not v_is_own then
        code := 'CQ403';
        detail := 'Only its author may edit a message.';
      elsif p_message.state = 'RETRACTED' then
        code := 'CQ409';
        detail := 'The message has been retracted.';
      elsif p_message.created_at + make_interval(mins => p_edit_minutes) <= now() then
        code := 'CQ403';
        detail := case p_edit_minutes
          when 0 then 'Messages cannot be edited in this company.'
          else format('Messages can be edited for %s minutes.', p_edit_minutes) end;
      end if;
    when 'RETRACT' then
      if p_message.state = 'RETRACTED' then
        code := 'CQ409';
        detail := 'The message has been retracted.';
      elsif (not v_is_own or p_message.created_at + make_interval(mins => p_retract_minutes) <= now()) and not p_moderates then
        code := 'CQ403';
        hint := 'MESSAGE_MODERATE';
        detail := case
          when not v_is_own then 'Only its author or a moderator may retract a message.'
          when p_retract_minutes = 0 then 'Authors cannot retract messages in this company.'
          else format('Messages can be retracted for %s minutes.', p_retract_minutes) end;
      end if;
    when 'REACT' then
      if p_message.state <> 'POSTED' then
        code := 'CQ409';
        detail := 'The message has been retracted.';
      end if;
    when 'REPORT' then
      if v_is_own then
        code := 'CQ403';
        detail := 'You cannot report a message of your own.';
      elsif p_message.state = 'RETRACTED' then
        code := 'CQ422';
        detail := 'The message has been retracted already.';
      end if;
    when 'MODERATE' then
      if not p_moderates then
        code := 'CQ403';
        hint := 'MESSAGE_MODERATE';
        detail := 'Only its author or a moderator may say who sees a message.';
      end if;
    when 'HIDE' then
      null;
  end case;
end
$$;

revoke all on function app.message_refusal from public, colloquy_app, colloquy_system;
grant execute on function app.message_refusal to colloquy_app, colloquy_system;
