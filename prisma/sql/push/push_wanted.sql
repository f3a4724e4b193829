-- One row if a message is to be pushed to the person now: it is another person's, unread and not hidden, and the person may read
-- it, wants notifications and may be disturbed. In a muted conversation only a mention is.
create or replace function app.push_wanted(p_company uuid, p_message uuid, p_user uuid)
returns table (conversation_id uuid, seq int, unread_count int)
language sql stable rows 1 set search_path = pg_catalog, pg_temp as $$
  select c.id, m.seq, (
    select count(*)::int from (
      select from public.messages o where o.company_id = c.company_id and o.conversation_id = c.id and o.seq > k.mark
        and o.state = 'POSTED' and o.author_id <> u.id and (not o.is_restricted or exists (select from app.allowed(o.company_id, o.id, u.id)))
        and not exists (
          select from public.hidden_messages h where h.company_id = o.company_id and h.user_id = u.id
            and h.conversation_id = o.conversation_id and h.seq = o.seq
        )
      limit 1000
    ) n
  )
  from public.messages m
  join public.conversations c on c.company_id = m.company_id and c.id = m.conversation_id
  join public.companies t on t.id = m.company_id and t.messaging_enabled and not t.safe_mode
  join public.users u on u.company_id = m.company_id and u.id = p_user and u.is_enabled and u.browser_notifications
    and (u.do_not_disturb_until is null or u.do_not_disturb_until <= now())
  join public.roles r on r.company_id = u.company_id and r.id = u.role_id and 'MESSAGE_READ' = any(r.permissions)
  left join public.participants p on p.company_id = c.company_id and p.conversation_id = c.id and p.user_id = u.id
  cross join lateral (
    select greatest(p.last_read_seq, p.hidden_seq, case when p.user_id is null then app.start_seq(c.company_id, c.id, u.id) end) as mark
  ) k
  where m.company_id = p_company and m.id = p_message and m.state = 'POSTED' and m.author_id <> u.id and m.seq > k.mark
    and (p.user_id is not null and p.left_at is null or p.user_id is null and c.audience = 'COMPANY')
    and (not m.is_restricted or exists (select from app.allowed(m.company_id, m.id, u.id)))
    and not exists (
      select from public.hidden_messages h where h.company_id = m.company_id and h.user_id = u.id
        and h.conversation_id = m.conversation_id and h.seq = m.seq
    )
    and (not coalesce(p.is_muted and (p.muted_until is null or p.muted_until > now()), false) or exists (
      select from public.mentions n where n.company_id = m.company_id and n.message_id = m.id and n.user_id = u.id
    ))
$$;

revoke all on function app.push_wanted from public, colloquy_app, colloquy_system;
grant execute on function app.push_wanted to colloquy_system;
