-- Settles the succession of groups whose last admin is disabled, and of groups without an enabled member in which a
-- person is enabled again. Conversations are locked in order of their ids, so that concurrent changes of members are
-- seen, and all of them before the company's stream, as sending does. The name of the trigger therefore sorts before
-- the one that appends the event.
create or replace function app.settle_successions() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_group record;
  v_companies uuid[] := '{}';
  v_conversations uuid[] := '{}';
  v_position bigint;
begin
  -- Most updates enable or disable nobody, and some are made by a role that may not lock conversations.
  perform 1 from after a join before b on b.company_id = a.company_id and b.id = a.id and a.is_enabled <> b.is_enabled;
  if not found then
    return null;
  end if;
  for v_group in
    select c.company_id, c.id from public.conversations c
    where c.kind in ('GROUP', 'CONTEXT') and not c.is_closed and (c.company_id, c.id) in (
      select p.company_id, p.conversation_id
      from after a join before b on b.company_id = a.company_id and b.id = a.id and a.is_enabled <> b.is_enabled
      join public.participants p on p.company_id = a.company_id and p.user_id = a.id and p.left_at is null
      where a.is_enabled or p.role = 'ADMIN'
    )
    order by c.company_id, c.id for no key update
  loop
    if app.settle_succession(v_group.company_id, v_group.id) then
      v_companies := v_companies || v_group.company_id;
      v_conversations := v_conversations || v_group.id;
    end if;
  end loop;
  for v_index in 1 .. cardinality(v_conversations) loop
    update public.company_streams s set position = s.position + 1
    where s.company_id = v_companies[v_index] returning s.position into v_position;
    insert into public.events (company_id, position, kind, conversation_id, actor_id)
    values (v_companies[v_index], v_position, 'CONVERSATION_CHANGED', v_conversations[v_index], app.bound_user());
  end loop;
  return null;
end
$$;

revoke all on function app.settle_successions from public, colloquy_app, colloquy_system;
