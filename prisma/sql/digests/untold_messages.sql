-- Returns the person's unread messages that no e-mail has reported and that should be: all in the person's own
-- conversations that are not muted, in broadcasts if the sender asked for it, and elsewhere those that mention the
-- person.
create or replace function app.untold_messages(p_user uuid)
returns table (conversation_id uuid, seq int, created_at timestamptz)
language sql stable set search_path = pg_catalog, pg_temp as $$
  with memberships as materialized (
    select c.id, c.kind, greatest(p.last_read_seq, p.hidden_seq, t.seq) as mark,
      p.is_muted and (p.muted_until is null or p.muted_until > now()) as is_muted
    from public.participants p
    join public.conversations c on c.company_id = p.company_id and c.id = p.conversation_id
    left join public.told_messages t on t.company_id = p.company_id and t.conversation_id = p.conversation_id
      and t.user_id = p.user_id
    where p.company_id = app.bound_company() and p.user_id = p_user and p.left_at is null
      and c.last_seq > greatest(p.last_read_seq, p.hidden_seq, t.seq)
    union all
    select c.id, c.kind, greatest(app.start_seq(c.company_id, c.id, p_user), t.seq), false
    from public.conversations c
    left join public.told_messages t on t.company_id = c.company_id and t.conversation_id = c.id and t.user_id = p_user
    where c.company_id = app.bound_company() and c.audience = 'COMPANY' and c.last_seq > coalesce(t.seq, 0)
      and not exists (
        select from public.participants p
        where p.company_id = c.company_id and p.conversation_id = c.id and p.user_id = p_user
      )
  ), wanted as (
    select m.company_id, m.id
    from memberships c join public.messages m on m.company_id = app.bound_company() and m.conversation_id = c.id and m.seq > c.mark
    where not c.is_muted and c.kind not in ('GLOBAL', 'BROADCAST')
    union
    select m.company_id, m.id
    from memberships c
    join public.broadcasts b on b.company_id = app.bound_company() and b.id = c.id and b.email_offline
    join public.messages m on m.company_id = b.company_id and m.conversation_id = c.id and m.seq = 1
    where not c.is_muted and c.kind = 'BROADCAST' and c.mark < 1
    union
    select n.company_id, n.message_id
    from memberships c join public.mentions n on n.company_id = app.bound_company() and n.user_id = p_user
      and n.conversation_id = c.id and n.seq > c.mark
  )
  select m.conversation_id, m.seq, m.created_at
  from wanted w join public.messages m on m.company_id = w.company_id and m.id = w.id
  where m.state = 'POSTED' and m.author_id <> p_user and not exists (
    select from public.hidden_messages h where h.company_id = m.company_id and h.user_id = p_user
      and h.conversation_id = m.conversation_id and h.seq = m.seq
  )
  and (not m.is_restricted or exists (select from app.allowed(m.company_id, m.id, p_user)))
$$;

revoke all on function app.untold_messages from public, colloquy_app, colloquy_system;
grant execute on function app.untold_messages to colloquy_system;
