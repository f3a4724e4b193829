-- AlterTable
ALTER TABLE "users" ADD COLUMN     "avatar_url" TEXT,
ADD COLUMN     "do_not_disturb_until" TIMESTAMPTZ(3),
ADD COLUMN     "locale" TEXT,
ADD COLUMN     "show_preview_in_notifications" BOOLEAN NOT NULL DEFAULT true;

set local check_function_bodies = off;
set local row_security = on;

-- prisma/sql/audit/audit_members.sql
-- Records members that are created or changed. The trail tells which fields have changed, and values of none that names a
-- person.
create or replace function app.audit_members() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    perform app.record_audits(c.company_id, c.kinds, c.ids, c.details) from (
      select a.company_id, array_agg(text 'member.created' order by a.id) as kinds, array_agg(a.id order by a.id) as ids,
        array_agg(jsonb_build_object('roleId', a.role_id, 'isEnabled', a.is_enabled) order by a.id) as details
      from after a group by a.company_id order by a.company_id
    ) c;
    return null;
  end if;
  perform app.record_audits(c.company_id, c.kinds, c.ids, c.details) from (
    select a.company_id, array_agg(d.kind order by a.id, d.kind) as kinds, array_agg(a.id order by a.id, d.kind) as ids,
      array_agg(d.detail order by a.id, d.kind) as details
    from after a join before b on b.company_id = a.company_id and b.id = a.id
    cross join lateral (
      select case when a.is_enabled then 'member.enabled' else 'member.disabled' end as kind, null::jsonb as detail
      where a.is_enabled <> b.is_enabled
      union all
      select 'member.role_changed', jsonb_build_object('from', b.role_id, 'to', a.role_id) where a.role_id <> b.role_id
      union all
      select case when a.subject is null then 'member.untied' else 'member.tied' end, null
      where (a.issuer, a.subject) is distinct from (b.issuer, b.subject)
      union all
      select 'member.updated', jsonb_build_object('fields', f.fields) from (
        select array_remove(array[
          case when a.name <> b.name then 'name' end, case when a.email is distinct from b.email then 'email' end,
          case when a.department is distinct from b.department then 'department' end,
          case when a.avatar_url is distinct from b.avatar_url then 'avatarUrl' end,
          case when a.external_id is distinct from b.external_id then 'externalId' end
        ], null) as fields
      ) f where cardinality(f.fields) > 0
    ) d
    group by a.company_id order by a.company_id
  ) c;
  return null;
end
$$;

revoke all on function app.audit_members from public, colloquy_app, colloquy_system;

-- prisma/sql/companies/erase_company.sql
-- Erases the plaintext of the bound company, whose keys are destroyed: names, addresses, titles, the ids of contexts and
-- logins. Everybody is disabled, so that no policy shows anything of it from the commit on. Ciphertext stays.
create or replace function app.erase_company() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
begin
  -- The lock of all changes of keys: those under way end first, and later ones see that the keys are destroyed.
  perform pg_advisory_xact_lock(hashtextextended('keys ' || v_company, 0));
  perform app.keys_changed(true);
  -- A closed conversation needs no other admin when all of its people are disabled.
  update public.conversations c set title = '', title_folded = '', is_closed = true,
    context_id = case when c.context_id is not null then c.id::text end
  where c.company_id = v_company;
  update public.users u set name = 'Former member', name_folded = 'former member', search_words = '{former,member}',
    search_source = E'Former member\n', email = null, department = null, avatar_url = null, locale = null,
    do_not_disturb_until = null, external_id = null, issuer = null, subject = null, is_enabled = false
  where u.company_id = v_company;
  update public.roles r set name = r.id::text where r.company_id = v_company and not r.is_built_in;
  update public.message_access a set attribute = 'erased' where a.company_id = v_company and a.attribute is not null;
  delete from public.reactions r where r.company_id = v_company;
  delete from public.idempotency_keys k where k.company_id = v_company;
  delete from public.connection_tickets t where t.company_id = v_company;
  delete from public.pending_digests d where d.company_id = v_company;
  update public.broadcasts b set status = 'CANCELLED' where b.company_id = v_company and b.status = 'SCHEDULED';
  update public.guest_deliveries d set status = 'DROPPED', changed_at = clock_timestamp()
  where d.company_id = v_company and d.status = 'QUEUED';
  update public.guests g set external_id = null, name = null, phone = null, email = null, phone_hash = null,
    email_hash = null, words = '{}', time_zone = null, erased_at = coalesce(g.erased_at, now())
  where g.company_id = v_company;
  update public.sms_settings s set from_number = null, help_business = null, help_purpose = null, help_phone = null,
    help_email = null, help_website = null, help_disclaimer = null, stop_words = '{}', meta = null
  where s.company_id = v_company;
  delete from app.sms_numbers n where n.company_id = v_company;
  update public.companies c set name = 'Destroyed company', spam = null where c.id = v_company;
  perform app.record_audit('keys.destroyed', v_company);
end
$$;

revoke all on function app.erase_company from public, colloquy_app, colloquy_system;
grant execute on function app.erase_company to colloquy_system;

-- prisma/sql/digests/queue_digests.sql
-- Enqueues a digest job for each of these people with a due message, and deletes those with nothing to report. It waits
-- for messages that are due soon, but not longer than one e-mail delay, so that a burst of messages becomes one e-mail, and for
-- the end of do-not-disturb.
-- Returns the number of jobs.
create or replace function app.queue_digests(p_users uuid[]) returns int
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
      and not exists (
        select from public.users u
        where u.company_id = v_company and u.id = d.user_id and u.do_not_disturb_until > now()
      )
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

revoke all on function app.queue_digests from public, colloquy_app, colloquy_system;
grant execute on function app.queue_digests to colloquy_system;

-- prisma/sql/messages/edit_message.sql
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
begin
  perform app.require_message_action('EDIT', p_user, v_message);
  if v_message.revision <> p_revision then
    raise exception using errcode = 'CQ409', message = 'The message has been edited meanwhile: read it again.', column = 'messageId';
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

-- prisma/sql/messages/hold_message.sql
-- Locks and returns a posted or retracted message that the person may read, for a change of it. Raises CQ404 otherwise, and
-- CQ403 for an own message that is not posted, which stays as moderators see it.
create or replace function app.hold_message(p_company uuid, p_user uuid, p_message uuid) returns public.messages
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_message public.messages;
begin
  perform app.seen_message(p_company, p_user, p_message, 'messageId');
  select m.* into v_message from public.messages m where m.company_id = p_company and m.id = p_message for no key update;
  perform app.require_message_action('HIDE', p_user, v_message);
  return v_message;
end
$$;

revoke all on function app.hold_message from public, colloquy_app, colloquy_system;
grant execute on function app.hold_message to colloquy_app;

-- prisma/sql/messages/message_refusal.sql
-- The reason for which the person may not do this with a message that they may read: code, words and hint of the error, all
-- null if they may. Mutations raise it by app.require_message_action, and Message.allowedActions lists the actions without
-- one, so that there is one rule. HIDE stands for every change that only a message without a number refuses.
create or replace function app.message_refusal(
  p_action text, p_user uuid, p_message public.messages, out code text, out detail text, out hint text
) language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_is_own constant boolean := p_message.author_id = p_user;
  v_edit_minutes int;
  v_retract_minutes int;
  v_max_depth int;
begin
  if p_message.seq is null then
    code := 'CQ403';
    detail := case p_message.state
      when 'HELD' then 'The message waits for review: until then nothing about it changes.'
      else 'The message was rejected by a moderator.' end;
    return;
  end if;
  if p_action in ('REPLY', 'EDIT', 'RETRACT') then
    select c.edit_window_minutes, c.retract_window_minutes, c.max_thread_depth
    into v_edit_minutes, v_retract_minutes, v_max_depth
    from public.companies c where c.id = p_message.company_id;
  end if;
  case p_action
    when 'REPLY' then
      if p_message.depth >= v_max_depth then
        code := 'CQ414';
        detail := 'The thread is at its deepest level.';
        hint := v_max_depth::text;
      end if;
    when 'EDIT' then
      if not v_is_own then
        code := 'CQ403';
        detail := 'Only its author may edit a message.';
      elsif p_message.state = 'RETRACTED' then
        code := 'CQ409';
        detail := 'The message has been retracted.';
      elsif p_message.created_at + make_interval(mins => v_edit_minutes) <= now() then
        code := 'CQ403';
        detail := case v_edit_minutes
          when 0 then 'Messages cannot be edited in this company.'
          else format('Messages can be edited for %s minutes.', v_edit_minutes) end;
      end if;
    when 'RETRACT' then
      if p_message.state = 'RETRACTED' then
        code := 'CQ409';
        detail := 'The message has been retracted.';
      elsif (not v_is_own or p_message.created_at + make_interval(mins => v_retract_minutes) <= now())
        and not app.has_permission(p_message.company_id, p_user, 'MESSAGE_MODERATE')
      then
        code := 'CQ403';
        hint := 'MESSAGE_MODERATE';
        detail := case
          when not v_is_own then 'Only its author or a moderator may retract a message.'
          when v_retract_minutes = 0 then 'Authors cannot retract messages in this company.'
          else format('Messages can be retracted for %s minutes.', v_retract_minutes) end;
      end if;
    when 'REACT' then
      if p_message.state <> 'POSTED' then
        code := 'CQ409';
        detail := 'The message has been retracted.';
      end if;
    when 'REPORT' then
      if v_is_own then
        code := 'CQ403';
        detail := 'You cannot report a message of your own.';
      elsif p_message.state = 'RETRACTED' then
        code := 'CQ422';
        detail := 'The message has been retracted already.';
      end if;
    when 'MODERATE' then
      if not app.has_permission(p_message.company_id, p_user, 'MESSAGE_MODERATE') then
        code := 'CQ403';
        hint := 'MESSAGE_MODERATE';
        detail := 'Only its author or a moderator may say who sees a message.';
      end if;
    when 'HIDE' then
      null;
  end case;
end
$$;

revoke all on function app.message_refusal from public, colloquy_app, colloquy_system;
grant execute on function app.message_refusal to colloquy_app;

-- prisma/sql/messages/require_message_action.sql
-- Raises the reason for which the person may not do this with a message that they may read, if there is one.
create or replace function app.require_message_action(p_action text, p_user uuid, p_message public.messages) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_refusal record;
begin
  select r.code, r.detail, r.hint into v_refusal from app.message_refusal(p_action, p_user, p_message) r;
  if v_refusal.code is null then
    return;
  elsif v_refusal.hint is null then
    raise exception using errcode = v_refusal.code, message = v_refusal.detail, column = 'messageId';
  end if;
  raise exception using errcode = v_refusal.code, message = v_refusal.detail, column = 'messageId', hint = v_refusal.hint;
end
$$;

revoke all on function app.require_message_action from public, colloquy_app, colloquy_system;
grant execute on function app.require_message_action to colloquy_app;

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
begin
  if v_message.state = 'RETRACTED' then
    return null;
  end if;
  perform app.require_message_action('RETRACT', p_user, v_message);
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

-- prisma/sql/messages/set_reaction.sql
-- Sets or removes one reaction. A message has at most 20 different emoji. The returned position is null if nothing has
-- changed.
create or replace function app.set_reaction(p_company uuid, p_user uuid, p_message uuid, p_emoji text, p_on boolean) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_message public.messages := app.hold_message(v_company, p_user, p_message);
begin
  perform app.require_message_action('REACT', p_user, v_message);
  if p_on then
    if (
      select count(distinct r.emoji) from public.reactions r
      where r.company_id = v_company and r.message_id = p_message and r.emoji <> p_emoji and r.is_on
    ) >= 20 then
      raise exception using errcode = 'CQ422', message = 'A message has at most 20 kinds of reactions.', column = 'emoji';
    end if;
    insert into public.reactions as r (company_id, message_id, emoji, user_id)
    values (v_company, p_message, p_emoji, p_user)
    on conflict (company_id, message_id, emoji, user_id) do update set is_on = true, created_at = excluded.created_at
      where not r.is_on;
  else
    update public.reactions r set is_on = false
    where r.company_id = v_company and r.message_id = p_message and r.emoji = p_emoji and r.user_id = p_user and r.is_on;
  end if;
  if not found then
    return null;
  end if;
  return app.append_event('REACTIONS_CHANGED', v_message.conversation_id, p_message, v_message.seq, p_user);
end
$$;

revoke all on function app.set_reaction from public, colloquy_app, colloquy_system;
grant execute on function app.set_reaction to colloquy_app;

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
  end if;
  perform 1 from public.message_reports r
  where r.company_id = v_company and r.message_id = p_message and r.reporter_id = p_user;
  if found then
    return null;
  end if;
  perform app.require_message_action('REPORT', p_user, v_message);
  -- The message is locked, so that nobody else opens a case of it meanwhile.
  select c.id into v_case from public.moderation_cases c
  where c.company_id = v_company and c.message_id = p_message and c.state = 'OPEN' for no key update;
  if v_case is null then
    insert into public.moderation_cases (company_id, id, message_id, kind) values (v_company, p_case, p_message, 'REPORTED');
  end if;
  insert into public.message_reports (company_id, message_id, reporter_id, case_id, reason, note)
  values (v_company, p_message, p_user, coalesce(v_case, p_case), p_reason, p_note);
  perform app.record_audit('message.reported', p_message, v_message.conversation_id,
    jsonb_build_object('reason', p_reason, 'caseId', coalesce(v_case, p_case)));
  if v_case is not null then
    return null;
  end if;
  return app.append_case_event('MODERATION_CASE_OPENED', p_case, p_user, jsonb_build_object('messageId', p_message));
end
$$;

revoke all on function app.report_message from public, colloquy_app, colloquy_system;
grant execute on function app.report_message to colloquy_app;

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
  if v_message.author_id <> p_user then
    perform app.require_message_action('MODERATE', p_user, v_message);
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
