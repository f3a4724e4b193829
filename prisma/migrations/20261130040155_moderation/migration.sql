set local check_function_bodies = off;
set local row_security = on;

-- prisma/sql/broadcasts/send_broadcast.sql
drop function app.send_broadcast;
-- Stores a broadcast and, unless it is scheduled, sends it. Raises CQ429 if the company has reached its broadcasts per
-- hour. A scheduled broadcast counts in the hour in which it is sent. One that is refused for spam is an outcome and no
-- exception, because the penalty is to stay.
create or replace function app.send_broadcast(
  p_company uuid, p_user uuid, p_broadcast uuid, p_subject bytea, p_body bytea, p_words bigint[], p_priority text,
  p_audience text, p_groups uuid[], p_users uuid[], p_local_time text, p_time_zone text, p_scheduled_for timestamptz,
  p_email_offline boolean, p_replies_allowed boolean, p_key text, p_hash bytea, p_signals text[],
  out broadcast_id uuid, out replayed boolean, out "position" bigint, out cooldown_until timestamptz
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_company uuid := app.bind(p_company, p_user);
  v_broadcast public.broadcasts;
  v_count int;
  v_max int;
  v_free_at timestamptz;
begin
  -- One broadcast at a time per company, so that the count of the hour is exact and a retry finds what its twin has
  -- committed.
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
  select j.cooldown_until into cooldown_until from app.punish_spam(v_company, p_user, p_signals, false) j;
  if cooldown_until is not null then
    return;
  end if;
  v_free_at := app.free_broadcast_at(v_company);
  if p_scheduled_for is null and v_free_at > clock_timestamp() then
    select c.broadcasts_per_hour into v_max from public.companies c where c.id = v_company;
    raise exception using errcode = 'CQ429', message = format('This company sends at most %s broadcasts an hour.', v_max),
      hint = ceil(extract(epoch from v_free_at - clock_timestamp()) * 1000)::text;
  end if;
  broadcast_id := p_broadcast;
  insert into public.broadcasts (company_id, id, author_id, subject, body, words, priority, audience, status, local_time,
    time_zone, scheduled_for, sent_at, email_offline, replies_allowed)
  values (v_company, p_broadcast, p_user, p_subject, p_body, p_words, p_priority, p_audience,
    case when p_scheduled_for is null then 'SENT' else 'SCHEDULED' end, p_local_time, p_time_zone, p_scheduled_for,
    case when p_scheduled_for is null then now() end, p_email_offline, p_replies_allowed)
  returning * into v_broadcast;
  -- Groups that the author can find or takes part in.
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

revoke all on function app.send_broadcast from public, colloquy_app, colloquy_system;
grant execute on function app.send_broadcast to colloquy_app;

-- prisma/sql/messages/edit_message.sql
drop function app.edit_message;
-- Replaces a message's text with one that is encrypted for the revision after p_revision. The earlier text is stored
-- encrypted as a replaced one, so that no table contains its ciphertext as the current text, which could be put back. An edit
-- that is refused for spam is an outcome and no exception, because the penalty is to stay.
create or replace function app.edit_message(
  p_company uuid, p_user uuid, p_message uuid, p_revision int, p_subject bytea, p_body bytea, p_words bigint[],
  p_replaced_subject bytea, p_replaced_body bytea, p_signals text[],
  out "position" bigint, out cooldown_until timestamptz
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_message public.messages := app.hold_message(v_company, p_user, p_message);
  v_minutes int;
begin
  if v_message.author_id <> p_user then
    raise exception using errcode = 'CQ403', message = 'Only its author may edit a message.';
  elsif v_message.state = 'RETRACTED' then
    raise exception using errcode = 'CQ409', message = 'The message has been retracted.', column = 'messageId';
  elsif v_message.revision <> p_revision then
    raise exception using errcode = 'CQ409', message = 'The message has been edited meanwhile: read it again.', column = 'messageId';
  end if;
  select c.edit_window_minutes into v_minutes from public.companies c where c.id = v_company;
  if v_message.created_at + make_interval(mins => v_minutes) <= now() then
    raise exception using errcode = 'CQ403', message = case v_minutes
      when 0 then 'Messages cannot be edited in this company.'
      else format('Messages can be edited for %s minutes.', v_minutes)
    end;
  end if;
  select j.cooldown_until into cooldown_until from app.punish_spam(v_company, p_user, p_signals, false) j;
  if cooldown_until is not null then
    return;
  end if;
  insert into public.message_revisions (company_id, message_id, revision, subject, body, edited_at, edited_by_id)
  values (v_company, p_message, p_revision, p_replaced_subject, p_replaced_body, now(), p_user);
  update public.messages m set subject = p_subject, body = p_body, revision = p_revision + 1, edited_at = now()
  where m.company_id = v_company and m.id = p_message;
  perform app.index_message(v_company, v_message.conversation_id, p_message, v_message.created_at, p_words);
  position := app.append_event('MESSAGE_EDITED', v_message.conversation_id, p_message, v_message.seq, p_user);
end
$$;

revoke all on function app.edit_message from public, colloquy_app, colloquy_system;
grant execute on function app.edit_message to colloquy_app;

-- prisma/sql/messages/retract_message.sql
-- Retracts a message for everyone. It keeps its sequence number, and its text of p_revision encrypted again as a
-- retracted one. The returned position is null if it was retracted already.
create or replace function app.retract_message(
  p_company uuid, p_user uuid, p_message uuid, p_revision int, p_subject bytea, p_body bytea, p_metadata bytea
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_message public.messages := app.hold_message(v_company, p_user, p_message);
  v_minutes int;
begin
  if v_message.state = 'RETRACTED' then
    return null;
  end if;
  select c.retract_window_minutes into v_minutes from public.companies c where c.id = v_company;
  if v_message.author_id <> p_user or v_message.created_at + make_interval(mins => v_minutes) <= now() then
    if not app.has_permission(v_company, p_user, 'MESSAGE_MODERATE') then
      raise exception using errcode = 'CQ403', hint = 'MESSAGE_MODERATE', message = case
        when v_message.author_id <> p_user then 'Only its author or a moderator may retract a message.'
        when v_minutes = 0 then 'Authors cannot retract messages in this company.'
        else format('Messages can be retracted for %s minutes.', v_minutes)
      end;
    end if;
  end if;
  if v_message.revision <> p_revision then
    raise exception using errcode = 'CQ409', message = 'The message has been edited meanwhile: read it again.', column = 'messageId';
  end if;
  return app.take_back(v_message, p_user, p_subject, p_body, p_metadata);
end
$$;

revoke all on function app.retract_message from public, colloquy_app, colloquy_system;
grant execute on function app.retract_message to colloquy_app;

-- prisma/sql/messages/send_message.sql
-- A send is one call: it binds the tenant, takes the conversation's next sequence and the company's next position, and
-- writes message, words, mentions, own mark, event and idempotency key. A rejection is an exception, so nothing is half-written.
-- A message that is held for review takes no sequence and is in no index: moderators are told of its case instead. One that is
-- refused for spam is an outcome and no exception, because the penalty is to stay.
-- CQ425: a twin of this call has just been committed under the same key; the caller answers from that one.
create or replace function app.send_message(
  p_company uuid, p_user uuid, p_message uuid, p_conversation uuid, p_recipient uuid, p_parent uuid,
  p_subject bytea, p_body bytea, p_metadata bytea, p_priority text, p_mentions uuid[], p_client_id text,
  p_key text, p_hash bytea, p_words bigint[] default '{}', p_signals text[] default '{}', p_access jsonb default '[]',
  p_case uuid default null,
  out message_id uuid, out replayed boolean, out seq int, out depth int, out created_at timestamptz,
  out "position" bigint, out penalty text, out cooldown_until timestamptz
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_company uuid := app.bind(p_company, p_user);
  v_permissions text[];
  v_conversation public.conversations;
  v_mark public.participants;
  v_max_depth int;
  v_count int;
  v_joins boolean := false;
  v_is_held boolean;
  -- The number of the message before it.
  v_before int;
begin
  replayed := false;
  if p_key is not null then
    message_id := app.remembered_send(p_user, p_key, p_hash);
    if message_id is not null then
      replayed := true;
      return;
    end if;
  end if;
  select r.permissions into v_permissions from public.users u
  join public.roles r on r.company_id = u.company_id and r.id = u.role_id
  where u.company_id = v_company and u.id = p_user;
  if not 'MESSAGE_WRITE' = any (v_permissions) then
    raise exception using errcode = 'CQ403', message = 'You may not write messages.', hint = 'MESSAGE_WRITE';
  end if;
  if p_recipient = p_user then
    raise exception using errcode = 'CQ422', message = 'You cannot write to yourself.', column = 'recipientId';
  end if;

  select j.penalty, j.cooldown_until into penalty, cooldown_until from app.punish_spam(v_company, p_user, p_signals, true) j;
  if penalty = 'REFUSED' then
    return;
  end if;
  v_is_held := penalty is not distinct from 'HELD';

  v_conversation := app.take_sequence(v_company, p_conversation, not v_is_held);
  if v_conversation.id is null and p_recipient is not null then
    if not 'CONVERSATION_DIRECT' = any (v_permissions) then
      raise exception using errcode = 'CQ403', message = 'You may not start direct conversations.', hint = 'CONVERSATION_DIRECT';
    end if;
    perform app.ensure_direct(p_user, p_conversation, p_recipient);
    v_conversation := app.take_sequence(v_company, p_conversation, not v_is_held);
  end if;
  message_id := p_message;
  if v_is_held then
    created_at := date_trunc('milliseconds', clock_timestamp());
    v_before := v_conversation.last_seq;
  else
    seq := v_conversation.last_seq;
    created_at := v_conversation.last_activity_at;
    v_before := seq - 1;
  end if;

  select p.* into v_mark from public.participants p
  where p.company_id = v_company and p.conversation_id = p_conversation and p.user_id = p_user and p.left_at is null;
  if v_mark.user_id is null and v_conversation.audience = 'COMPANY' then
    select (h.membership).* into v_mark from app.lock_membership(v_company, p_user, p_conversation, 'conversationId') h;
  elsif v_mark.user_id is null and v_conversation.audience = 'VISITORS' then
    v_joins := true;
    v_mark := app.join_conversation(v_company, p_conversation, p_user, v_before);
    perform app.settle_succession(v_company, p_conversation);
  end if;
  if v_mark.user_id is null then
    perform app.refuse_stranger(v_conversation);
  end if;
  if v_mark.user_id is null or v_conversation.kind = 'DIRECT' and v_before = 0 and p_recipient is null
    and v_conversation.created_by_id <> p_user then
    raise exception using errcode = 'CQ404', message = 'There is no such conversation.', column = 'conversationId';
  end if;
  if v_conversation.is_closed or not v_conversation.replies_allowed and v_conversation.created_by_id is distinct from p_user then
    raise exception using errcode = 'CQ423', message = 'This conversation takes no messages.';
  end if;
  if v_conversation.kind = 'DIRECT' then
    perform 1 from public.participants p join public.users u on u.company_id = p.company_id and u.id = p.user_id
    where p.company_id = v_company and p.conversation_id = p_conversation and p.user_id <> p_user and u.is_enabled;
    if not found then
      raise exception using errcode = 'CQ423', message = 'The other person''s account is disabled.';
    end if;
  end if;

  depth := 0;
  if p_parent is not null then
    select m.depth + 1, c.max_thread_depth into depth, v_max_depth
    from public.messages m join public.companies c on c.id = m.company_id
    where m.company_id = v_company and m.conversation_id = p_conversation and m.id = p_parent and m.seq is not null
      and (not m.is_restricted or m.author_id = p_user or exists (select from app.allowed(m.company_id, m.id, p_user)));
    if not found then
      raise exception using errcode = 'CQ404', message = 'There is no such message in this conversation.', column = 'parentId';
    end if;
    if depth > v_max_depth then
      raise exception using errcode = 'CQ414', message = 'The thread is at its deepest level.', hint = v_max_depth::text;
    end if;
  end if;

  insert into public.messages (
    company_id, id, conversation_id, seq, author_id, parent_id, depth, subject, body, metadata, priority, state,
    client_message_id, created_at, submitted_at, is_restricted
  ) values (
    v_company, p_message, p_conversation, seq, p_user, p_parent, depth, p_subject, p_body, p_metadata, p_priority,
    case when v_is_held then 'HELD' else 'POSTED' end, p_client_id, created_at, case when v_is_held then created_at end,
    jsonb_array_length(p_access) > 0
  );
  perform app.restrict_message(v_company, p_message, p_access) where jsonb_array_length(p_access) > 0;
  if not v_is_held then
    perform app.index_message(v_company, p_conversation, p_message, created_at, p_words);
  end if;
  if cardinality(p_mentions) > 0 then
    insert into public.mentions (company_id, message_id, user_id, conversation_id, seq)
    select v_company, p_message, u.id, p_conversation, send_message.seq
    from public.users u
    where u.company_id = v_company and u.id = any (p_mentions) and u.is_enabled and (
      v_conversation.audience <> 'PARTICIPANTS' or exists (
        select from public.participants p where p.company_id = v_company and p.conversation_id = p_conversation
          and p.user_id = u.id and p.left_at is null
      )
    );
    get diagnostics v_count = row_count;
    if v_count < cardinality(p_mentions) then
      raise exception using errcode = 'CQ422', column = 'mentionIds',
        message = 'Only people who can see the conversation can be mentioned.';
    end if;
  end if;

  if not v_is_held then
    perform app.follow_own_send(v_mark, seq);
  end if;

  if p_key is not null then
    insert into public.idempotency_keys (company_id, user_id, operation, key, request_hash, message_id)
    values (v_company, p_user, 'sendMessage', p_key, p_hash, p_message) on conflict do nothing;
    if not found then
      raise exception using errcode = 'CQ425', message = 'This was sent a moment ago.';
    end if;
  end if;
  if v_joins then
    perform app.append_event('PARTICIPANTS_CHANGED', p_conversation, null, null, p_user, p_joined => array[p_user]);
  end if;
  if v_is_held then
    insert into public.moderation_cases (company_id, id, message_id, kind, signals, opened_at)
    values (v_company, p_case, p_message, 'HELD', p_signals, created_at);
    position := app.append_case_event('MODERATION_CASE_OPENED', p_case, p_user);
  else
    position := app.append_event('MESSAGE_SENT', p_conversation, p_message, seq, p_user);
  end if;
end
$$;

revoke all on function app.send_message from public, colloquy_app, colloquy_system;
grant execute on function app.send_message to colloquy_app;

-- prisma/sql/messages/take_back.sql
-- Retracts a message that the caller has locked: its texts are replaced by those that are encrypted as retracted ones. Returns
-- the position of the event.
create or replace function app.take_back(
  p_message public.messages, p_user uuid, p_subject bytea, p_body bytea, p_metadata bytea
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  update public.messages m
  set state = 'RETRACTED', retracted_at = now(), subject = p_subject, body = p_body, metadata = p_metadata
  where m.company_id = p_message.company_id and m.id = p_message.id;
  perform app.unindex_message(p_message.company_id, p_message.id);
  return app.append_event('MESSAGE_RETRACTED', p_message.conversation_id, p_message.id, p_message.seq, p_user);
end
$$;

revoke all on function app.take_back from public, colloquy_app, colloquy_system;
grant execute on function app.take_back to colloquy_app;

-- prisma/sql/messages/write_messages.sql
-- Judges and writes a batch of messages for app.send_messages: those of one company, or of all if it is null. Runs as the
-- owner, whom policies let see the companies of the batch alone, and write messages of its verified authors alone.
-- Every write takes its company's stream last and keeps it until the commit. Taken first here, it keeps still what is judged
-- after it: memberships, permissions, marks and sequences.
create or replace function app.write_messages(
  p_company uuid, p_companies uuid[], p_users uuid[], p_messages uuid[], p_conversations uuid[], p_subjects bytea[],
  p_bodies bytea[], p_metadata bytea[], p_priorities text[], p_client_ids text[], p_keys text[], p_hashes bytea[], p_words text[]
) returns table (item int, outcome text, seq int, created_at timestamptz, "position" bigint)
language plpgsql volatile set search_path = pg_catalog, pg_temp
-- One plan for all batches, made once on a connection; and none that reads a table through, however small it was then.
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
#variable_conflict use_column
declare
  v_companies uuid[];
  v_positions bigint[];
  v_streams tid[];
  v_now timestamptz;
  v_day int;
  v_salt bigint;
begin
  perform app.bind_senders(p_companies, p_users);
  with held as (
    select s.* from (
      select distinct t.company_id from unnest(p_companies) t (company_id)
      where p_company is null or t.company_id = p_company
    ) t cross join lateral (
      select s.company_id, s.position, s.ctid as row_id from public.company_streams s where s.company_id = t.company_id
      for no key update skip locked
    ) s
  )
  select array_agg(h.company_id), array_agg(h.position), array_agg(h.row_id) into v_companies, v_positions, v_streams from held h;
  v_now := date_trunc('milliseconds', clock_timestamp());
  v_day := app.day_of(v_now);
  v_salt := app.day_salt(v_day);
  return query
  with given as materialized (
    select t.* from unnest(
      p_companies, p_users, p_messages, p_conversations, p_subjects, p_bodies, p_metadata, p_priorities, p_client_ids,
      p_keys, p_hashes, p_words
    ) with ordinality t (
      company_id, user_id, message_id, conversation_id, subject, body, metadata, priority, client_id, key, hash, words, item
    )
    where p_company is null or t.company_id = p_company
  ),
  stream as materialized (
    select s.* from unnest(v_companies, v_positions, v_streams) s (company_id, position, row_id)
  ),
  -- Rows are looked up one at a time: joined, the planner may read all that a company has. Locked rows stay in their place,
  -- and are changed by their row ids.
  author as materialized (
    select a.* from (select distinct g.company_id, g.user_id from given g) g
    cross join lateral (
      select u.company_id, u.id from public.users u
      join public.roles r on r.company_id = u.company_id and r.id = u.role_id
      join public.companies c on c.id = u.company_id
      where u.company_id = g.company_id and u.id = g.user_id and u.is_enabled
        and 'MESSAGE_WRITE' = any (r.permissions) and c.messaging_enabled and not c.safe_mode
        and not exists (
          select from public.spam_penalties s
          where s.company_id = u.company_id and s.user_id = u.id and s.cooldown_until > v_now
        )
      offset 0
    ) a
  ),
  held as materialized (
    select c.* from (
      select distinct g.company_id, g.conversation_id from given g join stream s using (company_id)
    ) g
    cross join lateral (
      select c.ctid as row_id, c.company_id, c.id, c.kind, c.last_seq, c.last_activity_at, c.created_by_id, c.replies_allowed,
        c.is_closed
      from public.conversations c where c.company_id = g.company_id and c.id = g.conversation_id
      for no key update skip locked
    ) c
  ),
  mark as materialized (
    select p.* from (
      select distinct g.company_id, g.conversation_id, g.user_id from given g join stream s using (company_id)
    ) g
    cross join lateral (
      select p.ctid as row_id, p.company_id, p.conversation_id, p.user_id, p.last_read_seq, p.unread_from_seq, p.hidden_seq
      from public.participants p
      where p.company_id = g.company_id and p.conversation_id = g.conversation_id and p.user_id = g.user_id
        and p.left_at is null
      for no key update skip locked
    ) p
  ),
  judged as materialized (
    select g.*, s.position as last_position, h.last_seq, h.last_activity_at, h.row_id as conversation_row_id, m.last_read_seq,
      m.unread_from_seq, m.hidden_seq, m.row_id as mark_row_id, case
        when s.company_id is null then 'COMPANY_BUSY'
        when a.id is null then 'ALONE'
        when h.id is null then case when exists (
          select from public.conversations c where c.company_id = g.company_id and c.id = g.conversation_id
        ) then 'BUSY' else 'ALONE' end
        when m.user_id is null then case when exists (
          select from public.participants p where p.company_id = g.company_id and p.conversation_id = g.conversation_id
            and p.user_id = g.user_id and p.left_at is null
        ) then 'BUSY' else 'ALONE' end
        when h.is_closed or not h.replies_allowed and h.created_by_id is distinct from g.user_id then 'ALONE'
        -- The first mark in a broadcast's conversation is counted with the broadcast.
        when h.kind = 'BROADCAST' and m.last_read_seq = 0 then 'ALONE'
        when h.kind = 'DIRECT' and (h.last_seq = 0 or not exists (
          select from public.participants p join public.users u on u.company_id = p.company_id and u.id = p.user_id
          where p.company_id = g.company_id and p.conversation_id = g.conversation_id and p.user_id <> g.user_id
            and u.company_id = g.company_id and u.is_enabled
        )) then 'ALONE'
        when g.key is not null and exists (
          select from public.idempotency_keys k where k.company_id = g.company_id and k.user_id = g.user_id
            and k.operation = 'sendMessage' and k.key = g.key
        ) then 'ALONE'
        else 'SENT'
      end as outcome
    from given g
    left join stream s on s.company_id = g.company_id
    left join author a on a.company_id = g.company_id and a.id = g.user_id
    left join held h on h.company_id = g.company_id and h.id = g.conversation_id
    left join mark m on m.company_id = g.company_id and m.conversation_id = g.conversation_id and m.user_id = g.user_id
  ),
  -- In the order in which they were given.
  good as materialized (
    select j.*, j.last_position + row_number() over (partition by j.company_id order by j.item) as position,
      (j.last_seq + row_number() over of_conversation)::int as seq,
      first_value(j.user_id) over of_conversation as first_author_id,
      greatest(v_now, j.last_activity_at) as created_at
    from judged j where j.outcome = 'SENT'
    window of_conversation as (partition by j.company_id, j.conversation_id order by j.item)
  ),
  conversation as materialized (
    select g.company_id, g.conversation_id, g.conversation_row_id, g.first_author_id, max(g.seq) as last_seq,
      max(g.created_at) as created_at,
      -- The first author's leading run: what comes after another's message has that one unread before it.
      coalesce(min(g.seq) filter (where g.user_id <> g.first_author_id) - 1, max(g.seq)) as run_seq
    from good g group by g.company_id, g.conversation_id, g.conversation_row_id, g.first_author_id
  ),
  written as (
    insert into public.messages (
      company_id, id, conversation_id, seq, author_id, subject, body, metadata, priority, client_message_id, created_at
    )
    select g.company_id, g.message_id, g.conversation_id, g.seq, g.user_id, g.subject, g.body, g.metadata, g.priority,
      g.client_id, g.created_at
    from good g
  ),
  days as (
    insert into public.message_days (company_id, day)
    select distinct c.company_id, case when c.created_at = v_now then v_day else app.day_of(c.created_at) end
    from conversation c on conflict do nothing
  ),
  findable as (
    insert into public.message_words (company_id, message_id, conversation_id, created_at, words)
    select g.company_id, g.message_id, g.conversation_id, g.created_at, case
      when g.created_at = v_now then array(select w.word # v_salt from unnest(g.words::bigint[]) w (word))
      else app.words_of_day(g.words::bigint[], app.day_of(g.created_at))
    end
    from good g
  ),
  remembered as (
    insert into public.idempotency_keys (company_id, user_id, operation, key, request_hash, message_id)
    select g.company_id, g.user_id, 'sendMessage', g.key, g.hash, g.message_id from good g where g.key is not null
  ),
  numbered as (
    update public.conversations c set last_seq = n.last_seq, last_activity_at = n.created_at
    from conversation n where c.ctid = n.conversation_row_id
  ),
  -- The own mark follows an own send only if nothing unread lies before it.
  moved as (
    update public.participants p set last_read_seq = n.run_seq, last_delivered_seq = n.run_seq
    from conversation n
    join good g on g.company_id = n.company_id and g.conversation_id = n.conversation_id and g.seq = g.last_seq + 1
    where p.ctid = g.mark_row_id and g.unread_from_seq is null and (g.last_read_seq >= g.last_seq or not exists (
        select from public.messages m
        where m.company_id = n.company_id and m.conversation_id = n.conversation_id
          and m.seq > greatest(g.last_read_seq, g.hidden_seq)
          and m.author_id <> n.first_author_id and m.state = 'POSTED'
          and (not m.is_restricted or exists (select from app.allowed(m.company_id, m.id, n.first_author_id)))
          and not exists (
            select from public.hidden_messages h where h.company_id = n.company_id and h.user_id = n.first_author_id
              and h.conversation_id = n.conversation_id and h.seq = m.seq
          )
      ))
  ),
  told as (
    insert into public.events (company_id, position, kind, conversation_id, message_id, seq, actor_id)
    select g.company_id, g.position, 'MESSAGE_SENT', g.conversation_id, g.message_id, g.seq, g.user_id from good g
  ),
  ended as (
    update public.company_streams s set position = n.position
    from (
      select t.row_id, max(g.position) as position from good g join stream t using (company_id) group by t.row_id
    ) n
    where s.ctid = n.row_id
  )
  select g.item::int, g.outcome, g.seq, g.created_at, g.position from good g
  union all
  select j.item::int, j.outcome, null, null, null from judged j where j.outcome <> 'SENT';
end
$$;

revoke all on function app.write_messages from public, colloquy_app, colloquy_system;

-- prisma/sql/moderation/decide_case.sql
-- Decides a case. A held message is approved or rejected, and its author is told; a reported one stays or is retracted.
-- p_revision is that of the text which was read and, to retract it, encrypted again. Returns the position of the last event.
create or replace function app.decide_case(
  p_company uuid, p_user uuid, p_case uuid, p_decision text, p_reason bytea, p_revision int, p_words bigint[],
  p_subject bytea, p_body bytea, p_metadata bytea
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_case public.moderation_cases := app.hold_case(v_company, p_user, p_case);
  v_message public.messages;
begin
  if p_decision not in ('APPROVE', 'REJECT') and v_case.kind = 'HELD'
    or p_decision not in ('DISMISS', 'RETRACT') and v_case.kind = 'REPORTED' then
    raise exception using errcode = 'CQ422', column = 'decision', message = case v_case.kind
      when 'HELD' then 'A held message is approved or rejected: APPROVE or REJECT.'
      else 'A reported message stays or is retracted: DISMISS or RETRACT.' end;
  end if;
  select m.* into v_message from public.messages m
  where m.company_id = v_company and m.id = v_case.message_id for no key update;
  if p_decision = 'APPROVE' then
    perform app.post_held(v_message, p_words);
  elsif p_decision = 'REJECT' then
    update public.messages m set state = 'REJECTED' where m.company_id = v_company and m.id = v_message.id;
  elsif p_decision = 'RETRACT' and v_message.state <> 'RETRACTED' then
    if v_message.revision <> p_revision then
      raise exception using errcode = 'CQ409', message = 'The message has been edited meanwhile: read it again.', column = 'caseId';
    end if;
    perform app.take_back(v_message, p_user, p_subject, p_body, p_metadata);
  end if;
  update public.moderation_cases c
  set decided_at = now(), decided_by_id = p_user, reason = p_reason, state = case p_decision
    when 'APPROVE' then 'APPROVED' when 'REJECT' then 'REJECTED' when 'DISMISS' then 'DISMISSED' else 'RETRACTED' end
  where c.company_id = v_company and c.id = p_case;
  if v_case.kind = 'HELD' then
    perform app.append_event(
      'HELD_MESSAGE_DECIDED', v_message.conversation_id, v_message.id, null, p_user, v_message.author_id
    );
  end if;
  return app.append_case_event('MODERATION_CASE_DECIDED', p_case, p_user);
end
$$;

revoke all on function app.decide_case from public, colloquy_app, colloquy_system;
grant execute on function app.decide_case to colloquy_app;

-- prisma/sql/moderation/hold_case.sql
-- Locks and returns an open case that the person may decide: a moderator who neither wrote nor reported the message. Raises
-- CQ403, CQ404, and CQ409 if it has been decided. The message is locked first, as by those who report it.
create or replace function app.hold_case(p_company uuid, p_user uuid, p_case uuid) returns public.moderation_cases
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_case public.moderation_cases;
begin
  if not app.has_permission(p_company, p_user, 'MESSAGE_MODERATE') then
    raise exception using errcode = 'CQ403', message = 'You may not decide about messages.', hint = 'MESSAGE_MODERATE';
  end if;
  perform 1 from public.messages m
  where m.company_id = p_company and m.id = (
    select c.message_id from public.moderation_cases c where c.company_id = p_company and c.id = p_case
  ) for no key update;
  select c.* into v_case from public.moderation_cases c where c.company_id = p_company and c.id = p_case for no key update;
  if v_case.id is null then
    raise exception using errcode = 'CQ404', message = 'There is no such case.', column = 'caseId';
  elsif v_case.state <> 'OPEN' then
    raise exception using errcode = 'CQ409', message = 'The case has been decided already.', column = 'caseId';
  end if;
  perform 1 from public.messages m where m.company_id = p_company and m.id = v_case.message_id and m.author_id = p_user;
  if found then
    raise exception using errcode = 'CQ403', message = 'You wrote the message: somebody else has to decide.';
  end if;
  perform 1 from public.message_reports r
  where r.company_id = p_company and r.message_id = v_case.message_id and r.reporter_id = p_user;
  if found then
    raise exception using errcode = 'CQ403', message = 'You reported the message: somebody else has to decide.';
  end if;
  return v_case;
end
$$;

revoke all on function app.hold_case from public, colloquy_app, colloquy_system;
grant execute on function app.hold_case to colloquy_app;

-- prisma/sql/moderation/post_held.sql
-- Posts a message that was held: it takes the next sequence number and the present time, and keeps the time at which it was
-- handed in. Raises CQ409 if its author could no longer send it.
create or replace function app.post_held(p_message public.messages, p_words bigint[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_conversation public.conversations := app.take_sequence(p_message.company_id, p_message.conversation_id, true);
  v_mark public.participants;
begin
  if v_conversation.is_closed then
    raise exception using errcode = 'CQ409', message = 'The conversation takes no more messages.';
  end if;
  select p.* into v_mark from public.participants p
  join public.users u on u.company_id = p.company_id and u.id = p.user_id and u.is_enabled
  where p.company_id = p_message.company_id and p.conversation_id = p_message.conversation_id
    and p.user_id = p_message.author_id and p.left_at is null;
  if v_mark.user_id is null then
    raise exception using errcode = 'CQ409', message = 'Its author is no longer in the conversation.';
  end if;
  update public.messages m
  set state = 'POSTED', seq = v_conversation.last_seq, created_at = v_conversation.last_activity_at
  where m.company_id = p_message.company_id and m.id = p_message.id;
  update public.mentions n set seq = v_conversation.last_seq
  where n.company_id = p_message.company_id and n.message_id = p_message.id;
  perform app.index_message(
    p_message.company_id, p_message.conversation_id, p_message.id, v_conversation.last_activity_at, p_words
  );
  perform app.follow_own_send(v_mark, v_conversation.last_seq);
  perform app.append_event(
    'MESSAGE_SENT', p_message.conversation_id, p_message.id, v_conversation.last_seq, p_message.author_id
  );
end
$$;

revoke all on function app.post_held from public, colloquy_app, colloquy_system;
grant execute on function app.post_held to colloquy_app;

-- prisma/sql/moderation/punish_spam.sql
drop function app.punish_spam;
-- Decides about a message of the person in which p_signals were found, and takes the next step of the penalties: a warning;
-- then pauses of 5, 10, 20, 40 and 60 minutes, in which nothing is accepted; then messages are held for review. A step is
-- taken back for each whole day since the last one. Without p_may_hold, for an edit or a broadcast, the last step is a pause of 60
-- minutes too. Returns WARNING, REFUSED with the end of the pause, or HELD; null if
-- there is nothing to object to. p_signals is null for a person who is exempt.
create or replace function app.punish_spam(
  p_company uuid, p_user uuid, p_signals text[], p_may_hold boolean, out penalty text, out cooldown_until timestamptz
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  c_held constant int := 7;
  v_now timestamptz := date_trunc('milliseconds', clock_timestamp());
  v_step int;
begin
  if p_signals is null then
    return;
  end if;
  select s.cooldown_until into cooldown_until from public.spam_penalties s
  where s.company_id = p_company and s.user_id = p_user and s.cooldown_until > v_now;
  if found then
    penalty := 'REFUSED';
    return;
  elsif cardinality(p_signals) = 0 then
    return;
  end if;
  insert into public.spam_penalties as s (company_id, user_id, step, stepped_at)
  values (p_company, p_user, 1, v_now)
  on conflict (company_id, user_id) do update set stepped_at = v_now,
    step = least(c_held, 1 + greatest(0, s.step - floor(extract(epoch from v_now - s.stepped_at) / 86400)::int))
  returning s.step into v_step;
  if v_step = 1 then
    penalty := 'WARNING';
  elsif v_step >= c_held and p_may_hold then
    penalty := 'HELD';
  else
    penalty := 'REFUSED';
    cooldown_until := v_now + least(interval '1 hour', interval '5 minutes' * 2 ^ (v_step - 2));
    update public.spam_penalties s set cooldown_until = punish_spam.cooldown_until
    where s.company_id = p_company and s.user_id = p_user;
  end if;
end
$$;

revoke all on function app.punish_spam from public, colloquy_app, colloquy_system;
grant execute on function app.punish_spam to colloquy_app;

-- prisma/sql/moderation/report_message.sql
-- Reports a message to the moderators. Reports of one message are in one case while it is open, and only the first of them is
-- told to moderators, so that many people who report do not flood them. Returns null if the person has reported it before or
-- the case was open already.
create or replace function app.report_message(
  p_company uuid, p_user uuid, p_message uuid, p_case uuid, p_reason text, p_note bytea
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_message public.messages := app.hold_message(v_company, p_user, p_message);
  v_case uuid;
begin
  if not app.has_permission(v_company, p_user, 'MESSAGE_READ') then
    raise exception using errcode = 'CQ403', message = 'You may not read messages.', hint = 'MESSAGE_READ';
  elsif v_message.author_id = p_user then
    raise exception using errcode = 'CQ403', message = 'You cannot report a message of your own.';
  end if;
  perform 1 from public.message_reports r
  where r.company_id = v_company and r.message_id = p_message and r.reporter_id = p_user;
  if found then
    return null;
  elsif v_message.state = 'RETRACTED' then
    raise exception using errcode = 'CQ422', message = 'The message has been retracted already.', column = 'messageId';
  end if;
  -- The message is locked, so that nobody else opens a case of it meanwhile.
  select c.id into v_case from public.moderation_cases c
  where c.company_id = v_company and c.message_id = p_message and c.state = 'OPEN' for no key update;
  if v_case is null then
    insert into public.moderation_cases (company_id, id, message_id, kind) values (v_company, p_case, p_message, 'REPORTED');
  end if;
  insert into public.message_reports (company_id, message_id, reporter_id, case_id, reason, note)
  values (v_company, p_message, p_user, coalesce(v_case, p_case), p_reason, p_note);
  if v_case is not null then
    return null;
  end if;
  return app.append_case_event('MODERATION_CASE_OPENED', p_case, p_user);
end
$$;

revoke all on function app.report_message from public, colloquy_app, colloquy_system;
grant execute on function app.report_message to colloquy_app;

-- prisma/sql/visibility/people_shown.sql
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

-- prisma/sql/visibility/set_message_access.sql
-- Replaces the access rules of a message, and tells the people of its conversation who gain or lose it, and nobody else. Its
-- author may do so, and a moderator who may see the message.
create or replace function app.set_message_access(p_company uuid, p_user uuid, p_message uuid, p_rules jsonb) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_message public.messages := app.hold_message(v_company, p_user, p_message);
  v_before uuid[];
  v_after uuid[];
begin
  if v_message.author_id <> p_user and not app.has_permission(v_company, p_user, 'MESSAGE_MODERATE') then
    raise exception using errcode = 'CQ403', hint = 'MESSAGE_MODERATE',
      message = 'Only its author or a moderator may say who sees a message.';
  end if;
  v_before := app.people_shown(v_company, v_message.conversation_id, p_message);
  update public.messages m set is_restricted = app.restrict_message(v_company, p_message, p_rules)
  where m.company_id = v_company and m.id = p_message;
  v_after := app.people_shown(v_company, v_message.conversation_id, p_message);
  return app.append_event('MESSAGE_ACCESS_CHANGED', v_message.conversation_id, p_message, v_message.seq, p_user,
    p_joined => array(select unnest(v_after) except select unnest(v_before)),
    p_left => array(select unnest(v_before) except select unnest(v_after)));
end
$$;

revoke all on function app.set_message_access from public, colloquy_app, colloquy_system;
grant execute on function app.set_message_access to colloquy_app;

-- prisma/sql/members/roles.sql
alter table public.roles enable row level security;
alter table public.roles force row level security;

drop policy if exists roles_sending on public.roles;
create policy roles_sending on public.roles for select to current_user
  using (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null);

drop policy if exists roles_system on public.roles;
create policy roles_system on public.roles to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists roles_tenant on public.roles;
create policy roles_tenant on public.roles to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger roles_tell_access_changed after update on public.roles
  referencing old table as before new table as after
  for each statement execute function app.tell_access_changed();

revoke all on table public.roles from public, colloquy_app, colloquy_system;
grant select on table public.roles to colloquy_app;
grant delete, insert, select, update on table public.roles to colloquy_system;

-- prisma/sql/moderation/spam_penalties.sql
alter table public.spam_penalties enable row level security;
alter table public.spam_penalties force row level security;

drop policy if exists spam_penalties_sending on public.spam_penalties;
create policy spam_penalties_sending on public.spam_penalties for select to current_user
  using (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null);

drop policy if exists spam_penalties_system on public.spam_penalties;
create policy spam_penalties_system on public.spam_penalties to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists spam_penalties_tenant on public.spam_penalties;
create policy spam_penalties_tenant on public.spam_penalties to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.spam_penalties from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.spam_penalties to colloquy_app;
grant select on table public.spam_penalties to colloquy_system;
