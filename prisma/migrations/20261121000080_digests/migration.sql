-- Migrations run with row security off; creating an SQL function plans its body, which that setting refuses. No data
-- changes here.
set local row_security = on;

-- How far a company's events have been looked through for people to send an e-mail to (features 4.4). A company that was
-- there before this table starts with what happens from now on.
create table digest_marks (
  company_id uuid not null,
  position bigint not null default 0,
  constraint digest_marks_pkey primary key (company_id)
);
alter table digest_marks
  add constraint digest_marks_company_id_fkey foreign key (company_id) references companies (id) on delete cascade on update cascade;
alter table digest_marks enable row level security;
alter table digest_marks force row level security;
create policy digest_marks_tenant on digest_marks to colloquy_app
  using (company_id = (select app.current_company())) with check (company_id = (select app.current_company()));
create policy digest_marks_chores on digest_marks to colloquy_system
  using (company_id = (select app.bound_company())) with check (company_id = (select app.bound_company()));
create policy digest_marks_chores_list on digest_marks for select to colloquy_system using (true);
grant select on digest_marks to colloquy_app;
grant select, insert, update on digest_marks to colloquy_system;

-- A new company is looked through from its first event.
create function app.begin_digests() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into public.digest_marks (company_id) values (new.company_id) on conflict do nothing;
  return null;
end
$$;
create trigger company_streams_digests after insert on company_streams
  for each row execute function app.begin_digests();

-- Looks through the bound company's events that are older than its e-mail delay, and puts one job into the queue for each
-- person who has something of them unread and wants to be told by e-mail; returns how many. One process at a time does it
-- for a company; marks and jobs are one transaction, so nobody is forgotten and nobody asked twice.
create function app.queue_digests(p_most int) returns int
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
  -- Up to the first one that is not due.
  select max(e.position) into v_to from (
    select e.position, bool_and(e.created_at <= v_due) over (order by e.position) as is_due
    from public.events e where e.company_id = v_company and e.position > v_from order by e.position limit p_most
  ) e where e.is_due;
  if v_to is null then
    return 0;
  end if;

  perform app.enqueue_job(
    'send_digest', json_build_object('userId', t.user_id, 'upTo', v_to), null, 'digest ' || t.user_id
  ) from (
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
      and case
        when exists (
          select from public.mentions n where n.company_id = m.company_id and n.message_id = m.id and n.user_id = u.id
        ) then true
        when coalesce(p.is_muted and (p.muted_until is null or p.muted_until > now()), false) then false
        when c.kind = 'BROADCAST' then b.email_offline and m.seq = 1
        else c.kind <> 'GLOBAL'
      end
  ) t;
  get diagnostics v_count = row_count;
  update public.digest_marks d set position = v_to where d.company_id = v_company;
  return v_count;
end
$$;

-- Companies with events that have not been looked through; for the role that does chores.
create function app.companies_to_digest() returns setof uuid
language sql stable set search_path = pg_catalog, pg_temp as $$
  select s.company_id from public.company_streams s
  left join public.digest_marks d on d.company_id = s.company_id
  where s.position > coalesce(d.position, -1)
$$;

revoke execute on function app.begin_digests(), app.queue_digests(int), app.companies_to_digest() from public;
grant execute on function app.begin_digests(), app.queue_digests(int), app.companies_to_digest() to colloquy_system;
grant execute on function app.begin_digests() to colloquy_app;
