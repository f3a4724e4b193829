-- Raises the reason for which the person may not do this with a message that they may read, if there is one.
create or replace function app.require_message_action(p_action text, p_user uuid, p_message public.messages) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_refusal record;
begin
  select r.code, r.detail, r.hint into v_refusal
  from app.message_rules(p_message.company_id, p_user) u
  cross join lateral app.message_refusal(
    p_action, p_user, p_message, u.moderates, u.edit_minutes, u.retract_minutes, u.max_depth
  ) r;
  if v_refusal.code is null then
    return;
  elsif v_refusal.hint is null then
    raise exception using errcode = v_refusal.code, message = v_refusal.detail, column = 'messageId';
  end if;
  raise exception using errcode = v_refusal.code, message = v_refusal.detail, column = 'messageId', hint = v_refusal.hint;
end
$$;

revoke all on function app.require_message_action from public, colloquy_app, colloquy_system;
grant execute on function app.require_message_action to colloquy_app;
