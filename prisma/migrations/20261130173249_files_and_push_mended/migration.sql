-- AlterTable
ALTER TABLE "push_subscriptions" ADD COLUMN     "retry_at" TIMESTAMPTZ(3);

set local check_function_bodies = off;
set local row_security = on;

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
    where a.company_id = v_company and a.message_id is null and a.uploader_id = p_user and a.state <> 'REMOVED'
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
  -- The mark first, since whoever scans events for push messages holds it while they look at subscriptions.
  delete from public.push_marks d where d.company_id = v_company;
  delete from public.push_subscriptions s where s.company_id = v_company;
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

-- prisma/sql/push/claim_pushes.sql
-- Claims messages whose time to be pushed has come, for five minutes, after which they are due again. Those that are no longer wanted
-- are deleted. The others are returned by browser and conversation, with the latest message of each.
create or replace function app.claim_pushes(p_max int) returns table (
  subscription_id uuid, user_id uuid, sealed bytea, conversation_id uuid, message_ids uuid[], unread_count int
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
begin
  return query
  with due as materialized (
    select d.subscription_id, d.message_id from public.push_deliveries d
    where d.company_id = v_company and d.due_at <= now() order by d.due_at limit p_max for update skip locked
  ), judged as materialized (
    select d.subscription_id, d.message_id, s.user_id, s.sealed, w.conversation_id, w.seq, w.unread_count
    from due d join public.push_subscriptions s on s.company_id = v_company and s.id = d.subscription_id
    left join lateral (
      select n.* from app.push_wanted(v_company, d.message_id, s.user_id) n
      where exists (select from app.push_endpoints e where e.company_id = v_company and e.subscription_id = s.id)
    ) w on true
  ), dropped as (
    delete from public.push_deliveries d using judged j
    where d.company_id = v_company and d.subscription_id = j.subscription_id and d.message_id = j.message_id
      and j.conversation_id is null
  ), claimed as (
    update public.push_deliveries d set due_at = now() + interval '5 minutes' from judged j
    where d.company_id = v_company and d.subscription_id = j.subscription_id and d.message_id = j.message_id
      and j.conversation_id is not null
  )
  select j.subscription_id, j.user_id, j.sealed, j.conversation_id, array_agg(j.message_id order by j.seq desc), max(j.unread_count)
  from judged j where j.conversation_id is not null
  group by j.subscription_id, j.user_id, j.sealed, j.conversation_id;
end
$$;

revoke all on function app.claim_pushes from public, colloquy_app, colloquy_system;
grant execute on function app.claim_pushes to colloquy_system;

-- prisma/sql/push/find_pushes.sql
-- Scans the bound company's next events, and notes the messages to push, for each browser of a person who has the conversation.
-- Returns whether there may be more. One process at a time does this for a company. Mark, messages and the job are written in one
-- transaction, so nothing is lost and nothing comes twice.
create or replace function app.find_pushes(p_max int) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_from bigint;
  v_to bigint;
begin
  select d.position into v_from from public.push_marks d where d.company_id = v_company for update skip locked;
  select max(e.position) into v_to from (
    select e.position from public.events e
    where e.company_id = v_company and e.position > v_from order by e.position limit p_max
  ) e;
  if v_to is null then
    return false;
  end if;
  -- Browsers that somebody else has registered since, in another company.
  delete from public.push_subscriptions s where s.company_id = v_company and not exists (
    select from app.push_endpoints e where e.company_id = s.company_id and e.subscription_id = s.id
  );
  insert into public.push_deliveries as d (company_id, subscription_id, message_id, due_at)
  select distinct v_company, s.id, m.id, greatest(now(), s.retry_at)
  from public.events e
  join public.conversations c on c.company_id = e.company_id and c.id = e.conversation_id
  join public.messages m on m.company_id = e.company_id and m.id = e.message_id and m.state = 'POSTED'
  join public.push_subscriptions s on s.company_id = e.company_id and s.user_id <> m.author_id and s.created_at <= e.created_at
  where e.company_id = v_company and e.position > v_from and e.position <= v_to
    and e.kind in ('MESSAGE_SENT', 'BROADCAST_SENT', 'BROADCAST_REMINDED') and e.created_at > now() - interval '1 day'
    and (c.audience = 'COMPANY' or exists (
      select from public.participants p
      where p.company_id = c.company_id and p.conversation_id = c.id and p.user_id = s.user_id and p.left_at is null
    ))
  on conflict (company_id, subscription_id, message_id) do nothing;
  if found then
    perform app.enqueue_job('send_push', '{}', null, 'push');
  end if;
  update public.push_marks d set position = v_to where d.company_id = v_company;
  return v_to - v_from >= p_max;
end
$$;

revoke all on function app.find_pushes from public, colloquy_app, colloquy_system;
grant execute on function app.find_pushes to colloquy_system;

-- prisma/sql/push/register_push.sql
-- Registers a browser of a member of the bound company for push messages, in place of the person and company that had it before.
-- A person has at most p_max; the oldest ones go. False if the person is no active member.
create or replace function app.register_push(p_user uuid, p_id uuid, p_endpoint_hash bytea, p_sealed bytea, p_max int)
returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
begin
  -- Registrations of one endpoint, and those of one person, come one after another.
  perform pg_advisory_xact_lock(hashtextextended('push ' || encode(p_endpoint_hash, 'hex'), 0));
  -- The lock of changes of members, so that erasures of the person and of the company come before or after.
  perform from public.companies c where c.id = v_company for share;
  perform from public.users u where u.company_id = v_company and u.id = p_user and u.is_enabled for no key update;
  if not found then
    return false;
  end if;
  -- Messages from before the first subscription of a company are pushed to nobody.
  insert into public.push_marks as d (company_id, position)
  select s.company_id, s.position from public.company_streams s where s.company_id = v_company
  on conflict (company_id) do update set position = excluded.position
    where not exists (select from public.push_subscriptions p where p.company_id = v_company);
  delete from public.push_subscriptions p where p.company_id = v_company and p.endpoint_hash = p_endpoint_hash;
  insert into public.push_subscriptions (company_id, id, user_id, endpoint_hash, sealed)
  values (v_company, p_id, p_user, p_endpoint_hash, p_sealed);
  insert into app.push_endpoints as e (endpoint_hash, company_id, subscription_id) values (p_endpoint_hash, v_company, p_id)
  on conflict (endpoint_hash) do update set company_id = excluded.company_id, subscription_id = excluded.subscription_id;
  delete from public.push_subscriptions p
  where p.company_id = v_company and p.user_id = p_user and p.id not in (
    select n.id from public.push_subscriptions n
    where n.company_id = v_company and n.user_id = p_user order by n.created_at desc, n.id desc limit p_max
  );
  return true;
end
$$;

revoke all on function app.register_push from public, colloquy_app, colloquy_system;
grant execute on function app.register_push to colloquy_system;

-- prisma/sql/push/settle_push.sql
-- Notes what became of a push of these messages to a browser. DONE: it is told. GONE: it takes no more. FAILED: it is tried again
-- with all that waits for it, after 1, 4, 16 and 64 minutes and not before p_retry_at, unless it failed p_max times in a row. Failures
-- before its next time count once, however many messages there are. Subscriptions are locked before messages, as whoever deletes them does.
create or replace function app.settle_push(
  p_subscription uuid, p_messages uuid[], p_outcome text, p_retry_at timestamptz, p_max int
) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
begin
  if p_outcome = 'DONE' then
    update public.push_subscriptions s set failures = 0, retry_at = null
    where s.company_id = v_company and s.id = p_subscription and s.failures > 0;
    delete from public.push_deliveries d
    where d.company_id = v_company and d.subscription_id = p_subscription and d.message_id = any(p_messages);
  elsif p_outcome = 'GONE' then
    delete from public.push_subscriptions s where s.company_id = v_company and s.id = p_subscription;
  else
    update public.push_subscriptions s set failures = s.failures + 1,
      retry_at = greatest(p_retry_at, now() + interval '1 minute' * power(4, s.failures))
    where s.company_id = v_company and s.id = p_subscription and (s.retry_at is null or s.retry_at <= now());
    delete from public.push_subscriptions s
    where s.company_id = v_company and s.id = p_subscription and s.failures >= p_max;
    update public.push_deliveries d set due_at = s.retry_at from public.push_subscriptions s
    where s.company_id = v_company and s.id = p_subscription and d.company_id = s.company_id and d.subscription_id = s.id;
  end if;
end
$$;

revoke all on function app.settle_push from public, colloquy_app, colloquy_system;
grant execute on function app.settle_push to colloquy_system;
