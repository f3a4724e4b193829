-- Sets or removes one reaction. A message has at most 20 different emoji. The returned position is null if nothing has
-- changed.
create or replace function app.set_reaction(p_company uuid, p_user uuid, p_message uuid, p_emoji text, p_on boolean) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_message public.messages := app.hold_message(v_company, p_user, p_message);
begin
  perform app.require_message_action('REACT', p_user, v_message);
  if p_on then
    if (
      select count(distinct r.emoji) from public.reactions r
      where r.company_id = v_company and r.message_id = p_message and r.emoji <> p_emoji and r.is_on
    ) >= 20 then
      raise exception using errcode = 'CQ422', message = 'A message has at most 20 kinds of reactions.', column = 'emoji';
    end if;
    insert into public.reactions as r (company_id, message_id, emoji, user_id)
    values (v_company, p_message, p_emoji, p_user)
    on conflict (company_id, message_id, emoji, user_id) do update set is_on = true, created_at = excluded.created_at
      where not r.is_on;
  else
    update public.reactions r set is_on = false
    where r.company_id = v_company and r.message_id = p_message and r.emoji = p_emoji and r.user_id = p_user and r.is_on;
  end if;
  if not found then
    return null;
  end if;
  return app.append_event('REACTIONS_CHANGED', v_message.conversation_id, p_message, v_message.seq, p_user);
end
$$;

revoke all on function app.set_reaction from public, colloquy_app, colloquy_system;
grant execute on function app.set_reaction to colloquy_app;
