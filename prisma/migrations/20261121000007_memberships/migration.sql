-- Migrations run with row security off; creating an SQL function plans its body, which that setting refuses. The
-- columns below get their defaults without one row being read.
set local row_security = on;

-- Who a conversation is for: members, everybody in the company (GLOBAL, a BROADCAST to all), or
-- everybody who comes to see it (an unrestricted CONTEXT, which is in the inbox of those who joined).
alter table conversations
  add column audience text not null default 'PARTICIPANTS',
  add constraint conversations_audience_check check (audience in ('PARTICIPANTS', 'COMPANY', 'VISITORS'));
-- A context has at most one conversation that everybody may see, and beside it at most one restricted one: a restricted
-- conversation keeps nobody from talking about the same thing, and nobody learns of it by trying.
create unique index conversations_company_id_context_type_context_id_audience_key
  on conversations (company_id, context_type, context_id, audience);
create index conversations_company_wide_idx on conversations (company_id, id) where audience = 'COMPANY';

-- Everything up to here is gone from the person's side; the next message brings the conversation back.
alter table participants
  add column hidden_seq integer,
  add constraint participants_hidden_check check (hidden_seq >= 0);

-- How often a message was edited; its ciphertexts are bound to it.
alter table messages add column revision integer not null default 0;

-- Messages that one person has deleted for themselves.
create table hidden_messages (
  company_id uuid not null,
  user_id uuid not null,
  conversation_id uuid not null,
  seq integer not null,
  message_id uuid not null,
  created_at timestamptz(3) not null default current_timestamp,
  constraint hidden_messages_pkey primary key (company_id, user_id, conversation_id, seq)
);
alter table hidden_messages
  add constraint hidden_messages_company_id_user_id_fkey foreign key (company_id, user_id)
    references users (company_id, id) on delete cascade on update cascade,
  add constraint hidden_messages_company_id_conversation_id_fkey foreign key (company_id, conversation_id)
    references conversations (company_id, id) on delete cascade on update cascade,
  add constraint hidden_messages_company_id_message_id_fkey foreign key (company_id, message_id)
    references messages (company_id, id) on delete cascade on update cascade;
alter table hidden_messages enable row level security;
alter table hidden_messages force row level security;
create policy hidden_messages_tenant on hidden_messages to colloquy_app
  using (company_id = (select app.current_company())) with check (company_id = (select app.current_company()));
create policy hidden_messages_system on hidden_messages to colloquy_system
  using (company_id = (select app.bound_company())) with check (company_id = (select app.bound_company()));
grant select, insert on hidden_messages to colloquy_app;
grant select on hidden_messages to colloquy_system;

-- The members of a company-wide conversation, longest-standing first.
create index users_company_id_joined_at_id_idx on users (company_id, joined_at, id);

alter table events drop constraint events_kind_check, add constraint events_kind_check check (kind in (
  'MESSAGE_SENT', 'MESSAGE_EDITED', 'MESSAGE_RETRACTED', 'MESSAGE_HIDDEN', 'REACTIONS_CHANGED', 'READ', 'READ_REMINDER',
  'DELIVERED', 'PARTICIPANTS_CHANGED', 'CONVERSATION_CHANGED', 'CONVERSATION_HIDDEN', 'MUTE_CHANGED', 'ACCESS_CHANGED'
));

-- The last message from before the person joined the company: where a company-wide conversation starts for somebody
-- who has no membership yet. Messages are in the order of their times, so it is found by halving.
create function app.start_seq(p_company uuid, p_conversation uuid, p_user uuid) returns integer
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_joined timestamptz;
  v_low int := 0;
  v_high int;
  v_middle int;
  v_found record;
begin
  select u.joined_at into v_joined from public.users u where u.company_id = p_company and u.id = p_user;
  select c.last_seq into v_high from public.conversations c
  where c.company_id = p_company and c.id = p_conversation and c.created_at < v_joined;
  -- Everything up to v_low is older than the membership, everything above v_high is not.
  while v_low < coalesce(v_high, 0) loop
    v_middle := (v_low + v_high + 1) / 2;
    -- The nearest one downwards: purged messages leave holes.
    select m.seq, m.created_at into v_found from public.messages m
    where m.company_id = p_company and m.conversation_id = p_conversation and m.seq <= v_middle
    order by m.seq desc limit 1;
    if v_found.seq is null or v_found.seq <= v_low or v_found.created_at < v_joined then
      v_low := v_middle;
    else
      v_high := v_found.seq - 1;
    end if;
  end loop;
  return v_low;
end
$$;

-- Tells a member of the company who is not in this group why nothing can be done in it, if lists show the group to everybody;
-- of other conversations nothing is said here.
create function app.refuse_stranger(p_conversation public.conversations) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if p_conversation.kind = 'GROUP' and not p_conversation.is_closed and p_conversation.access in ('OPEN', 'CLOSED') then
    raise exception using errcode = 'CQ403', message = case p_conversation.access
      when 'OPEN' then 'You are not in this group: join it first.'
      else 'You are not in this group: one of its admins has to add you first.'
    end;
  end if;
end
$$;

-- The bound member's own membership, locked for a move of its marks; everybody has one in a company-wide conversation, stored
-- when it is first needed. Raises CQ404 with p_column for what the member takes no part in.
create function app.lock_membership(
  p_company uuid, p_user uuid, p_conversation uuid, p_column text, out last_seq int, out membership public.participants
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_conversation public.conversations;
  v_start int;
begin
  select c.* into v_conversation from public.conversations c where c.company_id = p_company and c.id = p_conversation;
  last_seq := v_conversation.last_seq;
  select p.* into membership from public.participants p
  where p.company_id = p_company and p.conversation_id = p_conversation and p.user_id = p_user and p.left_at is null
  for no key update;
  if membership.user_id is null and v_conversation.audience = 'COMPANY' then
    v_start := app.start_seq(p_company, p_conversation, p_user);
    insert into public.participants (company_id, conversation_id, user_id, joined_seq, last_read_seq, last_delivered_seq)
    values (p_company, p_conversation, p_user, v_start, v_start, v_start) on conflict do nothing;
    select p.* into membership from public.participants p
    where p.company_id = p_company and p.conversation_id = p_conversation and p.user_id = p_user for no key update;
  end if;
  if membership.user_id is null then
    perform app.refuse_stranger(v_conversation);
  end if;
  -- Until its first message a direct conversation is there for whoever started it alone.
  if membership.user_id is null or v_conversation.kind = 'DIRECT' and last_seq = 0 and v_conversation.created_by_id <> p_user then
    raise exception using errcode = 'CQ404', message = 'There is no such conversation.', column = p_column;
  end if;
end
$$;

-- Reading n reads everything up to n; the mark never goes back. The private reminder gives way to what was read.
create or replace function app.mark_read(
  p_company uuid, p_user uuid, p_conversation uuid, p_up_to int,
  out read_seq int, out "position" bigint
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_company uuid := app.bind(p_company, p_user);
  v_held record;
  v_mark public.participants;
  v_last int;
  v_target int;
  v_reminder int;
begin
  select * into v_held from app.lock_membership(v_company, p_user, p_conversation, 'conversationId');
  v_mark := v_held.membership;
  v_last := v_held.last_seq;
  v_target := coalesce(p_up_to, v_last);
  if v_target > v_last then
    raise exception using errcode = 'CQ422', column = 'upToSeq',
      message = format('The last message is number %s.', v_last);
  end if;
  read_seq := greatest(v_target, v_mark.last_read_seq);
  v_reminder := case
    when v_mark.unread_from_seq is null or v_target >= v_mark.last_read_seq then null
    else greatest(v_mark.unread_from_seq, v_target + 1)
  end;
  if read_seq = v_mark.last_read_seq and v_reminder is not distinct from v_mark.unread_from_seq then
    return;
  end if;
  update public.participants p
  set last_read_seq = mark_read.read_seq, last_delivered_seq = greatest(p.last_delivered_seq, mark_read.read_seq),
      unread_from_seq = v_reminder
  where p.company_id = v_company and p.conversation_id = p_conversation and p.user_id = p_user;
  if read_seq > v_mark.last_read_seq then
    insert into public.receipts (company_id, conversation_id, user_id, status, up_to_seq)
    values (v_company, p_conversation, p_user, 'READ', read_seq) on conflict do nothing;
    position := app.append_event('READ', p_conversation, null, read_seq, p_user);
  else
    position := app.append_event('READ_REMINDER', p_conversation, null, null, p_user, p_user);
  end if;
end
$$;

-- The viewer's own reminder: unread again from p_from; receipts stay.
create or replace function app.mark_unread(
  p_company uuid, p_user uuid, p_conversation uuid, p_from int, out "position" bigint
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_last int;
begin
  select h.last_seq into v_last from app.lock_membership(v_company, p_user, p_conversation, 'conversationId') h;
  if p_from < 1 or p_from > v_last then
    raise exception using errcode = 'CQ422', column = 'fromSeq', message =
      case when v_last = 0 then 'There are no messages yet.' else format('The messages are numbered 1 to %s.', v_last) end;
  end if;
  update public.participants p set unread_from_seq = p_from
  where p.company_id = v_company and p.conversation_id = p_conversation and p.user_id = p_user;
  position := app.append_event('READ_REMINDER', p_conversation, null, null, p_user, p_user);
end
$$;

-- Moves delivered marks forward, all or none; conversations in id order, so two devices cannot deadlock.
create or replace function app.acknowledge_delivery(
  p_company uuid, p_user uuid, p_conversations uuid[], p_seqs int[], out "position" bigint
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_mark record;
  v_last int;
  v_moved uuid[] := '{}';
  v_seqs int[] := '{}';
begin
  for v_mark in
    select distinct on (u.conversation_id) u.conversation_id, u.seq, u.index
    from unnest(p_conversations, p_seqs) with ordinality u (conversation_id, seq, index)
    order by u.conversation_id, u.seq desc
  loop
    select h.last_seq into v_last
    from app.lock_membership(v_company, p_user, v_mark.conversation_id, format('marks.%s.conversationId', v_mark.index - 1)) h;
    if v_mark.seq > v_last then
      raise exception using errcode = 'CQ422', message = format('The last message is number %s.', v_last),
        column = format('marks.%s.upToSeq', v_mark.index - 1);
    end if;
    update public.participants p set last_delivered_seq = v_mark.seq
    where p.company_id = v_company and p.conversation_id = v_mark.conversation_id and p.user_id = p_user
      and p.last_delivered_seq < v_mark.seq;
    if found then
      insert into public.receipts (company_id, conversation_id, user_id, status, up_to_seq)
      values (v_company, v_mark.conversation_id, p_user, 'DELIVERED', v_mark.seq) on conflict do nothing;
      v_moved := v_moved || v_mark.conversation_id;
      v_seqs := v_seqs || v_mark.seq;
    end if;
  end loop;
  -- Only now the company's stream: a lock on it taken earlier would be held while waiting for the next mark.
  for v_index in 1 .. cardinality(v_moved) loop
    position := app.append_event('DELIVERED', v_moved[v_index], null, v_seqs[v_index], p_user);
  end loop;
end
$$;

-- A send is one call: it binds the tenant, takes the conversation's next sequence and the company's next position, and
-- writes message, mentions, own mark, event and idempotency key. A rejection is an exception, so nothing is half-written.
-- CQ425: a twin of this call has just been committed under the same key; the caller answers from that one.
create or replace function app.send_message(
  p_company uuid, p_user uuid, p_message uuid, p_conversation uuid, p_recipient uuid, p_parent uuid,
  p_subject bytea, p_body bytea, p_metadata bytea, p_priority text, p_mentions uuid[], p_client_id text,
  p_key text, p_hash bytea,
  out message_id uuid, out replayed boolean, out seq int, out depth int, out created_at timestamptz,
  out "position" bigint
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

  -- The sequence is taken by locking: whoever is refused below gives it back by rolling back.
  update public.conversations c set last_seq = c.last_seq + 1,
    -- Under the lock, and never before the message it follows, should the clock be set back.
    last_activity_at = greatest(date_trunc('milliseconds', clock_timestamp()), c.last_activity_at)
  where c.company_id = v_company and c.id = p_conversation returning c.* into v_conversation;
  if v_conversation.id is null and p_recipient is not null then
    if not 'CONVERSATION_DIRECT' = any (v_permissions) then
      raise exception using errcode = 'CQ403', message = 'You may not start direct conversations.', hint = 'CONVERSATION_DIRECT';
    end if;
    perform app.ensure_direct(p_user, p_conversation, p_recipient);
    update public.conversations c set last_seq = c.last_seq + 1,
      last_activity_at = greatest(date_trunc('milliseconds', clock_timestamp()), c.last_activity_at)
    where c.company_id = v_company and c.id = p_conversation returning c.* into v_conversation;
  end if;
  message_id := p_message;
  seq := v_conversation.last_seq;
  created_at := v_conversation.last_activity_at;

  select p.* into v_mark from public.participants p
  where p.company_id = v_company and p.conversation_id = p_conversation and p.user_id = p_user and p.left_at is null;
  if v_mark.user_id is null and v_conversation.audience = 'COMPANY' then
    select (h.membership).* into v_mark from app.lock_membership(v_company, p_user, p_conversation, 'conversationId') h;
  elsif v_mark.user_id is null and v_conversation.audience = 'VISITORS' then
    v_joins := true;
    v_mark := app.join_conversation(v_company, p_conversation, p_user, seq - 1);
  end if;
  if v_mark.user_id is null or v_conversation.kind = 'DIRECT' and seq = 1 and p_recipient is null
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
    where m.company_id = v_company and m.conversation_id = p_conversation and m.id = p_parent and m.seq is not null;
    if not found then
      raise exception using errcode = 'CQ404', message = 'There is no such message in this conversation.', column = 'parentId';
    end if;
    if depth > v_max_depth then
      raise exception using errcode = 'CQ414', message = 'The thread is at its deepest level.', hint = v_max_depth::text;
    end if;
  end if;

  insert into public.messages (
    company_id, id, conversation_id, seq, author_id, parent_id, depth, subject, body, metadata, priority,
    client_message_id, created_at
  ) values (
    v_company, p_message, p_conversation, seq, p_user, p_parent, depth, p_subject, p_body, p_metadata, p_priority,
    p_client_id, created_at
  );
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

  -- The own mark follows an own send only if nothing unread lies before it.
  if v_mark.unread_from_seq is null then
    update public.participants p set last_read_seq = send_message.seq, last_delivered_seq = send_message.seq
    where p.company_id = v_company and p.conversation_id = p_conversation and p.user_id = p_user
      and p.last_read_seq < send_message.seq and not exists (
        select from public.messages m
        where m.company_id = v_company and m.conversation_id = p_conversation
          and m.seq > greatest(v_mark.last_read_seq, v_mark.hidden_seq)
          and m.seq < send_message.seq and m.author_id <> p_user and m.state = 'POSTED' and not exists (
            select from public.hidden_messages h where h.company_id = v_company and h.user_id = p_user
              and h.conversation_id = p_conversation and h.seq = m.seq
          )
      );
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
  position := app.append_event('MESSAGE_SENT', p_conversation, p_message, seq, p_user);
end
$$;

-- Gives the person a membership, or the old one again: the marks stay, so that receipts never go back.
create function app.join_conversation(p_company uuid, p_conversation uuid, p_user uuid, p_seq int)
returns public.participants
language sql volatile set search_path = pg_catalog, pg_temp as $$
  insert into public.participants as p (company_id, conversation_id, user_id, joined_seq)
  values (p_company, p_conversation, p_user, p_seq)
  on conflict (company_id, conversation_id, user_id) do update
    set left_at = null, role = 'MEMBER', joined_at = excluded.joined_at, joined_seq = excluded.joined_seq
    where p.left_at is not null
  returning p.*
$$;

-- Mutes or unmutes a conversation for the person, until a time or for good.
create function app.set_mute(
  p_company uuid, p_user uuid, p_conversation uuid, p_is_muted boolean, p_until timestamptz
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
begin
  perform app.lock_membership(v_company, p_user, p_conversation, 'conversationId');
  update public.participants p set is_muted = p_is_muted, muted_until = p_until
  where p.company_id = v_company and p.conversation_id = p_conversation and p.user_id = p_user;
  return app.append_event('MUTE_CHANGED', p_conversation, null, null, p_user, p_user);
end
$$;

-- Deletes a conversation with its history for the person alone: it returns with the next message. The position is null
-- if nothing was left to hide.
create function app.hide_conversation(p_company uuid, p_user uuid, p_conversation uuid) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_held record;
begin
  select * into v_held from app.lock_membership(v_company, p_user, p_conversation, 'conversationId');
  update public.participants p set hidden_seq = v_held.last_seq, unread_from_seq = null
  where p.company_id = v_company and p.conversation_id = p_conversation and p.user_id = p_user
    and p.hidden_seq is distinct from v_held.last_seq;
  if not found then
    return null;
  end if;
  return app.append_event('CONVERSATION_HIDDEN', p_conversation, null, null, p_user, p_user);
end
$$;

-- The message if the person may read it now; raises CQ404 with p_column otherwise. The counterpart of seenBy in
-- src/conversations/visibility.ts.
create function app.seen_message(p_company uuid, p_user uuid, p_message uuid, p_column text) returns public.messages
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_message public.messages;
  v_conversation public.conversations;
  v_membership public.participants;
begin
  select m.* into v_message from public.messages m where m.company_id = p_company and m.id = p_message;
  select c.* into v_conversation from public.conversations c
  where c.company_id = p_company and c.id = v_message.conversation_id;
  select p.* into v_membership from public.participants p
  where p.company_id = p_company and p.conversation_id = v_message.conversation_id and p.user_id = p_user
    and p.left_at is null;
  if v_message.id is null
    or v_membership.user_id is null and v_conversation.audience = 'PARTICIPANTS'
    or v_message.seq is null and v_message.author_id <> p_user
    or v_message.seq <= v_membership.hidden_seq
    or exists (
      select from public.hidden_messages h where h.company_id = p_company and h.user_id = p_user
        and h.conversation_id = v_message.conversation_id and h.seq = v_message.seq
    )
  then
    raise exception using errcode = 'CQ404', message = 'There is no such message.', column = p_column;
  end if;
  return v_message;
end
$$;

-- Deletes a message for the person alone.
create function app.hide_message(
  p_company uuid, p_user uuid, p_message uuid, out conversation_id uuid, out "position" bigint
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_company uuid := app.bind(p_company, p_user);
  v_message public.messages := app.seen_message(v_company, p_user, p_message, 'messageId');
begin
  conversation_id := v_message.conversation_id;
  insert into public.hidden_messages (company_id, user_id, conversation_id, seq, message_id)
  values (v_company, p_user, v_message.conversation_id, v_message.seq, p_message) on conflict do nothing;
  position := app.append_event('MESSAGE_HIDDEN', v_message.conversation_id, p_message, v_message.seq, p_user, p_user);
end
$$;

grant execute on function
  app.refuse_stranger(public.conversations), app.hide_conversation(uuid, uuid, uuid), app.seen_message(uuid, uuid, uuid, text), app.hide_message(uuid, uuid, uuid),
  app.set_mute(uuid, uuid, uuid, boolean, timestamptz),
  app.start_seq(uuid, uuid, uuid), app.lock_membership(uuid, uuid, uuid, text), app.join_conversation(uuid, uuid, uuid, int)
to colloquy_app;
-- What an event shows of a conversation is read for all its viewers at once.
grant execute on function app.start_seq(uuid, uuid, uuid) to colloquy_system;
