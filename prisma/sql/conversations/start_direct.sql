-- Starts a direct conversation without a message. The returned position is null if the caller had it already. A
-- conversation without a message is shown only to its creator, so once both people have started it, the creator is set
-- to null.
create or replace function app.start_direct(p_company uuid, p_user uuid, p_conversation uuid, p_recipient uuid) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform app.bind(p_company, p_user);
  if not app.ensure_direct(p_user, p_conversation, p_recipient) then
    update public.conversations c set created_by_id = null
    where c.company_id = p_company and c.id = p_conversation and c.last_seq = 0 and c.created_by_id <> p_user;
    if not found then
      return null;
    end if;
  end if;
  return app.append_event('CONVERSATION_CHANGED', p_conversation, null, null, p_user, p_user);
end
$$;

revoke all on function app.start_direct from public, colloquy_app, colloquy_system;
grant execute on function app.start_direct to colloquy_app;
