alter table public.companies no force row level security;
alter table public.users no force row level security;
alter table public.messages no force row level security;

-- CreateTable
CREATE TABLE "attachments" (
    "company_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "uploader_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'UPLOADING',
    "refusal" TEXT,
    "file_name" BYTEA,
    "sealed_key" BYTEA,
    "media_type" TEXT,
    "size" INTEGER NOT NULL,
    "received" INTEGER NOT NULL DEFAULT 0,
    "content" TEXT NOT NULL DEFAULT 'upload',
    "width" INTEGER,
    "height" INTEGER,
    "duration_ms" INTEGER,
    "thumbnail_size" INTEGER,
    "message_id" UUID,
    "place" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "lease" UUID,
    "leased_until" TIMESTAMPTZ(3),

    CONSTRAINT "attachments_pkey" PRIMARY KEY ("company_id","id")
);

-- CreateIndex
CREATE INDEX "attachments_company_id_message_id_uploader_id_idx" ON "attachments"("company_id", "message_id", "uploader_id");

-- CreateIndex
CREATE INDEX "attachments_company_id_state_size_idx" ON "attachments"("company_id", "state", "size");

-- AddForeignKey
ALTER TABLE "attachments" ADD CONSTRAINT "attachments_company_id_fkey" FOREIGN KEY ("company_id") REFERENCES "companies"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attachments" ADD CONSTRAINT "attachments_company_id_uploader_id_fkey" FOREIGN KEY ("company_id", "uploader_id") REFERENCES "users"("company_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "attachments" ADD CONSTRAINT "attachments_company_id_message_id_fkey" FOREIGN KEY ("company_id", "message_id") REFERENCES "messages"("company_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

alter table public.companies force row level security;
alter table public.users force row level security;
alter table public.messages force row level security;

-- By hand: checks, and an index that Prisma does not know.
alter table public.attachments
  add constraint attachments_kind_check check (kind in ('FILE', 'IMAGE', 'VOICE')),
  add constraint attachments_state_check check (
    state in ('UPLOADING', 'SCANNING', 'READY', 'ATTACHED', 'REFUSED', 'REMOVED')
  ),
  add constraint attachments_message_check check ((state = 'ATTACHED') = (message_id is not null)),
  add constraint attachments_key_check check (state in ('REFUSED', 'REMOVED') or sealed_key is not null and file_name is not null),
  add constraint attachments_refusal_check check ((state = 'REFUSED') <= (refusal in ('TOO_LARGE', 'TYPE', 'INFECTED', 'QUOTA'))),
  add constraint attachments_size_check check (size > 0 and received >= 0);
create index attachments_unsent_idx on public.attachments (company_id, created_at) where message_id is null;

set local check_function_bodies = off;
set local row_security = on;

-- prisma/sql/attachments/attach_files.sql
-- Gives uploads of a message's author to the message, in this order. Each must be checked, and in no message yet.
create or replace function app.attach_files(p_company uuid, p_user uuid, p_message uuid, p_attachments uuid[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_count int;
begin
  update public.attachments a set state = 'ATTACHED', message_id = p_message, place = g.place
  from unnest(p_attachments) with ordinality g (id, place)
  where a.company_id = p_company and a.id = g.id and a.uploader_id = p_user and a.state = 'READY' and a.message_id is null;
  get diagnostics v_count = row_count;
  if v_count < cardinality(p_attachments) then
    raise exception using errcode = 'CQ422', column = 'attachmentIds',
      message = 'Only uploads of your own that are READY and not yet in a message can be sent.';
  end if;
end
$$;

revoke all on function app.attach_files from public, colloquy_app, colloquy_system;
grant execute on function app.attach_files to colloquy_app;

-- prisma/sql/attachments/create_upload.sql
-- Begins an upload, and reserves its size of the company's quota. False if the quota, or what one person may have uploaded and not
-- sent, is used up.
create or replace function app.create_upload(
  p_company uuid, p_user uuid, p_attachment uuid, p_kind text, p_name bytea, p_key bytea, p_size int, p_duration_ms int,
  p_quota bigint, p_max_unsent int
) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
begin
  if not app.has_permission(v_company, p_user, 'MESSAGE_WRITE') then
    raise exception using errcode = 'CQ403', message = 'Your role lacks the permission MESSAGE_WRITE.', hint = 'MESSAGE_WRITE';
  end if;
  perform app.require_open(v_company);
  perform pg_advisory_xact_lock(hashtextextended('attachments ' || v_company, 0));
  if (
    select coalesce(sum(a.size), 0) + p_size > p_quota from public.attachments a
    where a.company_id = v_company and a.state in ('UPLOADING', 'SCANNING', 'READY', 'ATTACHED')
  ) or (
    select count(*) >= p_max_unsent from public.attachments a
    where a.company_id = v_company and a.message_id is null and a.uploader_id = p_user
  ) then
    return false;
  end if;
  insert into public.attachments (company_id, id, uploader_id, kind, file_name, sealed_key, size, duration_ms)
  values (v_company, p_attachment, p_user, p_kind, p_name, p_key, p_size, p_duration_ms);
  perform app.record_audit('attachment.created', p_attachment, null, jsonb_build_object('kind', p_kind, 'size', p_size));
  return true;
end
$$;

revoke all on function app.create_upload from public, colloquy_app, colloquy_system;
grant execute on function app.create_upload to colloquy_app;

-- prisma/sql/attachments/delete_upload.sql
-- Deletes an upload that has not been sent. Its key is gone at once, its bytes with the next sweep.
create or replace function app.delete_upload(p_company uuid, p_user uuid, p_attachment uuid) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
begin
  perform app.require_open(v_company);
  perform from public.attachments a
  where a.company_id = v_company and a.id = p_attachment and a.uploader_id = p_user and a.message_id is null
    and a.state <> 'REMOVED'
  for update;
  if not found then
    raise exception using errcode = 'CQ404', message = 'There is no such upload.', column = 'attachmentId';
  end if;
  perform app.remove_files(array[p_attachment]);
  perform app.record_audit('attachment.deleted', p_attachment);
end
$$;

revoke all on function app.delete_upload from public, colloquy_app, colloquy_system;
grant execute on function app.delete_upload to colloquy_app;

-- prisma/sql/attachments/end_check.sql
-- Ends the check of an upload under its lease: READY with what its bytes tell, or REFUSED, without its key. False if somebody
-- else has taken the lease meanwhile, or the upload was deleted.
create or replace function app.end_check(
  p_attachment uuid, p_lease uuid, p_refusal text, p_media_type text, p_content text, p_size int, p_width int, p_height int,
  p_duration_ms int, p_thumbnail_size int
) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
begin
  update public.attachments a set state = case when p_refusal is null then 'READY' else 'REFUSED' end, refusal = p_refusal,
    media_type = p_media_type, content = p_content, size = p_size, width = p_width, height = p_height,
    duration_ms = p_duration_ms, thumbnail_size = p_thumbnail_size, lease = null, leased_until = null,
    sealed_key = case when p_refusal is null then a.sealed_key end
  where a.company_id = v_company and a.id = p_attachment and a.state = 'SCANNING' and a.lease = p_lease;
  if not found then
    return false;
  end if;
  perform app.record_audit('attachment.refused', p_attachment, null, jsonb_build_object('reason', p_refusal))
  where p_refusal is not null;
  return true;
end
$$;

revoke all on function app.end_check from public, colloquy_app, colloquy_system;
grant execute on function app.end_check to colloquy_system;

-- prisma/sql/attachments/remove_files.sql
-- Takes files of the bound company from their messages and people. Without their keys nobody can read their bytes, which the
-- next sweep deletes.
create or replace function app.remove_files(p_attachments uuid[]) returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
  update public.attachments a set state = 'REMOVED', message_id = null, place = null, file_name = null, sealed_key = null
  where a.company_id = app.bound_company() and a.id = any (p_attachments)
$$;

revoke all on function app.remove_files from public, colloquy_app, colloquy_system;
grant execute on function app.remove_files to colloquy_app, colloquy_system;

-- prisma/sql/companies/erase_company.sql
-- Erases the plaintext of the bound company, whose keys are destroyed: names, addresses, titles, the ids of contexts and
-- logins. Everybody is disabled, so that no policy shows anything of it from the commit on. Ciphertext stays.
-- Triggers of people, roles and settings take the company's stream, which is the last lock of every write. All other rows are
-- therefore locked before, in the order of other writers, so that nobody who waits for the stream holds one of them.
create or replace function app.erase_company() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
begin
  -- The lock of all changes of keys: those under way end first, and later ones see that the keys are destroyed.
  perform pg_advisory_xact_lock(hashtextextended('keys ' || v_company, 0));
  -- Changes of members and roles; purges, holds and erasures of members; guests.
  perform from public.companies c where c.id = v_company for no key update;
  perform app.lock_purge();
  perform pg_advisory_xact_lock(hashtextextended('guests ' || v_company, 0));
  perform app.keys_changed(true);
  perform from public.conversations c where c.company_id = v_company order by c.id for no key update;
  -- A closed conversation needs no other admin when all of its people are disabled.
  update public.conversations c set title = '', title_folded = '', is_closed = true,
    context_id = case when c.context_id is not null then c.id::text end
  where c.company_id = v_company;
  delete from public.conversation_departments d where d.company_id = v_company;
  update public.message_access a set attribute = 'erased' where a.company_id = v_company and a.attribute is not null;
  delete from public.legal_holds h where h.company_id = v_company;
  perform app.remove_files(array(select a.id from public.attachments a where a.company_id = v_company));
  delete from public.reactions r where r.company_id = v_company;
  delete from public.idempotency_keys k where k.company_id = v_company;
  delete from public.connection_tickets t where t.company_id = v_company;
  delete from public.pending_digests d where d.company_id = v_company;
  update public.broadcasts b set status = 'CANCELLED' where b.company_id = v_company and b.status = 'SCHEDULED';
  perform from public.guests g where g.company_id = v_company order by g.id for update;
  update public.guest_deliveries d set status = 'DROPPED', changed_at = clock_timestamp()
  where d.company_id = v_company and d.status = 'QUEUED';
  update public.guests g set external_id = null, name = null, phone = null, email = null, phone_hash = null,
    email_hash = null, words = '{}', time_zone = null, erased_at = coalesce(g.erased_at, now())
  where g.company_id = v_company;
  update public.inbound_messages i set phone_hash = null where i.company_id = v_company and i.phone_hash is not null;
  delete from app.sms_numbers n where n.company_id = v_company;
  perform from public.roles r where r.company_id = v_company order by r.id for update;
  perform from public.users u where u.company_id = v_company order by u.id for update;
  perform from public.sms_settings s where s.company_id = v_company for update;
  -- From here on the stream is held.
  update public.users u set name = 'Former member', name_folded = 'former member', search_words = '{former,member}',
    search_source = E'Former member\n', email = null, department = null, avatar_url = null, locale = null,
    do_not_disturb_until = null, external_id_hash = null, email_hash = null, external_id = null, issuer = null, subject = null, is_enabled = false
  where u.company_id = v_company;
  update public.roles r set name = r.id::text where r.company_id = v_company and not r.is_built_in;
  update public.sms_settings s set from_number = null, help_business = null, help_purpose = null, help_phone = null,
    help_email = null, help_website = null, help_disclaimer = null, stop_words = '{}', meta = null
  where s.company_id = v_company;
  update public.companies c set name = 'Destroyed company', spam = null where c.id = v_company;
  perform app.record_audit('keys.destroyed', v_company);
end
$$;

revoke all on function app.erase_company from public, colloquy_app, colloquy_system;
grant execute on function app.erase_company to colloquy_system;

-- prisma/sql/members/erase_user.sql
-- Erases a member of the bound company: the row stays as "Former member" for what they wrote, and keyed hashes of their external id
-- and e-mail address, so that no synchronisation brings them back. The caller holds the lock of members. Triggers tell subscribers
-- and the audit trail; the origins of their acts are emptied after those have taken the stream, so that no act comes after it.
create or replace function app.erase_user(p_user uuid, p_external_id_hash bytea, p_email_hash bytea) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
begin
  delete from public.connection_tickets t where t.company_id = v_company and t.user_id = p_user;
  perform app.remove_files(array(
    select a.id from public.attachments a
    where a.company_id = v_company and a.message_id is null and a.uploader_id = p_user
  ));
  delete from public.pending_digests d where d.company_id = v_company and d.user_id = p_user;
  delete from public.told_messages t where t.company_id = v_company and t.user_id = p_user;
  delete from public.idempotency_keys k where k.company_id = v_company and k.user_id = p_user;
  delete from public.hidden_messages h where h.company_id = v_company and h.user_id = p_user;
  delete from public.spam_penalties s where s.company_id = v_company and s.user_id = p_user;
  update public.broadcasts b set status = 'CANCELLED'
  where b.company_id = v_company and b.author_id = p_user and b.status = 'SCHEDULED';
  -- Conversations before memberships, as sending locks them.
  perform from public.conversations c where c.company_id = v_company and c.id in (
    select p.conversation_id from public.participants p
    where p.company_id = v_company and p.user_id = p_user and (p.is_muted or p.unread_from_seq is not null)
  ) order by c.id for no key update;
  update public.participants p set is_muted = false, muted_until = null, unread_from_seq = null
  where p.company_id = v_company and p.user_id = p_user and (p.is_muted or p.unread_from_seq is not null);
  update public.users u set name = 'Former member', name_folded = 'former member', search_words = '{former,member}',
    search_source = E'Former member\n', email = null, department = null, avatar_url = null, locale = null,
    do_not_disturb_until = null, sound = default, browser_notifications = default, email_when_offline = default,
    show_preview_in_notifications = default, external_id = null, issuer = null, subject = null, is_enabled = false,
    erased_at = now(), external_id_hash = p_external_id_hash, email_hash = p_email_hash
  where u.company_id = v_company and u.id = p_user;
  perform app.record_audit('member.erased', p_user);
  perform app.forget_origins(p_user);
end
$$;

revoke all on function app.erase_user from public, colloquy_app, colloquy_system;
grant execute on function app.erase_user to colloquy_system;

-- prisma/sql/messages/send_message.sql
drop function app.send_message;
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

-- prisma/sql/retention/purge_messages.sql
-- Deletes the messages past their retention among the next p_max of a conversation, from the one after number p_after on, with
-- all that depends on them: texts and earlier texts, files, words, mentions, reactions, rules, hides, cases, reports, idempotency keys,
-- and for a broadcast the broadcast. Those without a number go with the first slice. The transaction leaves a gap for them, so
-- that unread counts agree at any time. Returns their number, and the number to go on after, null at the end. Messages that
-- somebody else has locked are left for the next night, those under a legal hold for as long as it lasts.
-- Sends wait for the lock of the conversation, so slices are small. It is taken first, as sending does.
create or replace function app.purge_messages(
  p_conversation uuid, p_default_days int, p_after int, p_max int, out purged int, out next_after int
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  c_max_replies constant int := 300;
  v_company uuid := app.bound_company();
  v_end timestamptz;
  v_due uuid[];
  v_detached int;
  v_seqs int[];
begin
  purged := 0;
  perform app.lock_purge();
  -- Under the lock: the company may have changed its setting meanwhile.
  v_end := app.retention_end(p_default_days);
  select case when count(*) = p_max and bool_and(w.created_at < v_end) then max(w.seq) end into next_after from (
    select m.seq, m.created_at from public.messages m
    where m.company_id = v_company and m.conversation_id = p_conversation and m.seq > p_after order by m.seq limit p_max
  ) w;
  perform from public.conversations c where c.company_id = v_company and c.id = p_conversation for no key update;
  v_due := array(
    select m.id from public.messages m
    where m.company_id = v_company and m.conversation_id = p_conversation and m.seq > p_after
      and (next_after is null or m.seq <= next_after) and m.created_at < v_end
      and not app.is_held(v_company, m.conversation_id, m.author_id, m.created_at)
    order by m.seq limit p_max for update skip locked
  ) || array(
    select m.id from public.messages m
    where p_after = 0 and m.company_id = v_company and m.conversation_id = p_conversation and m.seq is null
      and m.created_at < v_end and not app.is_held(v_company, m.conversation_id, m.author_id, m.created_at)
    limit p_max for update skip locked
  );
  if v_due = '{}' then
    return;
  end if;
  select d.free, d.detached into v_due, v_detached from app.detach_replies(v_due, c_max_replies) d;
  if v_detached = c_max_replies then
    -- A message of many replies loses them slice by slice.
    next_after := p_after;
  end if;
  perform app.blank_events(v_due);
  delete from public.broadcasts b where b.company_id = v_company and b.id = any (v_due);
  perform app.remove_files(array(
    select a.id from public.messages m join public.attachments a on a.company_id = m.company_id and a.message_id = m.id
    where m.company_id = v_company and m.id = any (v_due)
      and not app.is_held(v_company, m.conversation_id, m.author_id, m.created_at)
  ));
  with gone as (
    delete from public.messages m
    where m.company_id = v_company and m.id = any (v_due)
      and not app.is_held(v_company, m.conversation_id, m.author_id, m.created_at)
    returning m.seq
  )
  select count(*), array_agg(g.seq order by g.seq) filter (where g.seq is not null) into purged, v_seqs from gone g;
  if purged = 0 then
    return;
  end if;
  perform app.add_message_gap(p_conversation, r.first, r.last) from (
    select min(s.seq) as first, max(s.seq) as last from unnest(v_seqs) with ordinality s (seq, at) group by s.seq - s.at
  ) r;
  perform app.record_audit('messages.purged', p_conversation, p_conversation,
    jsonb_build_object('count', purged, 'fromSeq', v_seqs[1], 'toSeq', v_seqs[cardinality(v_seqs)]));
end
$$;

revoke all on function app.purge_messages from public, colloquy_app, colloquy_system;
grant execute on function app.purge_messages to colloquy_system;

-- prisma/sql/attachments/attachments.sql
alter table public.attachments enable row level security;
alter table public.attachments force row level security;

drop policy if exists attachments_system on public.attachments;
create policy attachments_system on public.attachments to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists attachments_tenant on public.attachments;
create policy attachments_tenant on public.attachments to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.attachments from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.attachments to colloquy_app;
grant delete, select, update on table public.attachments to colloquy_system;
