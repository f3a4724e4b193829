-- Creates the person's membership, or restores an earlier one. Its marks are kept, so that receipts never go back.
create or replace function app.join_conversation(p_company uuid, p_conversation uuid, p_user uuid, p_seq int)
returns public.participants
language sql volatile set search_path = pg_catalog, pg_temp as $$
  insert into public.participants as p (company_id, conversation_id, user_id, joined_seq)
  values (p_company, p_conversation, p_user, p_seq)
  on conflict (company_id, conversation_id, user_id) do update
    set left_at = null, role = 'MEMBER', by_department = false, joined_at = excluded.joined_at, joined_seq = excluded.joined_seq
    where p.left_at is not null
  returning p.*
$$;

revoke all on function app.join_conversation from public, colloquy_app, colloquy_system;
grant execute on function app.join_conversation to colloquy_app;
