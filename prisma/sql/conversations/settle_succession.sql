-- Makes the longest-standing enabled member admin of a group or context without an enabled admin. Returns true if a
-- person has become admin. The caller holds the lock of the conversation.
create or replace function app.settle_succession(p_company uuid, p_conversation uuid) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform 1 from public.participants p join public.users u on u.company_id = p.company_id and u.id = p.user_id
  where p.company_id = p_company and p.conversation_id = p_conversation and p.left_at is null and p.role = 'ADMIN'
    and u.is_enabled;
  if found then
    return false;
  end if;
  update public.participants p set role = 'ADMIN'
  from (
    select q.user_id from public.participants q
    join public.users u on u.company_id = q.company_id and u.id = q.user_id and u.is_enabled
    where q.company_id = p_company and q.conversation_id = p_conversation and q.left_at is null
    order by q.joined_at, q.user_id limit 1
  ) heir
  where p.company_id = p_company and p.conversation_id = p_conversation and p.user_id = heir.user_id;
  return found;
end
$$;

revoke all on function app.settle_succession from public, colloquy_app, colloquy_system;
grant execute on function app.settle_succession to colloquy_app, colloquy_system;
