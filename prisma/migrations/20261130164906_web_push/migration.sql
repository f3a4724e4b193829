-- Adding foreign keys reads these tables, which row security refuses their owner.
alter table public.companies no force row level security;
alter table public.users no force row level security;
alter table public.messages no force row level security;

-- CreateTable
CREATE TABLE "push_subscriptions" (
    "company_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "endpoint_hash" BYTEA NOT NULL,
    "sealed" BYTEA NOT NULL,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "push_subscriptions_pkey" PRIMARY KEY ("company_id","id")
);

-- CreateTable
CREATE TABLE "push_deliveries" (
    "company_id" UUID NOT NULL,
    "subscription_id" UUID NOT NULL,
    "message_id" UUID NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "push_deliveries_pkey" PRIMARY KEY ("company_id","subscription_id","message_id")
);

-- CreateTable
CREATE TABLE "push_marks" (
    "company_id" UUID NOT NULL,
    "position" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "push_marks_pkey" PRIMARY KEY ("company_id")
);

-- CreateIndex
CREATE INDEX "push_subscriptions_company_id_user_id_created_at_idx" ON "push_subscriptions"("company_id", "user_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "push_subscriptions_company_id_endpoint_hash_key" ON "push_subscriptions"("company_id", "endpoint_hash");

-- CreateIndex
CREATE INDEX "push_deliveries_company_id_due_at_idx" ON "push_deliveries"("company_id", "due_at");

-- CreateIndex
CREATE INDEX "push_deliveries_company_id_message_id_idx" ON "push_deliveries"("company_id", "message_id");

-- AddForeignKey
ALTER TABLE "push_subscriptions" ADD CONSTRAINT "push_subscriptions_company_id_user_id_fkey" FOREIGN KEY ("company_id", "user_id") REFERENCES "users"("company_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "push_deliveries" ADD CONSTRAINT "push_deliveries_company_id_subscription_id_fkey" FOREIGN KEY ("company_id", "subscription_id") REFERENCES "push_subscriptions"("company_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "push_deliveries" ADD CONSTRAINT "push_deliveries_company_id_message_id_fkey" FOREIGN KEY ("company_id", "message_id") REFERENCES "messages"("company_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "push_marks" ADD CONSTRAINT "push_marks_company_id_fkey" FOREIGN KEY ("company_id") REFERENCES "companies"("id") ON DELETE CASCADE ON UPDATE CASCADE;

alter table public.companies force row level security;
alter table public.users force row level security;
alter table public.messages force row level security;

set local check_function_bodies = off;
set local row_security = on;

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
  delete from public.push_subscriptions s where s.company_id = v_company;
  delete from public.push_marks d where d.company_id = v_company;
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

-- prisma/sql/jobs/job_tasks.sql
-- The names of the tasks that src/tasks.ts handles.
create or replace function app.job_tasks() returns text[] language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select array['send_broadcast', 'send_digest', 'send_sms', 'export_messages', 'send_push']
$$;

revoke all on function app.job_tasks from public, colloquy_app, colloquy_system;
grant execute on function app.job_tasks to colloquy_app, colloquy_system;

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
  delete from public.push_subscriptions s where s.company_id = v_company and s.user_id = p_user;
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

-- prisma/sql/push/claim_pushes.sql
-- Claims messages whose time to be pushed has come, for a minute, after which they are due again. Those that are no longer wanted
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
    update public.push_deliveries d set due_at = now() + interval '1 minute' from judged j
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

-- prisma/sql/push/companies_to_push.sql
-- Returns companies with subscriptions whose latest events were not scanned for messages to push. For the system role.
create or replace function app.companies_to_push() returns setof uuid
language sql stable set search_path = pg_catalog, pg_temp as $$
  select d.company_id from public.push_marks d
  join public.company_streams s on s.company_id = d.company_id and s.position > d.position
$$;

revoke all on function app.companies_to_push from public, colloquy_app, colloquy_system;
grant execute on function app.companies_to_push to colloquy_system;

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
  insert into public.push_deliveries as d (company_id, subscription_id, message_id)
  select distinct v_company, s.id, m.id
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

-- prisma/sql/push/push_wanted.sql
-- One row if a message is to be pushed to the person now: it is another person's, unread and not hidden, and the person may read
-- it, wants notifications and may be disturbed. In a muted conversation only a mention is.
create or replace function app.push_wanted(p_company uuid, p_message uuid, p_user uuid)
returns table (conversation_id uuid, seq int, unread_count int)
language sql stable rows 1 set search_path = pg_catalog, pg_temp as $$
  select c.id, m.seq, (
    select count(*)::int from (
      select from public.messages o where o.company_id = c.company_id and o.conversation_id = c.id and o.seq > k.mark
        and o.state = 'POSTED' and o.author_id <> u.id and (not o.is_restricted or exists (select from app.allowed(o.company_id, o.id, u.id)))
        and not exists (
          select from public.hidden_messages h where h.company_id = o.company_id and h.user_id = u.id
            and h.conversation_id = o.conversation_id and h.seq = o.seq
        )
      limit 1000
    ) n
  )
  from public.messages m
  join public.conversations c on c.company_id = m.company_id and c.id = m.conversation_id
  join public.companies t on t.id = m.company_id and t.messaging_enabled and not t.safe_mode
  join public.users u on u.company_id = m.company_id and u.id = p_user and u.is_enabled and u.browser_notifications
    and (u.do_not_disturb_until is null or u.do_not_disturb_until <= now())
  join public.roles r on r.company_id = u.company_id and r.id = u.role_id and 'MESSAGE_READ' = any(r.permissions)
  left join public.participants p on p.company_id = c.company_id and p.conversation_id = c.id and p.user_id = u.id
  cross join lateral (
    select greatest(p.last_read_seq, p.hidden_seq, case when p.user_id is null then app.start_seq(c.company_id, c.id, u.id) end) as mark
  ) k
  where m.company_id = p_company and m.id = p_message and m.state = 'POSTED' and m.author_id <> u.id and m.seq > k.mark
    and (p.user_id is not null and p.left_at is null or p.user_id is null and c.audience = 'COMPANY')
    and (not m.is_restricted or exists (select from app.allowed(m.company_id, m.id, u.id)))
    and not exists (
      select from public.hidden_messages h where h.company_id = m.company_id and h.user_id = u.id
        and h.conversation_id = m.conversation_id and h.seq = m.seq
    )
    and (not coalesce(p.is_muted and (p.muted_until is null or p.muted_until > now()), false) or exists (
      select from public.mentions n where n.company_id = m.company_id and n.message_id = m.id and n.user_id = u.id
    ))
$$;

revoke all on function app.push_wanted from public, colloquy_app, colloquy_system;
grant execute on function app.push_wanted to colloquy_system;

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
-- later with all that waits for it, unless it failed p_max times in a row.
create or replace function app.settle_push(
  p_subscription uuid, p_messages uuid[], p_outcome text, p_retry_at timestamptz, p_max int
) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
begin
  if p_outcome = 'DONE' then
    delete from public.push_deliveries d
    where d.company_id = v_company and d.subscription_id = p_subscription and d.message_id = any(p_messages);
    update public.push_subscriptions s set failures = 0
    where s.company_id = v_company and s.id = p_subscription and s.failures > 0;
  elsif p_outcome = 'GONE' then
    delete from public.push_subscriptions s where s.company_id = v_company and s.id = p_subscription;
  else
    delete from public.push_subscriptions s
    where s.company_id = v_company and s.id = p_subscription and s.failures + 1 >= p_max;
    update public.push_subscriptions s set failures = s.failures + 1
    where s.company_id = v_company and s.id = p_subscription;
    update public.push_deliveries d set due_at = greatest(d.due_at, p_retry_at)
    where d.company_id = v_company and d.subscription_id = p_subscription;
  end if;
end
$$;

revoke all on function app.settle_push from public, colloquy_app, colloquy_system;
grant execute on function app.settle_push to colloquy_system;

-- prisma/sql/push/push_deliveries.sql
alter table public.push_deliveries enable row level security;
alter table public.push_deliveries force row level security;

drop policy if exists push_deliveries_system on public.push_deliveries;
create policy push_deliveries_system on public.push_deliveries to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists push_deliveries_tenant on public.push_deliveries;
create policy push_deliveries_tenant on public.push_deliveries to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.push_deliveries from public, colloquy_app, colloquy_system;
grant delete, insert, select, update on table public.push_deliveries to colloquy_system;

-- prisma/sql/push/push_endpoints.sql
-- The subscription that owns an endpoint: the one that was registered last, in whatever company. Outside of all tenants, for the
-- system role. Endpoints are known by keyed hashes.
create table if not exists app.push_endpoints (
  endpoint_hash bytea not null,
  company_id uuid not null,
  subscription_id uuid not null,
  constraint push_endpoints_pkey primary key (endpoint_hash),
  constraint push_endpoints_subscription_fkey foreign key (company_id, subscription_id)
    references public.push_subscriptions (company_id, id) on delete cascade
);
create index if not exists push_endpoints_subscription_idx on app.push_endpoints (company_id, subscription_id);

revoke all on table app.push_endpoints from public, colloquy_app, colloquy_system;
grant delete, insert, select, update on table app.push_endpoints to colloquy_system;

-- prisma/sql/push/push_marks.sql
-- How far a company's events were scanned for messages to push. A company has one from its first subscription on.

alter table public.push_marks enable row level security;
alter table public.push_marks force row level security;

drop policy if exists push_marks_system on public.push_marks;
create policy push_marks_system on public.push_marks to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists push_marks_system_list on public.push_marks;
create policy push_marks_system_list on public.push_marks for select to colloquy_system using (true);

drop policy if exists push_marks_tenant on public.push_marks;
create policy push_marks_tenant on public.push_marks to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.push_marks from public, colloquy_app, colloquy_system;
grant delete, insert, select, update on table public.push_marks to colloquy_system;

-- prisma/sql/push/push_subscriptions.sql
alter table public.push_subscriptions enable row level security;
alter table public.push_subscriptions force row level security;

drop policy if exists push_subscriptions_system on public.push_subscriptions;
create policy push_subscriptions_system on public.push_subscriptions to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists push_subscriptions_tenant on public.push_subscriptions;
create policy push_subscriptions_tenant on public.push_subscriptions to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.push_subscriptions from public, colloquy_app, colloquy_system;
grant delete, insert, select, update on table public.push_subscriptions to colloquy_system;
