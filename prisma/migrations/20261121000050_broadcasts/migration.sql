-- Migrations run with row security off; creating an SQL function plans its body, which that setting refuses. The new
-- columns get their defaults without one row being read.
set local row_security = on;

-- A broadcast; once sent it is message 1 of its own conversation, and both have its id. Its texts are bound to that message
-- from the start, so that sending them late moves ciphertext and needs no key.
create table broadcasts (
  company_id uuid not null,
  id uuid not null,
  author_id uuid not null,
  subject bytea not null,
  body bytea not null,
  -- What it will be found by.
  words bigint[] not null default '{}',
  priority text not null default 'NORMAL',
  audience text not null,
  status text not null,
  local_time text,
  time_zone text,
  scheduled_for timestamptz(3),
  sent_at timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp(),
  -- What the feed is sorted by: when it was sent, and before that, when it was made.
  listed_at timestamptz(3) not null default current_timestamp,
  email_offline boolean not null default false,
  replies_allowed boolean not null default false,
  -- Everyone entitled at the moment of sending, without the author; and how many of them have it, and have read it.
  recipient_count integer not null default 0,
  delivered_count integer not null default 0,
  read_count integer not null default 0,
  constraint broadcasts_pkey primary key (company_id, id)
);
create index broadcasts_company_id_listed_at_id_idx on broadcasts (company_id, listed_at, id);
create index broadcasts_company_id_sent_at_idx on broadcasts (company_id, sent_at);
alter table broadcasts
  add constraint broadcasts_company_id_fkey foreign key (company_id) references companies (id) on delete cascade on update cascade,
  add constraint broadcasts_company_id_author_id_fkey foreign key (company_id, author_id)
    references users (company_id, id) on delete no action on update no action,
  add constraint broadcasts_priority_check check (priority in ('LOW', 'NORMAL', 'HIGH', 'URGENT')),
  add constraint broadcasts_audience_check check (audience in ('ALL', 'GROUPS', 'USERS')),
  add constraint broadcasts_status_check check (status in ('SCHEDULED', 'SENT', 'CANCELLED')),
  add constraint broadcasts_schedule_check check (
    (local_time is null) = (time_zone is null) and (local_time is null) = (scheduled_for is null)
    and (status = 'SENT') = (sent_at is not null) and (status = 'SENT' or scheduled_for is not null)
  ),
  add constraint broadcasts_counts_check check (
    read_count between 0 and delivered_count and delivered_count <= recipient_count
  );

-- To which groups or people; who they are is settled when it is sent.
create table broadcast_groups (
  company_id uuid not null,
  broadcast_id uuid not null,
  conversation_id uuid not null,
  constraint broadcast_groups_pkey primary key (company_id, broadcast_id, conversation_id)
);
alter table broadcast_groups
  add constraint broadcast_groups_company_id_broadcast_id_fkey foreign key (company_id, broadcast_id)
    references broadcasts (company_id, id) on delete cascade on update cascade,
  add constraint broadcast_groups_company_id_conversation_id_fkey foreign key (company_id, conversation_id)
    references conversations (company_id, id) on delete cascade on update cascade;
create table broadcast_users (
  company_id uuid not null,
  broadcast_id uuid not null,
  user_id uuid not null,
  constraint broadcast_users_pkey primary key (company_id, broadcast_id, user_id)
);
alter table broadcast_users
  add constraint broadcast_users_company_id_broadcast_id_fkey foreign key (company_id, broadcast_id)
    references broadcasts (company_id, id) on delete cascade on update cascade,
  add constraint broadcast_users_company_id_user_id_fkey foreign key (company_id, user_id)
    references users (company_id, id) on delete cascade on update cascade;

do $$
declare
  v_table text;
begin
  foreach v_table in array array['broadcasts', 'broadcast_groups', 'broadcast_users'] loop
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
grant select, insert, update on broadcasts to colloquy_app;
grant select, insert on broadcast_groups, broadcast_users to colloquy_app;
grant select on broadcasts, broadcast_groups, broadcast_users to colloquy_system;
grant update (status) on broadcasts to colloquy_system;

-- A key may stand for a broadcast as well as for a message.
alter table idempotency_keys
  alter column message_id drop not null,
  add column broadcast_id uuid,
  add constraint idempotency_keys_company_id_broadcast_id_fkey foreign key (company_id, broadcast_id)
    references broadcasts (company_id, id) on delete cascade on update cascade,
  add constraint idempotency_keys_result_check check (num_nonnulls(message_id, broadcast_id) = 1);

alter table events drop constraint events_kind_check, add constraint events_kind_check check (kind in (
  'MESSAGE_SENT', 'MESSAGE_EDITED', 'MESSAGE_RETRACTED', 'MESSAGE_HIDDEN', 'REACTIONS_CHANGED', 'READ', 'READ_REMINDER',
  'DELIVERED', 'PARTICIPANTS_CHANGED', 'CONVERSATION_CHANGED', 'CONVERSATION_HIDDEN', 'MUTE_CHANGED', 'ACCESS_CHANGED',
  'BROADCAST_SENT', 'BROADCAST_REMINDED'
));

-- Counts a recipient's first delivery and first reading. Memberships that begin above message 1 are no recipient's: the
-- author's, and those of members who joined later. Who was disabled at the time and is a member again reads it too, and
-- must not make the readers more than the recipients.
create function app.count_broadcast_marks() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  update public.broadcasts b set
    delivered_count = least(
      b.recipient_count, b.delivered_count + (old.last_delivered_seq = 0 and new.last_delivered_seq > 0)::int
    ),
    read_count = least(b.recipient_count, b.read_count + (old.last_read_seq = 0 and new.last_read_seq > 0)::int)
  where b.company_id = new.company_id and b.id = new.conversation_id;
  return null;
end
$$;
create trigger participants_broadcast_marks after update of last_read_seq, last_delivered_seq on participants
  for each row when (
    old.last_delivered_seq = 0 and new.last_delivered_seq > 0 or old.last_read_seq = 0 and new.last_read_seq > 0
  )
  execute function app.count_broadcast_marks();

create function app.remembered_broadcast(p_user uuid, p_key text, p_hash bytea) returns uuid
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_broadcast uuid;
  v_hash bytea;
begin
  select k.broadcast_id, k.request_hash into v_broadcast, v_hash from public.idempotency_keys k
  where k.company_id = app.bound_company() and k.user_id = p_user and k.operation = 'sendBroadcast' and k.key = p_key;
  if v_hash <> p_hash then
    raise exception using errcode = 'CQ409', column = 'idempotencyKey',
      message = 'This idempotency key was used for a broadcast with other content.';
  end if;
  return v_broadcast;
end
$$;

-- Sends a stored broadcast: its conversation, the recipients' memberships unless everybody is one, message 1 and the event.
-- Recipients are the enabled people entitled now, without the author. Returns the position; raises CQ422 if that is
-- nobody.
create function app.deliver_broadcast(p_broadcast public.broadcasts) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_now timestamptz := date_trunc('milliseconds', clock_timestamp());
  v_count int;
begin
  insert into public.conversations
    (company_id, id, kind, audience, replies_allowed, created_by_id, created_at, last_activity_at, last_seq)
  values (p_broadcast.company_id, p_broadcast.id, 'BROADCAST',
    case p_broadcast.audience when 'ALL' then 'COMPANY' else 'PARTICIPANTS' end, p_broadcast.replies_allowed,
    p_broadcast.author_id, v_now, v_now, 1);
  if p_broadcast.audience = 'ALL' then
    select count(*) into v_count from public.users u
    where u.company_id = p_broadcast.company_id and u.is_enabled and u.id <> p_broadcast.author_id;
  else
    insert into public.participants (company_id, conversation_id, user_id)
    select p_broadcast.company_id, p_broadcast.id, u.id
    from public.users u
    where u.company_id = p_broadcast.company_id and u.is_enabled and u.id <> p_broadcast.author_id and u.id in (
      select g.user_id from public.broadcast_users g
      where g.company_id = p_broadcast.company_id and g.broadcast_id = p_broadcast.id
      union
      select p.user_id from public.broadcast_groups g
      join public.participants p on p.company_id = g.company_id and p.conversation_id = g.conversation_id and p.left_at is null
      where g.company_id = p_broadcast.company_id and g.broadcast_id = p_broadcast.id
    );
    get diagnostics v_count = row_count;
  end if;
  if v_count = 0 then
    raise exception using errcode = 'CQ422', message = 'There is nobody to send it to.',
      column = case p_broadcast.audience when 'GROUPS' then 'groupIds' when 'USERS' then 'userIds' else 'audience' end;
  end if;
  insert into public.messages (company_id, id, conversation_id, seq, author_id, subject, body, priority, created_at)
  values (p_broadcast.company_id, p_broadcast.id, p_broadcast.id, 1, p_broadcast.author_id, p_broadcast.subject,
    p_broadcast.body, p_broadcast.priority, v_now);
  perform app.index_message(p_broadcast.company_id, p_broadcast.id, p_broadcast.id, v_now, p_broadcast.words);
  insert into public.participants
    (company_id, conversation_id, user_id, role, joined_seq, last_read_seq, last_delivered_seq)
  values (p_broadcast.company_id, p_broadcast.id, p_broadcast.author_id, 'ADMIN', 1, 1, 1);
  update public.broadcasts b set status = 'SENT', sent_at = v_now, listed_at = v_now, recipient_count = v_count
  where b.company_id = p_broadcast.company_id and b.id = p_broadcast.id;
  return app.append_event('BROADCAST_SENT', p_broadcast.id, p_broadcast.id, 1, p_broadcast.author_id);
end
$$;

-- When the company may send its next broadcast, by what it has sent in the last hour; now or earlier if at once. The caller
-- holds the lock of the company's broadcasts. Raises CQ403 if the company sends none.
create function app.free_broadcast_at(p_company uuid) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_max int;
  v_free_at timestamptz;
begin
  select c.broadcasts_per_hour into v_max from public.companies c where c.id = p_company;
  if v_max = 0 then
    raise exception using errcode = 'CQ403', message = 'Broadcasts are switched off in this company.';
  end if;
  select b.sent_at + interval '1 hour' into v_free_at from public.broadcasts b
  where b.company_id = p_company and b.sent_at > clock_timestamp() - interval '1 hour'
  order by b.sent_at desc offset v_max - 1 limit 1;
  return coalesce(v_free_at, clock_timestamp());
end
$$;

-- Stores a broadcast and, unless it is scheduled, sends it; CQ429 when the company has had its broadcasts of the hour. A
-- scheduled one counts in the hour in which it is sent.
create function app.send_broadcast(
  p_company uuid, p_user uuid, p_broadcast uuid, p_subject bytea, p_body bytea, p_words bigint[], p_priority text,
  p_audience text, p_groups uuid[], p_users uuid[], p_local_time text, p_time_zone text, p_scheduled_for timestamptz,
  p_email_offline boolean, p_replies_allowed boolean, p_key text, p_hash bytea,
  out broadcast_id uuid, out replayed boolean, out "position" bigint
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_company uuid := app.bind(p_company, p_user);
  v_broadcast public.broadcasts;
  v_count int;
  v_max int;
  v_free_at timestamptz;
begin
  -- One at a time for each company: the hour's count is exact, and a retry finds what its twin has committed.
  perform pg_advisory_xact_lock(hashtextextended('broadcasts ' || v_company, 0));
  replayed := false;
  if p_key is not null then
    broadcast_id := app.remembered_broadcast(p_user, p_key, p_hash);
    if broadcast_id is not null then
      replayed := true;
      return;
    end if;
  end if;
  perform 1 from public.users u join public.roles r on r.company_id = u.company_id and r.id = u.role_id
  where u.company_id = v_company and u.id = p_user and 'CONVERSATION_BROADCAST' = any (r.permissions);
  if not found then
    raise exception using errcode = 'CQ403', message = 'You may not send broadcasts.', hint = 'CONVERSATION_BROADCAST';
  end if;
  v_free_at := app.free_broadcast_at(v_company);
  if p_scheduled_for is null and v_free_at > clock_timestamp() then
    select c.broadcasts_per_hour into v_max from public.companies c where c.id = v_company;
    raise exception using errcode = 'CQ429', message = format('This company sends at max %s broadcasts an hour.', v_max),
      hint = ceil(extract(epoch from v_free_at - clock_timestamp()) * 1000)::text;
  end if;
  broadcast_id := p_broadcast;
  insert into public.broadcasts (company_id, id, author_id, subject, body, words, priority, audience, status, local_time,
    time_zone, scheduled_for, sent_at, email_offline, replies_allowed)
  values (v_company, p_broadcast, p_user, p_subject, p_body, p_words, p_priority, p_audience,
    case when p_scheduled_for is null then 'SENT' else 'SCHEDULED' end, p_local_time, p_time_zone, p_scheduled_for,
    case when p_scheduled_for is null then now() end, p_email_offline, p_replies_allowed)
  returning * into v_broadcast;
  -- Groups that the author knows of: listed ones and the own.
  insert into public.broadcast_groups (company_id, broadcast_id, conversation_id)
  select v_company, p_broadcast, c.id from public.conversations c
  where c.company_id = v_company and c.id = any (p_groups) and c.kind = 'GROUP' and not c.is_closed and (
    c.access in ('OPEN', 'CLOSED') or exists (
      select from public.participants p where p.company_id = v_company and p.conversation_id = c.id
        and p.user_id = p_user and p.left_at is null
    )
  );
  get diagnostics v_count = row_count;
  if v_count < cardinality(p_groups) then
    raise exception using errcode = 'CQ404', message = 'At least one of these groups does not exist.', column = 'groupIds';
  end if;
  insert into public.broadcast_users (company_id, broadcast_id, user_id)
  select v_company, p_broadcast, u.id from public.users u
  where u.company_id = v_company and u.id = any (p_users) and u.is_enabled;
  get diagnostics v_count = row_count;
  if v_count < cardinality(p_users) then
    raise exception using errcode = 'CQ404', message = 'At least one of these people does not exist.', column = 'userIds';
  end if;
  if p_key is not null then
    insert into public.idempotency_keys (company_id, user_id, operation, key, request_hash, broadcast_id)
    values (v_company, p_user, 'sendBroadcast', p_key, p_hash, p_broadcast);
  end if;
  if p_scheduled_for is null then
    position := app.deliver_broadcast(v_broadcast);
  else
    perform app.schedule_broadcast(p_broadcast, p_scheduled_for);
  end if;
end
$$;

-- Enqueues the sending and replaces an earlier one.
create function app.schedule_broadcast(p_broadcast uuid, p_at timestamptz) returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
  select app.enqueue_job(
    'send_broadcast', json_build_object('broadcastId', p_broadcast), p_at, 'broadcast ' || p_broadcast
  )
$$;

-- The author's own broadcast, locked; raises CQ404 for anybody else's, CQ409 once it is no longer waiting.
create function app.hold_broadcast(p_company uuid, p_user uuid, p_broadcast uuid) returns public.broadcasts
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_broadcast public.broadcasts;
begin
  select b.* into v_broadcast from public.broadcasts b
  where b.company_id = p_company and b.id = p_broadcast and b.author_id = p_user for no key update;
  if v_broadcast.id is null then
    raise exception using errcode = 'CQ404', message = 'There is no such broadcast.', column = 'broadcastId';
  elsif v_broadcast.status = 'SENT' then
    raise exception using errcode = 'CQ409', message = 'The broadcast has been sent already.', column = 'broadcastId';
  elsif v_broadcast.status = 'CANCELLED' then
    raise exception using errcode = 'CQ409', message = 'The broadcast has been cancelled.', column = 'broadcastId';
  end if;
  return v_broadcast;
end
$$;

create function app.reschedule_broadcast(
  p_company uuid, p_user uuid, p_broadcast uuid, p_local_time text, p_time_zone text, p_scheduled_for timestamptz
) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
begin
  perform app.hold_broadcast(v_company, p_user, p_broadcast);
  update public.broadcasts b set local_time = p_local_time, time_zone = p_time_zone, scheduled_for = p_scheduled_for
  where b.company_id = v_company and b.id = p_broadcast;
  perform app.schedule_broadcast(p_broadcast, p_scheduled_for);
end
$$;

-- Its job finds it cancelled and does nothing.
create function app.cancel_broadcast(p_company uuid, p_user uuid, p_broadcast uuid) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
begin
  perform app.hold_broadcast(v_company, p_user, p_broadcast);
  update public.broadcasts b set status = 'CANCELLED' where b.company_id = v_company and b.id = p_broadcast;
end
$$;

-- Sends a scheduled broadcast for its author if its time has come and nobody else has, under its lock; null otherwise.
-- When the company has had its broadcasts of the hour, it is put off until it may send the next one.
-- Raises CQ401, CQ403 or CQ422 if the author may no longer send it, or nobody is left to send it to.
create function app.send_scheduled_broadcast(p_company uuid, p_user uuid, p_broadcast uuid) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_broadcast public.broadcasts;
  v_free_at timestamptz;
begin
  perform pg_advisory_xact_lock(hashtextextended('broadcasts ' || v_company, 0));
  select b.* into v_broadcast from public.broadcasts b
  where b.company_id = v_company and b.id = p_broadcast and b.author_id = p_user for no key update;
  if v_broadcast.status is distinct from 'SCHEDULED' or v_broadcast.scheduled_for > clock_timestamp() then
    return null;
  end if;
  perform 1 from public.users u join public.roles r on r.company_id = u.company_id and r.id = u.role_id
  where u.company_id = v_company and u.id = p_user and 'CONVERSATION_BROADCAST' = any (r.permissions);
  if not found then
    raise exception using errcode = 'CQ403', message = 'You may not send broadcasts.', hint = 'CONVERSATION_BROADCAST';
  end if;
  v_free_at := app.free_broadcast_at(v_company);
  if v_free_at > clock_timestamp() then
    perform app.schedule_broadcast(p_broadcast, v_free_at);
    return null;
  end if;
  return app.deliver_broadcast(v_broadcast);
end
$$;

-- Tells the recipients who have not read it once more; returns how many there are, and the event's position.
create function app.remind_recipients(
  p_company uuid, p_user uuid, p_broadcast uuid, out unread_count int, out "position" bigint
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_broadcast public.broadcasts;
begin
  select b.* into v_broadcast from public.broadcasts b
  where b.company_id = v_company and b.id = p_broadcast and b.author_id = p_user;
  if v_broadcast.id is null then
    raise exception using errcode = 'CQ404', message = 'There is no such broadcast.', column = 'broadcastId';
  elsif v_broadcast.status <> 'SENT' then
    raise exception using errcode = 'CQ409', message = 'The broadcast has not been sent.', column = 'broadcastId';
  end if;
  unread_count := v_broadcast.recipient_count - v_broadcast.read_count;
  if unread_count > 0 then
    position := app.append_event('BROADCAST_REMINDED', p_broadcast, p_broadcast, 1, p_user);
  end if;
end
$$;

grant execute on function
  app.count_broadcast_marks(), app.remembered_broadcast(uuid, text, bytea), app.free_broadcast_at(uuid), app.deliver_broadcast(public.broadcasts),
  app.send_broadcast(uuid, uuid, uuid, bytea, bytea, bigint[], text, text, uuid[], uuid[], text, text, timestamptz, boolean,
    boolean, text, bytea),
  app.schedule_broadcast(uuid, timestamptz), app.hold_broadcast(uuid, uuid, uuid),
  app.reschedule_broadcast(uuid, uuid, uuid, text, text, timestamptz), app.cancel_broadcast(uuid, uuid, uuid),
  app.send_scheduled_broadcast(uuid, uuid, uuid), app.remind_recipients(uuid, uuid, uuid)
to colloquy_app;
