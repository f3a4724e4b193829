-- Returns the people who have a conversation and are let see one message of it by its access rules.
create or replace function app.people_shown(p_company uuid, p_conversation uuid, p_message uuid) returns uuid[]
language sql stable set search_path = pg_catalog, pg_temp as $$
  select array(
    select u.id from public.messages m
    join public.conversations c on c.company_id = m.company_id and c.id = m.conversation_id
    cross join lateral (
      select p.user_id as id from public.participants p
      where p.company_id = c.company_id and p.conversation_id = c.id and p.left_at is null
      union
      select u.id from public.users u where u.company_id = c.company_id and u.is_enabled and c.audience <> 'PARTICIPANTS'
    ) u
    where m.company_id = p_company and m.conversation_id = p_conversation and m.id = p_message
      and (not m.is_restricted or m.author_id = u.id or exists (select from app.allowed(m.company_id, m.id, u.id)))
  )
$$;

revoke all on function app.people_shown from public, colloquy_app, colloquy_system;
grant execute on function app.people_shown to colloquy_app;
