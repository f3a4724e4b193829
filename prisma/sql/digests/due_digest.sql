-- Returns the person's messages for a digest that are older than the company's e-mail delay, by conversation, latest
-- first.
create or replace function app.due_digest(p_user uuid) returns table (conversation_id uuid, message_count int, up_to_seq int)
language sql stable set search_path = pg_catalog, pg_temp as $$
  select m.conversation_id, count(*)::int, max(m.seq)
  from public.companies c cross join lateral app.untold_messages(p_user) m
  where c.id = app.bound_company() and m.created_at <= now() - make_interval(mins => c.email_delay_minutes)
  group by m.conversation_id order by max(m.created_at) desc, m.conversation_id
$$;

revoke all on function app.due_digest from public, colloquy_app, colloquy_system;
grant execute on function app.due_digest to colloquy_system;
