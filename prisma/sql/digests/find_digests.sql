-- Scans the bound company's events that are older than its e-mail delay, and adds the people to pending_digests who
-- have unread messages among them and want e-mail. Returns their number. One process at a time does this for a company.
-- Mark and people are written in one transaction, so nobody is lost.
create or replace function app.find_digests(p_max int) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_from bigint;
  v_to bigint;
  v_due timestamptz;
  v_count int;
begin
  insert into public.digest_marks (company_id, position)
  select s.company_id, s.position from public.company_streams s where s.company_id = v_company on conflict do nothing;
  select d.position into v_from from public.digest_marks d where d.company_id = v_company for update skip locked;
  if v_from is null then
    return 0;
  end if;
  select now() - make_interval(mins => c.email_delay_minutes) into v_due from public.companies c where c.id = v_company;
  -- Only events up to the first one that is not due.
  select max(e.position) into v_to from (
    select e.position, bool_and(e.created_at <= v_due) over (order by e.position) as is_due
    from public.events e where e.company_id = v_company and e.position > v_from order by e.position limit p_max
  ) e where e.is_due;
  if v_to is null then
    return 0;
  end if;

  -- A reminder makes a message eligible for a second e-mail.
  delete from public.told_messages t using public.events e
  where t.company_id = v_company and t.conversation_id = e.conversation_id
    and e.company_id = v_company and e.position > v_from and e.position <= v_to and e.kind = 'BROADCAST_REMINDED';
  -- The update waits for a concurrent check that would find nothing and delete the person.
  insert into public.pending_digests as d (company_id, user_id)
  select v_company, t.user_id from (
    select distinct u.id as user_id
    from public.events e
    join public.conversations c on c.company_id = e.company_id and c.id = e.conversation_id
    join public.messages m on m.company_id = e.company_id and m.id = e.message_id and m.state = 'POSTED'
    left join public.broadcasts b on b.company_id = c.company_id and b.id = c.id
    join public.users u on u.company_id = e.company_id and u.is_enabled and u.email_when_offline and u.email is not null
      and u.id <> m.author_id
    left join public.participants p on p.company_id = c.company_id and p.conversation_id = c.id and p.user_id = u.id
    where e.company_id = v_company and e.position > v_from and e.position <= v_to
      and e.kind in ('MESSAGE_SENT', 'BROADCAST_SENT', 'BROADCAST_REMINDED')
      and (p.user_id is not null and p.left_at is null or p.user_id is null and c.audience = 'COMPANY' and u.joined_at <= m.created_at)
      and coalesce(p.last_read_seq, 0) < m.seq and coalesce(p.hidden_seq, 0) < m.seq
      and not exists (
        select from public.hidden_messages h where h.company_id = m.company_id and h.user_id = u.id
          and h.conversation_id = m.conversation_id and h.seq = m.seq
      )
      and (not m.is_restricted or exists (select from app.allowed(m.company_id, m.id, u.id)))
      and case
        when exists (
          select from public.mentions n where n.company_id = m.company_id and n.message_id = m.id and n.user_id = u.id
        ) then true
        when coalesce(p.is_muted and (p.muted_until is null or p.muted_until > now()), false) then false
        when c.kind = 'BROADCAST' then b.email_offline and m.seq = 1
        else c.kind <> 'GLOBAL'
      end
    order by u.id
  ) t
  on conflict (company_id, user_id) do update set checked_at = null;
  get diagnostics v_count = row_count;
  update public.digest_marks d set position = v_to where d.company_id = v_company;
  return v_count;
end
$$;

revoke all on function app.find_digests from public, colloquy_app, colloquy_system;
grant execute on function app.find_digests to colloquy_system;
