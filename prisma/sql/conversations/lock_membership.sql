-- Locks the bound member's own membership for a change of its marks. In a company-wide conversation every member has
-- one, which is stored when it is first needed. Raises CQ404 with p_column if the member is not a participant.
create or replace function app.lock_membership(
  p_company uuid, p_user uuid, p_conversation uuid, p_column text, out last_seq int, out membership public.participants
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_conversation public.conversations;
  v_start int;
begin
  select c.* into v_conversation from public.conversations c where c.company_id = p_company and c.id = p_conversation;
  last_seq := v_conversation.last_seq;
  select p.* into membership from public.participants p
  where p.company_id = p_company and p.conversation_id = p_conversation and p.user_id = p_user and p.left_at is null
  for no key update;
  if membership.user_id is null and v_conversation.audience = 'COMPANY' then
    v_start := app.start_seq(p_company, p_conversation, p_user);
    insert into public.participants (company_id, conversation_id, user_id, joined_seq, last_read_seq, last_delivered_seq)
    values (p_company, p_conversation, p_user, v_start, v_start, v_start) on conflict do nothing;
    select p.* into membership from public.participants p
    where p.company_id = p_company and p.conversation_id = p_conversation and p.user_id = p_user for no key update;
  end if;
  if membership.user_id is null then
    perform app.refuse_stranger(v_conversation);
  end if;
  if membership.user_id is null
    or not app.is_begun(v_conversation.kind, last_seq, v_conversation.created_by_id, p_user) then
    raise exception using errcode = 'CQ404', message = 'There is no such conversation.', column = p_column;
  end if;
end
$$;

revoke all on function app.lock_membership from public, colloquy_app, colloquy_system;
grant execute on function app.lock_membership to colloquy_app;
