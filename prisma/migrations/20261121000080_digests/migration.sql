-- Migrations run with row security off; creating an SQL function plans its body, which that setting refuses. No data
-- changes here.
set local row_security = on;

-- How far a company's events have been looked through for people to send an e-mail to. A company that was
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
create policy digest_marks_system on digest_marks to colloquy_system
  using (company_id = (select app.bound_company())) with check (company_id = (select app.bound_company()));
create policy digest_marks_system_list on digest_marks for select to colloquy_system using (true);
grant select on digest_marks to colloquy_app;
grant select, insert, update on digest_marks to colloquy_system;

-- People with something unread that they are to hear of by e-mail, once they are offline. One job at a time is in the queue
-- for each: queued_at is when it was put there.
create table pending_digests (
  company_id uuid not null,
  user_id uuid not null,
  checked_at timestamptz(3),
  queued_at timestamptz(3),
  constraint pending_digests_pkey primary key (company_id, user_id)
);
-- Up to which message of a conversation a person has been told by e-mail.
create table told_messages (
  company_id uuid not null,
  user_id uuid not null,
  conversation_id uuid not null,
  seq integer not null,
  constraint told_messages_pkey primary key (company_id, user_id, conversation_id)
);
create index told_messages_company_id_conversation_id_idx on told_messages (company_id, conversation_id);
alter table pending_digests
  add constraint pending_digests_company_id_user_id_fkey foreign key (company_id, user_id)
    references users (company_id, id) on delete cascade on update cascade;
alter table told_messages
  add constraint told_messages_company_id_user_id_fkey foreign key (company_id, user_id)
    references users (company_id, id) on delete cascade on update cascade,
  add constraint told_messages_company_id_conversation_id_fkey foreign key (company_id, conversation_id)
    references conversations (company_id, id) on delete cascade on update cascade;
do $$
declare
  v_table text;
begin
  foreach v_table in array array['pending_digests', 'told_messages'] loop
    execute format('alter table public.%I enable row level security', v_table);
    execute format('alter table public.%I force row level security', v_table);
    execute format(
      'create policy %I on public.%I to colloquy_app using (company_id = (select app.current_company())) with check (company_id = (select app.current_company()))',
      v_table || '_tenant', v_table
    );
    execute format(
      'create policy %I on public.%I to colloquy_system using (company_id = (select app.bound_company())) with check (company_id = (select app.bound_company()))',
      v_table || '_system', v_table
    );
  end loop;
end
$$;
create policy pending_digests_system_list on pending_digests for select to colloquy_system using (true);
grant select, insert, update, delete on pending_digests, told_messages to colloquy_system;

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

-- Looks through the bound company's events that are older than its e-mail delay, and remembers each person who has something
-- of them unread and wants to be told by e-mail; returns how many. One process at a time does it for a company; marks and
-- people are one transaction, so nobody is forgotten.
create function app.find_digests(p_max int) returns int
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
    from public.events e where e.company_id = v_company and e.position > v_from order by e.position limit p_max
  ) e where e.is_due;
  if v_to is null then
    return 0;
  end if;

  -- A reminder is told once more.
  delete from public.told_messages t using public.events e
  where t.company_id = v_company and t.conversation_id = e.conversation_id
    and e.company_id = v_company and e.position > v_from and e.position <= v_to and e.kind = 'BROADCAST_REMINDED';
  -- The update waits for a check that is about to find nothing and forget the person.
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

-- The unread messages that a person is to hear of by e-mail and has not been told of: all in the own conversations that are
-- not muted, in broadcasts where the sender asked for it, and elsewhere those that mention the person.
create function app.untold_messages(p_user uuid)
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
$$;

-- The untold messages that are past the company's e-mail delay, by conversation, latest first.
create function app.due_digest(p_user uuid) returns table (conversation_id uuid, message_count int, up_to_seq int)
language sql stable set search_path = pg_catalog, pg_temp as $$
  select m.conversation_id, count(*)::int, max(m.seq)
  from public.companies c cross join lateral app.untold_messages(p_user) m
  where c.id = app.bound_company() and m.created_at <= now() - make_interval(mins => c.email_delay_minutes)
  group by m.conversation_id order by max(m.created_at) desc, m.conversation_id
$$;

-- The next people to look at, at most p_most; two processes that ask at once get different ones. A job that has not come to
-- an end within an hour is taken for lost.
create function app.next_digests(p_max int) returns setof uuid
language sql volatile set search_path = pg_catalog, pg_temp as $$
  update public.pending_digests d set checked_at = clock_timestamp()
  from (
    select n.user_id from public.pending_digests n
    where n.company_id = app.bound_company() and (n.queued_at is null or n.queued_at < now() - interval '1 hour')
    order by n.checked_at nulls first, n.user_id limit p_max for no key update skip locked
  ) n
  where d.company_id = app.bound_company() and d.user_id = n.user_id
  returning d.user_id
$$;

-- Puts a job into the queue for each of these people who has something due, and forgets those with nothing left to hear of.
-- It waits for what is about to come due as well, though for no more than one delay: a burst of messages is one e-mail.
-- Returns how many jobs.
create function app.queue_digests(p_users uuid[]) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_delay interval;
  v_user uuid;
  v_wants boolean;
  v_count int;
  v_oldest timestamptz;
  v_latest timestamptz;
  v_queued_at timestamptz;
  v_jobs int := 0;
begin
  select make_interval(mins => c.email_delay_minutes) into v_delay from public.companies c where c.id = v_company;
  for v_user in
    select d.user_id from public.pending_digests d
    where d.company_id = v_company and d.user_id = any (p_users)
      and (d.queued_at is null or d.queued_at < now() - interval '1 hour')
    for update skip locked
  loop
    select u.is_enabled and u.email_when_offline and u.email is not null into v_wants
    from public.users u where u.company_id = v_company and u.id = v_user;
    select count(*), min(m.created_at), max(m.created_at) into v_count, v_oldest, v_latest
    from app.untold_messages(v_user) m where v_wants;
    if v_count = 0 then
      delete from public.pending_digests d where d.company_id = v_company and d.user_id = v_user;
    elsif v_latest <= now() - v_delay or v_oldest <= now() - 2 * v_delay then
      v_queued_at := date_trunc('milliseconds', clock_timestamp());
      update public.pending_digests d set queued_at = v_queued_at where d.company_id = v_company and d.user_id = v_user;
      perform app.enqueue_job(
        'send_digest',
        json_build_object('userId', v_user, 'queuedAt', (extract(epoch from v_queued_at) * 1000)::bigint),
        null, 'digest ' || v_user
      );
      v_jobs := v_jobs + 1;
    end if;
  end loop;
  return v_jobs;
end
$$;

-- True as long as the job that was put into the queue at this time is the person's one.
create function app.is_digest_queued(p_user uuid, p_queued_at bigint) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select exists (
    select from public.pending_digests d where d.company_id = app.bound_company() and d.user_id = p_user
      and (extract(epoch from d.queued_at) * 1000)::bigint = p_queued_at
  )
$$;

-- Ends a job: the person has been told of these conversations up to these messages, and is looked at again.
create function app.settle_digest(p_user uuid, p_queued_at bigint, p_conversations uuid[], p_seqs int[]) returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
  insert into public.told_messages as t (company_id, user_id, conversation_id, seq)
  select app.bound_company(), p_user, u.conversation_id, u.seq from unnest(p_conversations, p_seqs) u (conversation_id, seq)
  on conflict (company_id, user_id, conversation_id) do update set seq = greatest(t.seq, excluded.seq);
  update public.pending_digests d set queued_at = null
  where d.company_id = app.bound_company() and d.user_id = p_user
    and (extract(epoch from d.queued_at) * 1000)::bigint = p_queued_at;
$$;

-- Companies with events that have not been looked through, or people to look at; for the system role.
create function app.companies_to_digest() returns setof uuid
language sql stable set search_path = pg_catalog, pg_temp as $$
  select s.company_id from public.company_streams s
  left join public.digest_marks d on d.company_id = s.company_id
  where s.position > coalesce(d.position, -1)
    or exists (select from public.pending_digests p where p.company_id = s.company_id)
$$;

revoke execute on function
  app.begin_digests(), app.find_digests(int), app.untold_messages(uuid), app.due_digest(uuid), app.next_digests(int),
  app.queue_digests(uuid[]), app.is_digest_queued(uuid, bigint), app.settle_digest(uuid, bigint, uuid[], int[]),
  app.companies_to_digest()
from public;
grant execute on function
  app.begin_digests(), app.find_digests(int), app.untold_messages(uuid), app.due_digest(uuid), app.next_digests(int),
  app.queue_digests(uuid[]), app.is_digest_queued(uuid, bigint), app.settle_digest(uuid, bigint, uuid[], int[]),
  app.companies_to_digest(), app.start_seq(uuid, uuid, uuid)
to colloquy_system;
grant execute on function app.begin_digests() to colloquy_app;
