-- Finds or creates the direct conversation with p_recipient. Its id is derived from both people, so that concurrent
-- calls meet at the primary key.
create or replace function app.ensure_direct(p_user uuid, p_conversation uuid, p_recipient uuid) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.current_company();
begin
  if p_recipient = p_user then
    raise exception using errcode = 'CQ422', message = 'You cannot write to yourself.', column = 'recipientId';
  end if;
  perform 1 from public.users u where u.company_id = v_company and u.id = p_recipient and u.is_enabled;
  if not found then
    raise exception using errcode = 'CQ404', message = 'There is no such person.', column = 'recipientId';
  end if;
  insert into public.conversations (company_id, id, kind, created_by_id)
  values (v_company, p_conversation, 'DIRECT', p_user)
  on conflict do nothing;
  if not found then
    return false;
  end if;
  insert into public.participants (company_id, conversation_id, user_id)
  values (v_company, p_conversation, p_user), (v_company, p_conversation, p_recipient);
  return true;
end
$$;

revoke all on function app.ensure_direct from public, colloquy_app, colloquy_system;
grant execute on function app.ensure_direct to colloquy_app;
