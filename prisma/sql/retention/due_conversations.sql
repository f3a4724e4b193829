-- Returns the next p_max conversations of the bound company after this id, and whether they have messages past their retention.
-- Messages of a conversation are in the order of their times, so its first one tells; those without a number are few.
create or replace function app.due_conversations(p_end timestamptz, p_after uuid, p_max int)
returns table (id uuid, is_due boolean)
language sql stable set search_path = pg_catalog, pg_temp as $$
  select c.id, coalesce(f.created_at < p_end, false) or exists (
    select from public.messages m
    where m.company_id = c.company_id and m.conversation_id = c.id and m.seq is null and m.created_at < p_end
  )
  from (
    select c.company_id, c.id from public.conversations c
    where c.company_id = app.bound_company() and (p_after is null or c.id > p_after) order by c.id limit p_max
  ) c
  left join lateral (
    select m.created_at from public.messages m
    where m.company_id = c.company_id and m.conversation_id = c.id and m.seq is not null order by m.seq limit 1
  ) f on true
  order by c.id
$$;

revoke all on function app.due_conversations from public, colloquy_app, colloquy_system;
grant execute on function app.due_conversations to colloquy_system;
