-- Adding foreign keys and counting files reads these tables, which row security refuses their owner.
alter table public.companies no force row level security;
alter table public.attachments no force row level security;

-- DropIndex
DROP INDEX "attachments_company_id_state_size_idx";

-- AlterTable
ALTER TABLE "broadcasts" ADD COLUMN     "attachment_ids" UUID[] DEFAULT ARRAY[]::UUID[];

-- CreateTable
CREATE TABLE "file_usage" (
    "company_id" UUID NOT NULL,
    "bytes" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "file_usage_pkey" PRIMARY KEY ("company_id")
);

-- AddForeignKey
ALTER TABLE "file_usage" ADD CONSTRAINT "file_usage_company_id_fkey" FOREIGN KEY ("company_id") REFERENCES "companies"("id") ON DELETE CASCADE ON UPDATE CASCADE;

alter table public.file_usage add constraint file_usage_bytes_check check (bytes >= 0);
insert into public.file_usage (company_id, bytes)
select a.company_id, sum(a.size) from public.attachments a
where a.state in ('UPLOADING', 'SCANNING', 'READY', 'ATTACHED') group by a.company_id;

-- Those of a scheduled broadcast are in no message yet.
alter table public.attachments drop constraint attachments_message_check;
alter table public.attachments add constraint attachments_message_check check (message_id is null or state = 'ATTACHED');
-- The sweep finds in one statement in which companies it has work.
create index attachments_unswept_idx on public.attachments (company_id) where message_id is null and state in ('REMOVED', 'SCANNING');
create index attachments_expiring_idx on public.attachments (created_at, company_id) where message_id is null and state <> 'ATTACHED';

alter table public.companies force row level security;
alter table public.attachments force row level security;

set local check_function_bodies = off;
set local row_security = on;

-- prisma/sql/attachments/add_file_bytes.sql
-- Adds to the bytes of a company's files, or takes from them. A company has a row from its first file on.
create or replace function app.add_file_bytes(p_company uuid, p_bytes numeric) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  update public.file_usage u set bytes = u.bytes + p_bytes::bigint where u.company_id = p_company;
  if not found and p_bytes > 0 then
    insert into public.file_usage as u (company_id, bytes) values (p_company, p_bytes)
    on conflict (company_id) do update set bytes = u.bytes + excluded.bytes;
  end if;
end
$$;

revoke all on function app.add_file_bytes from public, colloquy_app, colloquy_system;
grant execute on function app.add_file_bytes to colloquy_app, colloquy_system;

-- prisma/sql/attachments/companies_to_sweep.sql
-- Returns companies with uploads whose check has not ended, and with files whose bytes are to be deleted: those that were removed, and
-- those that nobody has sent for so many hours. For the system role.
create or replace function app.companies_to_sweep(p_unsent_hours int) returns setof uuid
language sql stable set search_path = pg_catalog, pg_temp as $$
  select a.company_id from public.attachments a
  where a.message_id is null and a.state in ('REMOVED', 'SCANNING')
    and (a.state = 'REMOVED' or a.lease is null or a.leased_until < now())
  union
  select a.company_id from public.attachments a
  where a.message_id is null and a.state <> 'ATTACHED' and a.created_at < now() - make_interval(hours => p_unsent_hours)
$$;

revoke all on function app.companies_to_sweep from public, colloquy_app, colloquy_system;
grant execute on function app.companies_to_sweep to colloquy_system;

-- prisma/sql/attachments/count_file_bytes.sql
-- Adds to the bytes of a company what a statement has changed: files count until they are refused or removed. Nothing is locked where
-- nothing changes, as when a file is sent.
create or replace function app.count_file_bytes() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  c_counted constant text[] := array['UPLOADING', 'SCANNING', 'READY', 'ATTACHED'];
begin
  if tg_op = 'INSERT' then
    perform app.add_file_bytes(n.company_id, sum(n.size)) from new_rows n
    where n.state = any (c_counted) group by n.company_id;
  elsif tg_op = 'DELETE' then
    perform app.add_file_bytes(o.company_id, -sum(o.size)) from old_rows o
    where o.state = any (c_counted) group by o.company_id;
  else
    perform app.add_file_bytes(t.company_id, sum(t.size)) from (
      select n.company_id, n.size::bigint from new_rows n where n.state = any (c_counted)
      union all
      select o.company_id, -o.size::bigint from old_rows o where o.state = any (c_counted)
    ) t (company_id, size) group by t.company_id having sum(t.size) <> 0;
  end if;
  return null;
end
$$;

revoke all on function app.count_file_bytes from public, colloquy_app, colloquy_system;
grant execute on function app.count_file_bytes to colloquy_app, colloquy_system;

-- prisma/sql/attachments/create_upload.sql
drop function app.create_upload;
-- Begins an upload, and reserves its size of the company's quota. Returns null, or which room is used up: that of the COMPANY, or that of
-- the PERSON, for uploads that are not sent.
create or replace function app.create_upload(
  p_company uuid, p_user uuid, p_attachment uuid, p_kind text, p_name bytea, p_key bytea, p_size int, p_duration_ms int,
  p_quota bigint, p_max_unsent int
) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_bytes bigint;
begin
  if not app.has_permission(v_company, p_user, 'MESSAGE_WRITE') then
    raise exception using errcode = 'CQ403', message = 'Your role lacks the permission MESSAGE_WRITE.', hint = 'MESSAGE_WRITE';
  end if;
  perform app.require_open(v_company);
  insert into public.file_usage (company_id) values (v_company) on conflict do nothing;
  -- One upload of a company begins at a time.
  select u.bytes into v_bytes from public.file_usage u where u.company_id = v_company for update;
  if v_bytes + p_size > p_quota then
    return 'COMPANY';
  elsif (
    select count(*) >= p_max_unsent from public.attachments a
    where a.company_id = v_company and a.message_id is null and a.uploader_id = p_user
      and a.state not in ('ATTACHED', 'REMOVED')
  ) then
    return 'PERSON';
  end if;
  insert into public.attachments (company_id, id, uploader_id, kind, file_name, sealed_key, size, duration_ms)
  values (v_company, p_attachment, p_user, p_kind, p_name, p_key, p_size, p_duration_ms);
  perform app.record_audit('attachment.created', p_attachment, null, jsonb_build_object('kind', p_kind, 'size', p_size));
  return null;
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
    and a.state not in ('ATTACHED', 'REMOVED')
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

-- prisma/sql/broadcasts/cancel_broadcast.sql
-- Cancels a broadcast, and takes its files from it. Its job is not removed; it finds the broadcast cancelled and does nothing.
create or replace function app.cancel_broadcast(p_company uuid, p_user uuid, p_broadcast uuid) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_broadcast public.broadcasts;
begin
  v_broadcast := app.hold_broadcast(v_company, p_user, p_broadcast);
  update public.broadcasts b set status = 'CANCELLED' where b.company_id = v_company and b.id = p_broadcast;
  perform app.remove_files(v_broadcast.attachment_ids) where v_broadcast.attachment_ids <> '{}';
  perform app.record_audit('broadcast.cancelled', p_broadcast);
end
$$;

revoke all on function app.cancel_broadcast from public, colloquy_app, colloquy_system;
grant execute on function app.cancel_broadcast to colloquy_app;

-- prisma/sql/broadcasts/deliver_broadcast.sql
-- Sends a stored broadcast: creates its conversation, the recipients' memberships unless it goes to everybody, message
-- 1 and the event. Recipients are the enabled people who may receive it now, without the author. Returns the position.
-- Raises CQ422 if there is no recipient.
create or replace function app.deliver_broadcast(p_broadcast public.broadcasts) returns bigint
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
  update public.attachments a set message_id = p_broadcast.id
  where a.company_id = p_broadcast.company_id and a.id = any (p_broadcast.attachment_ids) and a.state = 'ATTACHED';
  perform app.index_message(p_broadcast.company_id, p_broadcast.id, p_broadcast.id, v_now, p_broadcast.words);
  insert into public.participants
    (company_id, conversation_id, user_id, role, joined_seq, last_read_seq, last_delivered_seq)
  values (p_broadcast.company_id, p_broadcast.id, p_broadcast.author_id, 'ADMIN', 1, 1, 1);
  update public.broadcasts b set status = 'SENT', sent_at = v_now, listed_at = v_now, recipient_count = v_count
  where b.company_id = p_broadcast.company_id and b.id = p_broadcast.id;
  return app.append_event('BROADCAST_SENT', p_broadcast.id, p_broadcast.id, 1, p_broadcast.author_id);
end
$$;

revoke all on function app.deliver_broadcast from public, colloquy_app, colloquy_system;
grant execute on function app.deliver_broadcast to colloquy_app;

-- prisma/sql/broadcasts/send_broadcast.sql
drop function app.send_broadcast;
-- Stores a broadcast and, unless it is scheduled, sends it. Raises CQ429 if the company has reached its broadcasts per
-- hour. A scheduled broadcast counts in the hour in which it is sent. One that is refused for spam is an outcome and no
-- exception, because the penalty is to stay.
create or replace function app.send_broadcast(
  p_company uuid, p_user uuid, p_broadcast uuid, p_subject bytea, p_body bytea, p_words bigint[], p_priority text,
  p_audience text, p_groups uuid[], p_users uuid[], p_local_time text, p_time_zone text, p_scheduled_for timestamptz,
  p_email_offline boolean, p_replies_allowed boolean, p_key text, p_hash bytea, p_signals text[], p_attachments uuid[] default '{}',
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
    time_zone, scheduled_for, sent_at, email_offline, replies_allowed, attachment_ids)
  values (v_company, p_broadcast, p_user, p_subject, p_body, p_words, p_priority, p_audience,
    case when p_scheduled_for is null then 'SENT' else 'SCHEDULED' end, p_local_time, p_time_zone, p_scheduled_for,
    case when p_scheduled_for is null then now() end, p_email_offline, p_replies_allowed, p_attachments)
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
  perform app.attach_files(v_company, p_user, null, p_attachments) where p_attachments <> '{}';
  if p_key is not null then
    insert into public.idempotency_keys (company_id, user_id, operation, key, request_hash, broadcast_id)
    values (v_company, p_user, 'sendBroadcast', p_key, p_hash, p_broadcast);
  end if;
  if p_scheduled_for is null then
    position := app.deliver_broadcast(v_broadcast);
  else
    perform app.schedule_broadcast(p_broadcast, p_scheduled_for);
    perform app.record_audit('broadcast.scheduled', p_broadcast, p_detail => jsonb_build_object('scheduledFor', p_scheduled_for));
  end if;
end
$$;

revoke all on function app.send_broadcast from public, colloquy_app, colloquy_system;
grant execute on function app.send_broadcast to colloquy_app;

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
  delete from public.pending_digests d where d.company_id = v_company and d.user_id = p_user;
  delete from public.told_messages t where t.company_id = v_company and t.user_id = p_user;
  delete from public.push_subscriptions s where s.company_id = v_company and s.user_id = p_user;
  delete from public.idempotency_keys k where k.company_id = v_company and k.user_id = p_user;
  delete from public.hidden_messages h where h.company_id = v_company and h.user_id = p_user;
  delete from public.spam_penalties s where s.company_id = v_company and s.user_id = p_user;
  update public.broadcasts b set status = 'CANCELLED'
  where b.company_id = v_company and b.author_id = p_user and b.status = 'SCHEDULED';
  -- Files after the broadcasts that hold them, as sending locks them.
  perform app.remove_files(array(
    select a.id from public.attachments a
    where a.company_id = v_company and a.message_id is null and a.uploader_id = p_user
  ));
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

-- prisma/sql/attachments/attachments.sql
alter table public.attachments enable row level security;
alter table public.attachments force row level security;

drop policy if exists attachments_system on public.attachments;
create policy attachments_system on public.attachments to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

-- Names and keys are ciphertext: of files in no message the sweep has to know in which companies it has work.
drop policy if exists attachments_system_list on public.attachments;
create policy attachments_system_list on public.attachments for select to colloquy_system using (message_id is null);

drop policy if exists attachments_tenant on public.attachments;
create policy attachments_tenant on public.attachments to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

drop trigger if exists count_bytes_added on public.attachments;
create trigger count_bytes_added after insert on public.attachments
  referencing new table as new_rows for each statement execute function app.count_file_bytes();

drop trigger if exists count_bytes_changed on public.attachments;
create trigger count_bytes_changed after update on public.attachments
  referencing old table as old_rows new table as new_rows for each statement execute function app.count_file_bytes();

drop trigger if exists count_bytes_deleted on public.attachments;
create trigger count_bytes_deleted after delete on public.attachments
  referencing old table as old_rows for each statement execute function app.count_file_bytes();

revoke all on table public.attachments from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.attachments to colloquy_app;
grant delete, select, update on table public.attachments to colloquy_system;

-- prisma/sql/attachments/file_usage.sql
-- The bytes of a company's files that count against its quota. Triggers of the files keep it, in the transactions that change them.

alter table public.file_usage enable row level security;
alter table public.file_usage force row level security;

drop policy if exists file_usage_system on public.file_usage;
create policy file_usage_system on public.file_usage to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists file_usage_tenant on public.file_usage;
create policy file_usage_tenant on public.file_usage to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.file_usage from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.file_usage to colloquy_app, colloquy_system;
