-- AlterTable
ALTER TABLE "users" ADD COLUMN     "email_hash" BYTEA,
ADD COLUMN     "erased_at" TIMESTAMPTZ(3),
ADD COLUMN     "external_id_hash" BYTEA;

-- CreateIndex
CREATE INDEX "connection_tickets_company_id_user_id_idx" ON "connection_tickets"("company_id", "user_id");

-- By hand: checks, and indexes that Prisma does not know.
alter table public.users add constraint users_erased_check check (
  case when erased_at is null then num_nonnulls(external_id_hash, email_hash) = 0
    else num_nonnulls(external_id, email, department, avatar_url, issuer, subject) = 0 and not is_enabled end
);
create index users_external_id_hash_idx on public.users (company_id, external_id_hash) where external_id_hash is not null;
create index users_email_hash_idx on public.users (company_id, email_hash) where email_hash is not null;
create index guests_erased_idx on public.guests (company_id, id) where erased_at is not null;

set local check_function_bodies = off;
set local row_security = on;

-- prisma/sql/audit/add_audit_event.sql
-- Writes an audit event at an index that the caller has taken. The person who acts, and the request, are those that
-- app.bind_act has bound.
create or replace function app.add_audit_event(
  p_company uuid, p_index bigint, p_kind text, p_object uuid, p_conversation uuid, p_detail jsonb
) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_actor uuid := coalesce(nullif(current_setting('app.act_actor', true), ''), nullif(current_setting('app.user_id', true), ''));
  v_origin bytea := nullif(current_setting('app.act_origin', true), '');
  v_sealed bytea := nullif(current_setting('app.act_sealed', true), '');
begin
  -- The stream of the company is locked, so nobody else stores the same one now.
  if v_sealed is not null then
    insert into public.audit_origins (company_id, id, user_id, salt, sealed)
    select p_company, v_origin, v_actor, current_setting('app.act_salt', true)::bytea, v_sealed
    where not exists (select from public.users u where u.company_id = p_company and u.id = v_actor and u.erased_at is not null)
    on conflict do nothing;
  end if;
  insert into public.audit_events (
    company_id, index, kind, actor_id, object_id, conversation_id, at, request_id, key_hash, origin_id, detail
  ) values (
    p_company, p_index, p_kind, v_actor, p_object, p_conversation, clock_timestamp(),
    nullif(current_setting('app.act_request', true), ''), nullif(current_setting('app.act_key', true), '')::bytea, v_origin,
    p_detail
  );
end
$$;

revoke all on function app.add_audit_event from public, colloquy_app, colloquy_system;
grant execute on function app.add_audit_event to colloquy_app, colloquy_system;

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

-- prisma/sql/members/is_person_held.sql
-- True if a legal hold in force names the person, or covers a message of theirs.
create or replace function app.is_person_held(p_user uuid) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select exists (
    select from public.legal_holds h
    where h.company_id = app.bound_company() and h.released_at is null and (h.user_id = p_user or exists (
      select from public.messages m
      where m.company_id = h.company_id and m.author_id = p_user and m.depth >= 0
        and (h.conversation_id is null or m.conversation_id = h.conversation_id)
        and (h.from_at is null or m.created_at >= h.from_at) and (h.to_at is null or m.created_at < h.to_at)
        and app.is_held(m.company_id, m.conversation_id, m.author_id, m.created_at)
    ))
  )
$$;

revoke all on function app.is_person_held from public, colloquy_app, colloquy_system;
grant execute on function app.is_person_held to colloquy_system;

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
grant select, update (role, is_muted, muted_until, unread_from_seq) on table public.participants to colloquy_system;

-- Marks move often and are in no index: a new version finds room in the same page.
alter table public.participants set (fillfactor = 50);

-- prisma/sql/messages/hidden_messages.sql
-- Messages that a person has hidden.

alter table public.hidden_messages enable row level security;
alter table public.hidden_messages force row level security;

drop policy if exists hidden_messages_sending on public.hidden_messages;
create policy hidden_messages_sending on public.hidden_messages for select to current_user
  using (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null);

drop policy if exists hidden_messages_system on public.hidden_messages;
create policy hidden_messages_system on public.hidden_messages to colloquy_system
  using (company_id = (select app.bound_company())) with check (company_id = (select app.bound_company()));

drop policy if exists hidden_messages_tenant on public.hidden_messages;
create policy hidden_messages_tenant on public.hidden_messages to colloquy_app
  using (company_id = (select app.current_company())) with check (company_id = (select app.current_company()));

revoke all on table public.hidden_messages from public, colloquy_app, colloquy_system;
grant insert, select on table public.hidden_messages to colloquy_app;
grant delete, select on table public.hidden_messages to colloquy_system;

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
grant delete, select on table public.spam_penalties to colloquy_system;
