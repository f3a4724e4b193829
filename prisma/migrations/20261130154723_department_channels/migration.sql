-- Adding foreign keys reads this table, which row security refuses its owner.
alter table public.conversations no force row level security;

-- AlterTable
ALTER TABLE "conversations" ADD COLUMN     "is_department_channel" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "participants" ADD COLUMN     "by_department" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "conversation_departments" (
    "company_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "conversation_departments_pkey" PRIMARY KEY ("company_id","conversation_id","key")
);

-- CreateIndex
CREATE INDEX "conversation_departments_company_id_key_idx" ON "conversation_departments"("company_id", "key");

-- AddForeignKey
ALTER TABLE "conversation_departments" ADD CONSTRAINT "conversation_departments_company_id_conversation_id_fkey" FOREIGN KEY ("company_id", "conversation_id") REFERENCES "conversations"("company_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

alter table public.conversations force row level security;
alter table public.conversations add constraint conversations_channel_check check (kind = 'GROUP' or not is_department_channel);

set local check_function_bodies = off;
set local row_security = on;

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
  delete from public.conversation_departments d where d.company_id = v_company;
  update public.users u set name = 'Former member', name_folded = 'former member', search_words = '{former,member}',
    search_source = E'Former member\n', email = null, department = null, avatar_url = null, locale = null,
    do_not_disturb_until = null, external_id_hash = null, email_hash = null, external_id = null, issuer = null, subject = null, is_enabled = false
  where u.company_id = v_company;
  update public.roles r set name = r.id::text where r.company_id = v_company and not r.is_built_in;
  update public.message_access a set attribute = 'erased' where a.company_id = v_company and a.attribute is not null;
  delete from public.legal_holds h where h.company_id = v_company;
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
  update public.inbound_messages i set phone_hash = null where i.company_id = v_company and i.phone_hash is not null;
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

-- prisma/sql/conversations/department_key.sql
-- The form in which names of departments are compared: case and spaces do not count. Null and blank are no department.
create or replace function app.department_key(p_name text) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select nullif(lower(btrim(regexp_replace(p_name, '\s+', ' ', 'g'))), '')
$$;

revoke all on function app.department_key from public, colloquy_app, colloquy_system;
grant execute on function app.department_key to colloquy_app, colloquy_system;

-- prisma/sql/conversations/follow_departments.sql
-- Brings the membership of a department channel in line with the departments that it follows, for the people named, or for
-- everybody where p_users is null. Enabled people of these departments are participants: they begin with everything read, and
-- their earlier marks are kept. Of the others, those whom a department has brought leave; people added by hand stay. The caller
-- holds the locks of members and of the conversation.
create or replace function app.follow_departments(
  p_company uuid, p_conversation uuid, p_users uuid[], out joined uuid[], out departed uuid[]
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_seq int;
  v_keys text[];
  v_come uuid[];
begin
  select c.last_seq into v_seq from public.conversations c where c.company_id = p_company and c.id = p_conversation;
  select coalesce(array_agg(d.key), '{}') into v_keys from public.conversation_departments d
  where d.company_id = p_company and d.conversation_id = p_conversation and d.ended_at is null;
  with gone as (
    update public.participants p set left_at = now(), role = 'MEMBER'
    from public.users u
    where p.company_id = p_company and p.conversation_id = p_conversation and p.left_at is null and p.by_department
      and (p_users is null or p.user_id = any(p_users)) and u.company_id = p.company_id and u.id = p.user_id
      and not (u.is_enabled and coalesce(app.department_key(u.department) = any(v_keys), false))
    returning p.user_id
  )
  select coalesce(array_agg(g.user_id order by g.user_id), '{}') into departed from gone g;
  select coalesce(array_agg(u.id order by u.id), '{}') into v_come from public.users u
  where u.company_id = p_company and (p_users is null or u.id = any(p_users)) and u.is_enabled
    and app.department_key(u.department) = any(v_keys) and not exists (
      select from public.participants p
      where p.company_id = p_company and p.conversation_id = p_conversation and p.user_id = u.id and p.left_at is null
    );
  joined := '{}';
  -- Not every role that changes members may add participants, and nothing but a synchronisation brings any.
  if v_come <> '{}' then
    with come as (
      insert into public.participants as p
        (company_id, conversation_id, user_id, joined_seq, last_read_seq, last_delivered_seq, by_department)
      select p_company, p_conversation, u.id, v_seq, v_seq, v_seq, true from unnest(v_come) u (id)
      on conflict (company_id, conversation_id, user_id) do update
        set left_at = null, role = 'MEMBER', by_department = true, joined_at = excluded.joined_at,
          joined_seq = excluded.joined_seq, unread_from_seq = null,
          last_read_seq = greatest(p.last_read_seq, excluded.last_read_seq),
          last_delivered_seq = greatest(p.last_delivered_seq, excluded.last_delivered_seq)
        where p.left_at is not null
      returning p.user_id
    )
    select coalesce(array_agg(c.user_id order by c.user_id), '{}') into joined from come c;
  end if;
end
$$;

revoke all on function app.follow_departments from public, colloquy_app, colloquy_system;
grant execute on function app.follow_departments to colloquy_app, colloquy_system;

-- prisma/sql/conversations/join_conversation.sql
-- Creates the person's membership, or restores an earlier one. Its marks are kept, so that receipts never go back.
create or replace function app.join_conversation(p_company uuid, p_conversation uuid, p_user uuid, p_seq int)
returns public.participants
language sql volatile set search_path = pg_catalog, pg_temp as $$
  insert into public.participants as p (company_id, conversation_id, user_id, joined_seq)
  values (p_company, p_conversation, p_user, p_seq)
  on conflict (company_id, conversation_id, user_id) do update
    set left_at = null, role = 'MEMBER', by_department = false, joined_at = excluded.joined_at, joined_seq = excluded.joined_seq
    where p.left_at is not null
  returning p.*
$$;

revoke all on function app.join_conversation from public, colloquy_app, colloquy_system;
grant execute on function app.join_conversation to colloquy_app;

-- prisma/sql/conversations/lock_channels.sql
-- Locks the channels that follow any of these departments, in order of their ids. A change of members calls it first: the
-- triggers that change memberships run after others that take the company's stream, which is the last lock of every write.
create or replace function app.lock_channels(p_company uuid, p_departments text[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform from public.conversations c
  where c.company_id = p_company and not c.is_closed and c.id in (
    select d.conversation_id from public.conversation_departments d
    where d.company_id = p_company and d.ended_at is null and d.key in (select app.department_key(n.name) from unnest(p_departments) n (name))
  )
  order by c.id for no key update;
end
$$;

revoke all on function app.lock_channels from public, colloquy_app, colloquy_system;
grant execute on function app.lock_channels to colloquy_app;

-- prisma/sql/conversations/settle_memberships.sql
-- Settles what a change of members means for conversations. Department channels follow it; groups whose last admin is disabled,
-- and groups without an enabled member in which a person is enabled again, get an admin. Conversations are locked in order of
-- their ids, so that concurrent changes of members are seen, and all of them before the company's stream, as sending does. The
-- names of its triggers therefore sort before those that append events.
create or replace function app.settle_memberships() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_companies uuid[];
  v_moved uuid[];
  v_keys text[];
  v_switched uuid[] := '{}';
  v_enabled uuid[] := '{}';
  v_group record;
  v_joined uuid[];
  v_departed uuid[];
  v_changes jsonb[] := '{}';
begin
  if tg_op = 'INSERT' then
    select array_agg(distinct a.company_id), array_agg(a.id), array_agg(distinct app.department_key(a.department))
    into v_companies, v_moved, v_keys
    from after a where a.is_enabled and a.department is not null;
  else
    select array_agg(distinct a.company_id), array_agg(a.id),
      array_agg(distinct app.department_key(a.department)) || array_agg(distinct app.department_key(b.department)),
      coalesce(array_agg(a.id) filter (where a.is_enabled <> b.is_enabled), '{}'),
      coalesce(array_agg(a.id) filter (where a.is_enabled and not b.is_enabled), '{}')
    into v_companies, v_moved, v_keys, v_switched, v_enabled
    from after a join before b on b.company_id = a.company_id and b.id = a.id
    where a.is_enabled <> b.is_enabled or a.department is distinct from b.department;
  end if;
  -- Most updates change none of this, and some are made by a role that may not lock conversations.
  if v_moved is null then
    return null;
  end if;
  for v_group in
    select c.company_id, c.id, c.is_department_channel from public.conversations c
    where c.kind in ('GROUP', 'CONTEXT') and not c.is_closed and (c.company_id, c.id) in (
      select d.company_id, d.conversation_id from public.conversation_departments d
      where d.company_id = any(v_companies) and d.key = any(v_keys) and d.ended_at is null
      union all
      select p.company_id, p.conversation_id from public.participants p
      where p.company_id = any(v_companies) and p.user_id = any(v_switched) and p.left_at is null
        and (p.role = 'ADMIN' or p.user_id = any(v_enabled))
    )
    order by c.company_id, c.id for no key update
  loop
    v_joined := '{}';
    v_departed := '{}';
    if v_group.is_department_channel then
      select f.joined, f.departed into v_joined, v_departed
      from app.follow_departments(v_group.company_id, v_group.id, v_moved) f;
    end if;
    if app.settle_succession(v_group.company_id, v_group.id) or v_joined <> '{}' or v_departed <> '{}' then
      v_changes := v_changes || jsonb_build_object(
        'company', v_group.company_id, 'id', v_group.id, 'joined', v_joined, 'left', v_departed
      );
    end if;
  end loop;
  perform app.tell_memberships(v_changes);
  return null;
end
$$;

revoke all on function app.settle_memberships from public, colloquy_app, colloquy_system;

-- prisma/sql/conversations/tell_memberships.sql
-- Appends an event for each conversation that a change of members has changed, however many people came and went, and records
-- it in the audit trail. It does so in safe mode as well, where nobody else changes a conversation.
create or replace function app.tell_memberships(p_changes jsonb[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_change record;
  v_position bigint;
  v_audited bigint;
begin
  for v_change in
    select (c ->> 'company')::uuid as company_id, (c ->> 'id')::uuid as id, c - '{company,id}'::text[] as people,
      array(select jsonb_array_elements_text(c -> 'joined'))::uuid[] as joined,
      array(select jsonb_array_elements_text(c -> 'left'))::uuid[] as departed
    from unnest(p_changes) with ordinality u (c, at) order by u.at
  loop
    if v_change.joined = '{}' and v_change.departed = '{}' then
      update public.company_streams s set position = s.position + 1
      where s.company_id = v_change.company_id returning s.position into v_position;
      insert into public.events (company_id, position, kind, conversation_id, actor_id)
      values (v_change.company_id, v_position, 'CONVERSATION_CHANGED', v_change.id, app.bound_user());
    else
      update public.company_streams s set position = s.position + 1, audited = s.audited + 1
      where s.company_id = v_change.company_id returning s.position, s.audited into v_position, v_audited;
      insert into public.events (company_id, position, kind, conversation_id, actor_id, joined_ids, left_ids)
      values (
        v_change.company_id, v_position, 'PARTICIPANTS_CHANGED', v_change.id, app.bound_user(), v_change.joined, v_change.departed
      );
      perform app.add_audit_event(v_change.company_id, v_audited - 1, 'conversation.participants_changed', v_change.id, v_change.id,
        v_change.people);
    end if;
  end loop;
end
$$;

revoke all on function app.tell_memberships from public, colloquy_app, colloquy_system;
grant execute on function app.tell_memberships to colloquy_app, colloquy_system;

-- prisma/sql/conversations/conversation_departments.sql
alter table public.conversation_departments enable row level security;
alter table public.conversation_departments force row level security;

drop policy if exists conversation_departments_system on public.conversation_departments;
create policy conversation_departments_system on public.conversation_departments to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists conversation_departments_tenant on public.conversation_departments;
create policy conversation_departments_tenant on public.conversation_departments to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.conversation_departments from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.conversation_departments to colloquy_app;
grant delete, select on table public.conversation_departments to colloquy_system;

-- prisma/sql/conversations/participants.sql
alter table public.participants enable row level security;
alter table public.participants force row level security;

drop policy if exists participants_sending on public.participants;
create policy participants_sending on public.participants to current_user
  using (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null)
  with check (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null);

drop policy if exists participants_system on public.participants;
create policy participants_system on public.participants to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists participants_tenant on public.participants;
create policy participants_tenant on public.participants to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger participants_broadcast_marks after update of last_read_seq, last_delivered_seq on public.participants
  for each row when (
    old.last_delivered_seq = 0 and new.last_delivered_seq > 0 or old.last_read_seq = 0 and new.last_read_seq > 0
  )
  execute function app.count_broadcast_marks();

revoke all on table public.participants from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.participants to colloquy_app;
-- People whom a change of members takes out of a department channel have left.
grant select, update (role, left_at, is_muted, muted_until, unread_from_seq) on table public.participants to colloquy_system;

-- Marks move often and are in no index: a new version finds room in the same page.
alter table public.participants set (fillfactor = 50);

-- prisma/sql/members/users.sql
alter table public.users enable row level security;
alter table public.users force row level security;

drop policy if exists users_owner_read on public.users;
create policy users_owner_read on public.users for select to current_user using (true);

drop policy if exists users_system on public.users;
create policy users_system on public.users to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists users_tenant on public.users;
create policy users_tenant on public.users to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger users_settle_joined after insert on public.users
  referencing new table as after
  for each statement execute function app.settle_memberships();

create or replace trigger users_settle_memberships after update on public.users
  referencing old table as before new table as after
  for each statement execute function app.settle_memberships();

create or replace trigger users_tell_access_changed after update on public.users
  referencing old table as before new table as after
  for each statement execute function app.tell_access_changed();

create or replace trigger users_trail_added after insert on public.users
  referencing new table as after
  for each statement execute function app.audit_members();

-- After the locks of conversations, as its name sorts after theirs.
create or replace trigger users_trail_changed after update on public.users
  referencing old table as before new table as after
  for each statement execute function app.audit_members();

create or replace trigger users_words_added after insert on public.users for each row execute function app.keep_user_words();

create or replace trigger users_words_changed after update on public.users for each row
when ((old.search_words, old.name_folded, old.is_enabled) is distinct from (new.search_words, new.name_folded, new.is_enabled))
execute function app.keep_user_words();

revoke all on table public.users from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.users to colloquy_app;
grant insert, select, update on table public.users to colloquy_system;

drop trigger users_settle_successions on users;
drop function app.settle_successions();
