set local check_function_bodies = off;
set local row_security = on;

-- prisma/sql/conversations/lock_membership.sql
-- Locks the bound member's own membership for a change of its marks. In a company-wide conversation every member has
-- one, which is stored when it is first needed. Raises CQ404 with p_column if the member is not a participant.
create or replace function app.lock_membership(
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
  if membership.user_id is null
    or not app.is_begun(v_conversation.kind, last_seq, v_conversation.created_by_id, p_user) then
    raise exception using errcode = 'CQ404', message = 'There is no such conversation.', column = p_column;
  end if;
end
$$;

revoke all on function app.lock_membership from public, colloquy_app, colloquy_system;
grant execute on function app.lock_membership to colloquy_app;

-- prisma/sql/conversations/refuse_stranger.sql
-- Raises the reason for which a non-member can do nothing in a listed group. For other conversations it does nothing.
create or replace function app.refuse_stranger(p_conversation public.conversations) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if app.is_listed(p_conversation.kind, p_conversation.access, p_conversation.is_closed) then
    raise exception using errcode = 'CQ403', message = case p_conversation.access
      when 'OPEN' then 'You are not in this group: join it first.'
      else 'You are not in this group: one of its admins has to add you first.'
    end;
  end if;
end
$$;

revoke all on function app.refuse_stranger from public, colloquy_app, colloquy_system;
grant execute on function app.refuse_stranger to colloquy_app;

-- prisma/sql/messages/seen_message.sql
-- Returns the message if app.seen lets the person read it, and raises CQ404 with p_column otherwise.
create or replace function app.seen_message(p_company uuid, p_user uuid, p_message uuid, p_column text) returns public.messages
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_message public.messages;
begin
  select m.* into v_message from public.messages m
  cross join lateral (
    select from app.seen(m.company_id, m.conversation_id, m.id, m.seq, m.author_id, m.is_restricted, p_user) offset 0
  ) seen
  where m.company_id = p_company and m.id = p_message;
  if not found then
    raise exception using errcode = 'CQ404', message = 'There is no such message.', column = p_column;
  end if;
  return v_message;
end
$$;

revoke all on function app.seen_message from public, colloquy_app, colloquy_system;
grant execute on function app.seen_message to colloquy_app;

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
  p_case uuid default null, p_attachments uuid[] default '{}',
  out message_id uuid, out replayed boolean, out seq int, out depth int, out created_at timestamptz,
  out "position" bigint, out penalty text, out cooldown_until timestamptz
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_company uuid := app.bind(p_company, p_user);
  v_permissions text[];
  v_conversation public.conversations;
  v_mark public.participants;
  v_parent public.messages;
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
  if v_mark.user_id is null or p_recipient is null
    and not app.is_begun(v_conversation.kind, v_before, v_conversation.created_by_id, p_user) then
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
    select m.* into v_parent from public.messages m
    where m.company_id = v_company and m.conversation_id = p_conversation and m.id = p_parent and m.seq is not null
      and (not m.is_restricted or m.author_id = p_user or exists (select from app.allowed(m.company_id, m.id, p_user)));
    if not found then
      raise exception using errcode = 'CQ404', message = 'There is no such message in this conversation.', column = 'parentId';
    end if;
    perform app.require_message_action('REPLY', p_user, v_parent);
    depth := v_parent.depth + 1;
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
  perform app.attach_files(v_company, p_user, p_message, p_attachments) where cardinality(p_attachments) > 0;
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
    position := app.append_case_event('MODERATION_CASE_OPENED', p_case, p_user, jsonb_build_object('messageId', p_message));
  else
    position := app.append_event('MESSAGE_SENT', p_conversation, p_message, seq, p_user);
  end if;
end
$$;

revoke all on function app.send_message from public, colloquy_app, colloquy_system;
grant execute on function app.send_message to colloquy_app;

-- prisma/sql/visibility/is_begun.sql
-- True unless it is a direct conversation without a message that another person started. The creator is null once both people
-- have started it. The planner merges the body into the statement that asks.
create or replace function app.is_begun(p_kind text, p_last_seq int, p_creator uuid, p_user uuid) returns boolean
language sql immutable
return (p_kind <> 'DIRECT' or p_last_seq > 0 or p_creator is null or p_creator = p_user);

revoke all on function app.is_begun from public, colloquy_app, colloquy_system;
grant execute on function app.is_begun to colloquy_app, colloquy_system;

-- prisma/sql/visibility/is_listed.sql
-- True if it is a group that people outside of it find. They see its title, description and access. The planner merges the body
-- into the statement that asks.
create or replace function app.is_listed(p_kind text, p_access text, p_is_closed boolean) returns boolean
language sql immutable
return (p_kind = 'GROUP' and p_access in ('OPEN', 'CLOSED') and not p_is_closed);

revoke all on function app.is_listed from public, colloquy_app, colloquy_system;
grant execute on function app.is_listed to colloquy_app, colloquy_system;

-- prisma/sql/visibility/is_readable.sql
-- True if a person may read a conversation's messages: as a member, or as a visitor of a context that is not restricted. p_member
-- is the user of their membership, or null. The planner merges the body into the statement that asks.
create or replace function app.is_readable(p_member uuid, p_kind text, p_last_seq int, p_creator uuid, p_audience text)
returns boolean
language sql immutable
return (p_member is not null and app.is_begun(p_kind, p_last_seq, p_creator, p_member) or p_audience = 'VISITORS');

revoke all on function app.is_readable from public, colloquy_app, colloquy_system;
grant execute on function app.is_readable to colloquy_app, colloquy_system;

-- prisma/sql/visibility/kept_from.sql
-- One row if a message of a conversation that a person may read is kept from them, else none: they have hidden it, its access
-- rules keep it from them, or it is held or was rejected and is another person's. The planner merges the body into the statement
-- that asks.
create or replace function app.kept_from(
  p_company uuid, p_conversation uuid, p_message uuid, p_seq int, p_author uuid, p_is_restricted boolean, p_user uuid
) returns setof boolean
language sql stable rows 1
begin atomic
  select true
  where p_seq is null and p_author is distinct from p_user
    or p_is_restricted and p_author is distinct from p_user and not exists (select from app.allowed(p_company, p_message, p_user))
    or exists (
      select from public.hidden_messages h
      where h.company_id = p_company and h.user_id = p_user and h.conversation_id = p_conversation and h.seq = p_seq
    );
end;

revoke all on function app.kept_from from public, colloquy_app, colloquy_system;
grant execute on function app.kept_from to colloquy_app, colloquy_system;

-- prisma/sql/visibility/membership_of.sql
-- Returns a person's membership in a conversation: the stored row, or in a company-wide conversation the implied one of every
-- member, which starts after the messages from before they joined the company. The planner merges the body into the statement
-- that asks; each offset 0 keeps it from reading all memberships of the person, because it expects almost none.
create or replace function app.membership_of(p_company uuid, p_conversation uuid, p_audience text, p_user uuid)
returns table (
  user_id uuid, role text, unread_from_seq int, hidden_seq int, is_muted boolean, muted_until timestamptz, last_read_seq int
)
language sql stable rows 1
begin atomic
  select p_user, coalesce(r.role, 'MEMBER'), r.unread_from_seq, r.hidden_seq, coalesce(r.is_muted, false), r.muted_until,
    case when r.user_id is null then app.start_seq(p_company, p_conversation, p_user) else r.last_read_seq end
  from (select 1) asked
  left join lateral (
    select * from public.participants r
    where r.company_id = p_company and r.conversation_id = p_conversation and r.user_id = p_user and r.left_at is null offset 0
  ) r on true
  where r.user_id is not null or p_audience = 'COMPANY' offset 0;
end;

revoke all on function app.membership_of from public, colloquy_app, colloquy_system;
grant execute on function app.membership_of to colloquy_app, colloquy_system;

-- prisma/sql/visibility/seen.sql
-- Returns the conversation of a message if a person may read the message in it now, else nothing. The planner merges the body into
-- the statement that asks.
create or replace function app.seen(
  p_company uuid, p_conversation uuid, p_message uuid, p_seq int, p_author uuid, p_is_restricted boolean, p_user uuid
) returns table (id uuid, context_type text, sensitivity text)
language sql stable rows 1
begin atomic
  select c.id, c.context_type, c.sensitivity
  from public.conversations c
  left join lateral app.membership_of(c.company_id, c.id, c.audience, p_user) p on true
  where c.company_id = p_company and c.id = p_conversation
    and app.is_readable(p.user_id, c.kind, c.last_seq, c.created_by_id, c.audience)
    and (p_seq is null or p_seq > coalesce(p.hidden_seq, 0))
    and not exists (
      select from app.kept_from(p_company, p_conversation, p_message, p_seq, p_author, p_is_restricted, p_user)
    );
end;

revoke all on function app.seen from public, colloquy_app, colloquy_system;
grant execute on function app.seen to colloquy_app, colloquy_system;
