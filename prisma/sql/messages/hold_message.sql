-- Locks and returns a posted or retracted message that the person may read, for a change of it. Raises CQ404 otherwise, and
-- CQ403 for an own message that is not posted, which stays as moderators see it.
create or replace function app.hold_message(p_company uuid, p_user uuid, p_message uuid) returns public.messages
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_message public.messages;
begin
  perform app.seen_message(p_company, p_user, p_message, 'messageId');
  select m.* into v_message from public.messages m where m.company_id = p_company and m.id = p_message for no key update;
  perform app.require_message_action('HIDE', p_user, v_message);
  return v_message;
end
$$;

revoke all on function app.hold_message from public, colloquy_app, colloquy_system;
grant execute on function app.hold_message to colloquy_app;
