-- Replaces the access rules of a message, and tells the people of its conversation who gain or lose it, and nobody else. Its
-- author may do so, and a moderator who may see the message.
create or replace function app.set_message_access(p_company uuid, p_user uuid, p_message uuid, p_rules jsonb) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_message public.messages := app.hold_message(v_company, p_user, p_message);
  v_before uuid[];
  v_after uuid[];
begin
  if v_message.author_id <> p_user then
    perform app.require_message_action('MODERATE', p_user, v_message);
  end if;
  v_before := app.people_shown(v_company, v_message.conversation_id, p_message);
  update public.messages m set is_restricted = app.restrict_message(v_company, p_message, p_rules)
  where m.company_id = v_company and m.id = p_message;
  v_after := app.people_shown(v_company, v_message.conversation_id, p_message);
  return app.append_event('MESSAGE_ACCESS_CHANGED', v_message.conversation_id, p_message, v_message.seq, p_user,
    p_joined => array(select unnest(v_after) except select unnest(v_before)),
    p_left => array(select unnest(v_before) except select unnest(v_after)));
end
$$;

revoke all on function app.set_message_access from public, colloquy_app, colloquy_system;
grant execute on function app.set_message_access to colloquy_app;
