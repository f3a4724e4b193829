-- A foreign key is checked by reading both tables, which row-level security that is forced on the owner refuses.
alter table messages no force row level security;
alter table conversations no force row level security;
alter table roles no force row level security;
alter table users no force row level security;
alter table events no force row level security;

-- AlterTable
ALTER TABLE "companies" ADD COLUMN     "audit_reads_visible" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "spam" JSONB;

-- AlterTable
ALTER TABLE "events" ADD COLUMN     "case_id" UUID;

-- AlterTable
ALTER TABLE "messages" ADD COLUMN     "is_restricted" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "submitted_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "message_gaps" (
    "company_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "from_seq" INTEGER NOT NULL,
    "to_seq" INTEGER NOT NULL,

    CONSTRAINT "message_gaps_pkey" PRIMARY KEY ("company_id","conversation_id","from_seq")
);

-- CreateTable
CREATE TABLE "message_access" (
    "company_id" UUID NOT NULL,
    "message_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "effect" TEXT NOT NULL,
    "role_id" UUID,
    "user_id" UUID,
    "attribute" TEXT,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "message_access_pkey" PRIMARY KEY ("company_id","message_id","number")
);

-- CreateTable
CREATE TABLE "spam_penalties" (
    "company_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "step" INTEGER NOT NULL,
    "stepped_at" TIMESTAMPTZ(3) NOT NULL,
    "cooldown_until" TIMESTAMPTZ(3),

    CONSTRAINT "spam_penalties_pkey" PRIMARY KEY ("company_id","user_id")
);

-- CreateTable
CREATE TABLE "moderation_cases" (
    "company_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "message_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'OPEN',
    "signals" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "opened_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "decided_at" TIMESTAMPTZ(3),
    "decided_by_id" UUID,
    "reason" BYTEA,

    CONSTRAINT "moderation_cases_pkey" PRIMARY KEY ("company_id","id")
);

-- CreateTable
CREATE TABLE "message_reports" (
    "company_id" UUID NOT NULL,
    "message_id" UUID NOT NULL,
    "reporter_id" UUID NOT NULL,
    "case_id" UUID NOT NULL,
    "reason" TEXT NOT NULL,
    "note" BYTEA,
    "reported_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "message_reports_pkey" PRIMARY KEY ("company_id","message_id","reporter_id")
);

-- CreateIndex
CREATE INDEX "message_access_company_id_role_id_idx" ON "message_access"("company_id", "role_id");

-- CreateIndex
CREATE INDEX "moderation_cases_company_id_state_opened_at_id_idx" ON "moderation_cases"("company_id", "state", "opened_at", "id");

-- CreateIndex
CREATE INDEX "moderation_cases_company_id_opened_at_id_idx" ON "moderation_cases"("company_id", "opened_at", "id");

-- CreateIndex
CREATE INDEX "moderation_cases_company_id_message_id_idx" ON "moderation_cases"("company_id", "message_id");

-- CreateIndex
CREATE INDEX "message_reports_company_id_case_id_reported_at_reporter_id_idx" ON "message_reports"("company_id", "case_id", "reported_at", "reporter_id");

-- AddForeignKey
ALTER TABLE "message_gaps" ADD CONSTRAINT "message_gaps_company_id_conversation_id_fkey" FOREIGN KEY ("company_id", "conversation_id") REFERENCES "conversations"("company_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message_access" ADD CONSTRAINT "message_access_company_id_message_id_fkey" FOREIGN KEY ("company_id", "message_id") REFERENCES "messages"("company_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message_access" ADD CONSTRAINT "message_access_company_id_role_id_fkey" FOREIGN KEY ("company_id", "role_id") REFERENCES "roles"("company_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "message_access" ADD CONSTRAINT "message_access_company_id_user_id_fkey" FOREIGN KEY ("company_id", "user_id") REFERENCES "users"("company_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "spam_penalties" ADD CONSTRAINT "spam_penalties_company_id_user_id_fkey" FOREIGN KEY ("company_id", "user_id") REFERENCES "users"("company_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "moderation_cases" ADD CONSTRAINT "moderation_cases_company_id_message_id_fkey" FOREIGN KEY ("company_id", "message_id") REFERENCES "messages"("company_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "moderation_cases" ADD CONSTRAINT "moderation_cases_company_id_decided_by_id_fkey" FOREIGN KEY ("company_id", "decided_by_id") REFERENCES "users"("company_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "message_reports" ADD CONSTRAINT "message_reports_company_id_message_id_fkey" FOREIGN KEY ("company_id", "message_id") REFERENCES "messages"("company_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message_reports" ADD CONSTRAINT "message_reports_company_id_reporter_id_fkey" FOREIGN KEY ("company_id", "reporter_id") REFERENCES "users"("company_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "message_reports" ADD CONSTRAINT "message_reports_company_id_case_id_fkey" FOREIGN KEY ("company_id", "case_id") REFERENCES "moderation_cases"("company_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "events" ADD CONSTRAINT "events_company_id_case_id_fkey" FOREIGN KEY ("company_id", "case_id") REFERENCES "moderation_cases"("company_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

alter table messages drop constraint messages_depth_check;
-- A reply stays as deep as it was when its parent is no longer stored.
alter table messages add constraint messages_depth_check check (depth >= 0 and (parent_id is null or depth > 0));
alter table messages add constraint messages_submitted_check check (state not in ('HELD', 'REJECTED') or submitted_at is not null);
create index messages_restricted_idx on messages (company_id, conversation_id, seq) where is_restricted;
alter table message_gaps add constraint message_gaps_range_check check (from_seq >= 1 and to_seq >= from_seq);
alter table message_access add constraint message_access_effect_check check (effect in ('ALLOW', 'DENY'));
alter table message_access add constraint message_access_target_check check (num_nonnulls(role_id, user_id, attribute) = 1);
alter table spam_penalties add constraint spam_penalties_step_check check (step >= 1);
alter table moderation_cases add constraint moderation_cases_kind_check check (kind in ('HELD', 'REPORTED'));
alter table moderation_cases add constraint moderation_cases_state_check
  check (state in ('OPEN', 'APPROVED', 'REJECTED', 'DISMISSED', 'RETRACTED'));
alter table moderation_cases add constraint moderation_cases_decision_check
  check (num_nulls(decided_at, decided_by_id, reason) = case state when 'OPEN' then 3 else 0 end);
create unique index moderation_cases_open_idx on moderation_cases (company_id, message_id) where state = 'OPEN';
alter table message_reports add constraint message_reports_reason_check
  check (reason in ('SPAM', 'HARASSMENT', 'CONFIDENTIAL', 'OTHER'));
alter table events drop constraint events_kind_check;
alter table events add constraint events_kind_check check (kind in (
  'MESSAGE_SENT', 'MESSAGE_EDITED', 'MESSAGE_RETRACTED', 'MESSAGE_HIDDEN', 'REACTIONS_CHANGED', 'READ', 'READ_REMINDER',
  'DELIVERED', 'PARTICIPANTS_CHANGED', 'CONVERSATION_CHANGED', 'CONVERSATION_HIDDEN', 'MUTE_CHANGED', 'ACCESS_CHANGED',
  'BROADCAST_SENT', 'BROADCAST_REMINDED', 'MESSAGE_ACCESS_CHANGED', 'HELD_MESSAGE_DECIDED', 'MODERATION_CASE_OPENED',
  'MODERATION_CASE_DECIDED', 'AUDITED'
));

alter table messages force row level security;
alter table conversations force row level security;
alter table roles force row level security;
alter table users force row level security;
alter table events force row level security;

set local check_function_bodies = off;
set local row_security = on;

-- prisma/sql/digests/find_digests.sql
-- Scans the bound company's events that are older than its e-mail delay, and adds the people to pending_digests who
-- have unread messages among them and want e-mail. Returns their number. One process at a time does this for a company.
-- Mark and people are written in one transaction, so nobody is lost.
create or replace function app.find_digests(p_max int) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_from bigint;
  v_to bigint;
  v_due timestamptz;
  v_count int;
begin
  insert into public.digest_marks (company_id, position)
  select s.company_id, s.position from public.company_streams s where s.company_id = v_company on conflict do nothing;
  select d.position into v_from from public.digest_marks d where d.company_id = v_company for update skip locked;
  if v_from is null then
    return 0;
  end if;
  select now() - make_interval(mins => c.email_delay_minutes) into v_due from public.companies c where c.id = v_company;
  -- Only events up to the first one that is not due.
  select max(e.position) into v_to from (
    select e.position, bool_and(e.created_at <= v_due) over (order by e.position) as is_due
    from public.events e where e.company_id = v_company and e.position > v_from order by e.position limit p_max
  ) e where e.is_due;
  if v_to is null then
    return 0;
  end if;

  -- A reminder makes a message eligible for a second e-mail.
  delete from public.told_messages t using public.events e
  where t.company_id = v_company and t.conversation_id = e.conversation_id
    and e.company_id = v_company and e.position > v_from and e.position <= v_to and e.kind = 'BROADCAST_REMINDED';
  -- The update waits for a concurrent check that would find nothing and delete the person.
  insert into public.pending_digests as d (company_id, user_id)
  select v_company, t.user_id from (
    select distinct u.id as user_id
    from public.events e
    join public.conversations c on c.company_id = e.company_id and c.id = e.conversation_id
    join public.messages m on m.company_id = e.company_id and m.id = e.message_id and m.state = 'POSTED'
    left join public.broadcasts b on b.company_id = c.company_id and b.id = c.id
    join public.users u on u.company_id = e.company_id and u.is_enabled and u.email_when_offline and u.email is not null
      and u.id <> m.author_id
    left join public.participants p on p.company_id = c.company_id and p.conversation_id = c.id and p.user_id = u.id
    where e.company_id = v_company and e.position > v_from and e.position <= v_to
      and e.kind in ('MESSAGE_SENT', 'BROADCAST_SENT', 'BROADCAST_REMINDED')
      and (p.user_id is not null and p.left_at is null or p.user_id is null and c.audience = 'COMPANY' and u.joined_at <= m.created_at)
      and coalesce(p.last_read_seq, 0) < m.seq and coalesce(p.hidden_seq, 0) < m.seq
      and not exists (
        select from public.hidden_messages h where h.company_id = m.company_id and h.user_id = u.id
          and h.conversation_id = m.conversation_id and h.seq = m.seq
      )
      and (not m.is_restricted or exists (select from app.allowed(m.company_id, m.id, u.id)))
      and case
        when exists (
          select from public.mentions n where n.company_id = m.company_id and n.message_id = m.id and n.user_id = u.id
        ) then true
        when coalesce(p.is_muted and (p.muted_until is null or p.muted_until > now()), false) then false
        when c.kind = 'BROADCAST' then b.email_offline and m.seq = 1
        else c.kind <> 'GLOBAL'
      end
    order by u.id
  ) t
  on conflict (company_id, user_id) do update set checked_at = null;
  get diagnostics v_count = row_count;
  update public.digest_marks d set position = v_to where d.company_id = v_company;
  return v_count;
end
$$;

revoke all on function app.find_digests from public, colloquy_app, colloquy_system;
grant execute on function app.find_digests to colloquy_system;

-- prisma/sql/digests/untold_messages.sql
-- Returns the person's unread messages that no e-mail has reported and that should be: all in the person's own
-- conversations that are not muted, in broadcasts if the sender asked for it, and elsewhere those that mention the
-- person.
create or replace function app.untold_messages(p_user uuid)
returns table (conversation_id uuid, seq int, created_at timestamptz)
language sql stable set search_path = pg_catalog, pg_temp as $$
  with memberships as materialized (
    select c.id, c.kind, greatest(p.last_read_seq, p.hidden_seq, t.seq) as mark,
      p.is_muted and (p.muted_until is null or p.muted_until > now()) as is_muted
    from public.participants p
    join public.conversations c on c.company_id = p.company_id and c.id = p.conversation_id
    left join public.told_messages t on t.company_id = p.company_id and t.conversation_id = p.conversation_id
      and t.user_id = p.user_id
    where p.company_id = app.bound_company() and p.user_id = p_user and p.left_at is null
      and c.last_seq > greatest(p.last_read_seq, p.hidden_seq, t.seq)
    union all
    select c.id, c.kind, greatest(app.start_seq(c.company_id, c.id, p_user), t.seq), false
    from public.conversations c
    left join public.told_messages t on t.company_id = c.company_id and t.conversation_id = c.id and t.user_id = p_user
    where c.company_id = app.bound_company() and c.audience = 'COMPANY' and c.last_seq > coalesce(t.seq, 0)
      and not exists (
        select from public.participants p
        where p.company_id = c.company_id and p.conversation_id = c.id and p.user_id = p_user
      )
  ), wanted as (
    select m.company_id, m.id
    from memberships c join public.messages m on m.company_id = app.bound_company() and m.conversation_id = c.id and m.seq > c.mark
    where not c.is_muted and c.kind not in ('GLOBAL', 'BROADCAST')
    union
    select m.company_id, m.id
    from memberships c
    join public.broadcasts b on b.company_id = app.bound_company() and b.id = c.id and b.email_offline
    join public.messages m on m.company_id = b.company_id and m.conversation_id = c.id and m.seq = 1
    where not c.is_muted and c.kind = 'BROADCAST' and c.mark < 1
    union
    select n.company_id, n.message_id
    from memberships c join public.mentions n on n.company_id = app.bound_company() and n.user_id = p_user
      and n.conversation_id = c.id and n.seq > c.mark
  )
  select m.conversation_id, m.seq, m.created_at
  from wanted w join public.messages m on m.company_id = w.company_id and m.id = w.id
  where m.state = 'POSTED' and m.author_id <> p_user and not exists (
    select from public.hidden_messages h where h.company_id = m.company_id and h.user_id = p_user
      and h.conversation_id = m.conversation_id and h.seq = m.seq
  )
  and (not m.is_restricted or exists (select from app.allowed(m.company_id, m.id, p_user)))
$$;

revoke all on function app.untold_messages from public, colloquy_app, colloquy_system;
grant execute on function app.untold_messages to colloquy_system;

-- prisma/sql/events/append_event.sql
drop function app.append_event;
-- Appends an event. A caller that waited for the lock may have lost its membership meanwhile, so the membership is
-- checked under the lock.
create or replace function app.append_event(
  p_kind text, p_conversation uuid, p_message uuid default null, p_seq int default null, p_actor uuid default null,
  p_recipient uuid default null, p_joined uuid[] default '{}', p_left uuid[] default '{}', p_permission text default null,
  p_case uuid default null
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_bound uuid := app.bound_company();
  v_company uuid;
  v_position bigint;
begin
  update public.company_streams s set position = s.position + 1
  where s.company_id = v_bound returning s.company_id, s.position into v_company, v_position;
  if v_company is null or app.bound_user() is not null and app.verified_company() is null then
    raise exception using errcode = 'CQ401', message = 'You have no active membership in this company.';
  end if;
  perform app.require_open(v_company);
  insert into public.events
    (company_id, position, kind, conversation_id, message_id, seq, actor_id, recipient_id, joined_ids, left_ids, permission,
      case_id)
  values (
    v_company, v_position, p_kind, p_conversation, p_message, p_seq, p_actor, p_recipient, p_joined, p_left, p_permission,
    p_case
  );
  return v_position;
end
$$;

revoke all on function app.append_event from public, colloquy_app, colloquy_system;
grant execute on function app.append_event to colloquy_app, colloquy_system;

-- prisma/sql/messages/add_message_gap.sql
-- Records that the messages from p_from to p_to of a conversation are no longer stored. Ranges that it meets become one with
-- it, so that a conversation which is purged from its beginning has one. The caller has deleted the messages in the same
-- transaction, and holds the lock of the conversation.
create or replace function app.add_message_gap(p_conversation uuid, p_from int, p_to int) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_from int;
  v_to int;
begin
  with met as (
    delete from public.message_gaps g
    where g.company_id = v_company and g.conversation_id = p_conversation and g.from_seq <= p_to + 1 and g.to_seq >= p_from - 1
    returning g.from_seq, g.to_seq
  )
  select least(p_from, min(m.from_seq)), greatest(p_to, max(m.to_seq)) into v_from, v_to from met m;
  insert into public.message_gaps (company_id, conversation_id, from_seq, to_seq)
  values (v_company, p_conversation, v_from, v_to);
end
$$;

revoke all on function app.add_message_gap from public, colloquy_app, colloquy_system;
grant execute on function app.add_message_gap to colloquy_system;

-- prisma/sql/messages/follow_own_send.sql
-- Moves the sender's marks to an own message that has just been sent, unless something unread lies before it. p_mark is the
-- membership before the send.
create or replace function app.follow_own_send(p_mark public.participants, p_seq int) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  if p_mark.unread_from_seq is not null then
    return;
  end if;
  update public.participants p set last_read_seq = p_seq, last_delivered_seq = p_seq
  where p.company_id = p_mark.company_id and p.conversation_id = p_mark.conversation_id and p.user_id = p_mark.user_id
    and p.last_read_seq < p_seq and not exists (
      select from public.messages m
      where m.company_id = p_mark.company_id and m.conversation_id = p_mark.conversation_id
        and m.seq > greatest(p_mark.last_read_seq, p_mark.hidden_seq)
        and m.seq < p_seq and m.author_id <> p_mark.user_id and m.state = 'POSTED'
        and (not m.is_restricted or exists (select from app.allowed(m.company_id, m.id, p_mark.user_id)))
        and not exists (
          select from public.hidden_messages h where h.company_id = m.company_id and h.user_id = p_mark.user_id
            and h.conversation_id = m.conversation_id and h.seq = m.seq
        )
    );
end
$$;

revoke all on function app.follow_own_send from public, colloquy_app, colloquy_system;
grant execute on function app.follow_own_send to colloquy_app;

-- prisma/sql/messages/hide_message.sql
-- Hides a message from the person only.
create or replace function app.hide_message(
  p_company uuid, p_user uuid, p_message uuid, out conversation_id uuid, out "position" bigint
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_company uuid := app.bind(p_company, p_user);
  v_message public.messages := app.hold_message(v_company, p_user, p_message);
begin
  conversation_id := v_message.conversation_id;
  insert into public.hidden_messages (company_id, user_id, conversation_id, seq, message_id)
  values (v_company, p_user, v_message.conversation_id, v_message.seq, p_message) on conflict do nothing;
  position := app.append_event('MESSAGE_HIDDEN', v_message.conversation_id, p_message, v_message.seq, p_user, p_user);
end
$$;

revoke all on function app.hide_message from public, colloquy_app, colloquy_system;
grant execute on function app.hide_message to colloquy_app;

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
  if v_message.seq is null then
    raise exception using errcode = 'CQ403', message = case v_message.state
      when 'HELD' then 'The message waits for review: until then nothing about it changes.'
      else 'The message was rejected by a moderator.' end;
  end if;
  return v_message;
end
$$;

revoke all on function app.hold_message from public, colloquy_app, colloquy_system;
grant execute on function app.hold_message to colloquy_app;

-- prisma/sql/messages/seen_message.sql
-- Returns the message if the person may read it, and raises CQ404 with p_column otherwise. seenBy in
-- src/visibility/visibility.ts is the same rule for reads.
create or replace function app.seen_message(p_company uuid, p_user uuid, p_message uuid, p_column text) returns public.messages
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
    or v_message.is_restricted and v_message.author_id <> p_user
      and not exists (select from app.allowed(p_company, p_message, p_user))
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

revoke all on function app.seen_message from public, colloquy_app, colloquy_system;
grant execute on function app.seen_message to colloquy_app;

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

  select j.penalty, j.cooldown_until into penalty, cooldown_until from app.punish_spam(v_company, p_user, p_signals) j;
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

-- prisma/sql/messages/send_messages.sql
-- Sends many messages in one call: the items of a company follow one another, p_counts says how many are whose. Ordinary ones
-- are SENT; what is unusual or would be refused is ALONE, and has not been written: app.send_message sends it or says why not.
-- It waits for nobody: where somebody holds a row, its items are BUSY, or all of the company's are COMPANY_BUSY. A failure in
-- one company undoes that company's part alone.
-- Every write takes its company's stream last and keeps it until the commit. Taken first here, it keeps still what is judged
-- after it: memberships, permissions, marks and sequences.
create or replace function app.send_messages(
  p_companies uuid[], p_counts int[], p_users uuid[], p_messages uuid[], p_conversations uuid[], p_subjects bytea[],
  p_bodies bytea[], p_metadata bytea[], p_priorities text[], p_client_ids text[], p_keys text[], p_hashes bytea[], p_words text[]
) returns table (outcome text, seq int, created_at timestamptz, "position" bigint)
language plpgsql volatile set search_path = pg_catalog, pg_temp
-- Foreign keys and unique keys do wait; what waits for a stream that is held here would wait in vain.
set lock_timeout = '20ms' as $$
#variable_conflict use_column
declare
  v_company uuid;
  v_user uuid;
  v_from int;
  v_to int := 0;
  v_position bigint;
  v_now timestamptz;
  v_day int;
  v_salt bigint;
  v_outcomes text[];
  v_seqs int[];
  v_times timestamptz[];
  v_positions bigint[];
begin
  for v_index in 1 .. cardinality(p_companies) loop
    v_company := p_companies[v_index];
    v_from := v_to + 1;
    v_to := v_to + p_counts[v_index];
    v_outcomes := array_fill('ALONE'::text, array[p_counts[v_index]]);
    v_seqs := null;
    v_times := null;
    v_positions := null;
    begin
      for v_item in v_from .. v_to loop
        v_user := p_users[v_item];
        perform set_config('app.company_id', v_company::text, true), set_config('app.user_id', v_user::text, true);
        exit when app.remember_membership() is not null;
      end loop;
      select s.position into v_position from public.company_streams s where s.company_id = v_company
      for no key update skip locked;
      if not found then
        v_outcomes := array_fill('COMPANY_BUSY'::text, array[p_counts[v_index]]);
      else
        v_now := date_trunc('milliseconds', clock_timestamp());
        v_day := app.day_of(v_now);
        v_salt := app.day_salt(v_day);
        with item as materialized (
          select t.* from unnest(
            p_users[v_from:v_to], p_messages[v_from:v_to], p_conversations[v_from:v_to], p_subjects[v_from:v_to],
            p_bodies[v_from:v_to], p_metadata[v_from:v_to], p_priorities[v_from:v_to], p_client_ids[v_from:v_to],
            p_keys[v_from:v_to], p_hashes[v_from:v_to], p_words[v_from:v_to]
          ) with ordinality t (
            user_id, message_id, conversation_id, subject, body, metadata, priority, client_id, key, hash, words, number
          )
        ),
        held as materialized (
          select c.id, c.kind, c.last_seq, c.last_activity_at, c.created_by_id, c.replies_allowed, c.is_closed
          from public.conversations c
          where c.company_id = v_company and c.id = any (p_conversations[v_from:v_to])
          order by c.id for no key update skip locked
        ),
        mark as materialized (
          -- One membership at a time: joined, the planner may read all memberships of the company.
          select p.* from (select distinct i.conversation_id, i.user_id from item i) i
          cross join lateral (
            select p.conversation_id, p.user_id, p.last_read_seq, p.unread_from_seq, p.hidden_seq from public.participants p
            where p.company_id = v_company and p.conversation_id = i.conversation_id and p.user_id = i.user_id
              and p.left_at is null
            for no key update skip locked
          ) p
        ),
        author as materialized (
          select u.id from public.users u
          join public.roles r on r.company_id = u.company_id and r.id = u.role_id
          join public.companies c on c.id = u.company_id
          where u.company_id = v_company and u.id = any (p_users[v_from:v_to]) and u.is_enabled
            and 'MESSAGE_WRITE' = any (r.permissions) and c.messaging_enabled and not c.safe_mode
        ),
        judged as materialized (
          select i.number, i.user_id, i.message_id, i.conversation_id, h.last_seq, h.last_activity_at, m.last_read_seq,
            m.unread_from_seq, m.hidden_seq, case
              when a.id is null then 'ALONE'
              when h.id is null then case when exists (
                select from public.conversations c where c.company_id = v_company and c.id = i.conversation_id
              ) then 'BUSY' else 'ALONE' end
              when m.user_id is null then case when exists (
                select from public.participants p where p.company_id = v_company and p.conversation_id = i.conversation_id
                  and p.user_id = i.user_id and p.left_at is null
              ) then 'BUSY' else 'ALONE' end
              when h.is_closed or not h.replies_allowed and h.created_by_id is distinct from i.user_id then 'ALONE'
              when h.kind = 'DIRECT' and (h.last_seq = 0 or not exists (
                select from public.participants p join public.users u on u.company_id = p.company_id and u.id = p.user_id
                where p.company_id = v_company and p.conversation_id = i.conversation_id and p.user_id <> i.user_id
                  and u.company_id = v_company and u.is_enabled
              )) then 'ALONE'
              when i.key is not null and exists (
                select from public.idempotency_keys k where k.company_id = v_company and k.user_id = i.user_id
                  and k.operation = 'sendMessage' and k.key = i.key
              ) then 'ALONE'
              else 'SENT'
            end as outcome
          from item i
          left join author a on a.id = i.user_id
          left join held h on h.id = i.conversation_id
          left join mark m on m.conversation_id = i.conversation_id and m.user_id = i.user_id
        ),
        good as materialized (
          select j.*, v_position + row_number() over (order by j.number) as position,
            (j.last_seq + row_number() over of_conversation)::int as seq,
            first_value(j.user_id) over of_conversation as first_author_id,
            greatest(v_now, j.last_activity_at) as created_at
          from judged j where j.outcome = 'SENT'
          window of_conversation as (partition by j.conversation_id order by j.number)
        ),
        conversation as materialized (
          select g.conversation_id, g.first_author_id, max(g.seq) as last_seq, max(g.created_at) as created_at,
            -- The first author's leading run: what comes after another's message has that one unread before it.
            coalesce(min(g.seq) filter (where g.user_id <> g.first_author_id) - 1, max(g.seq)) as run_seq
          from good g group by g.conversation_id, g.first_author_id
        ),
        written as (
          insert into public.messages (
            company_id, id, conversation_id, seq, author_id, subject, body, metadata, priority, client_message_id, created_at
          )
          select v_company, g.message_id, g.conversation_id, g.seq, g.user_id, i.subject, i.body, i.metadata, i.priority,
            i.client_id, g.created_at
          from good g join item i using (number)
        ),
        days as (
          insert into public.message_days (company_id, day)
          select distinct v_company, app.day_of(c.created_at) from conversation c on conflict do nothing
        ),
        findable as (
          insert into public.message_words (company_id, message_id, conversation_id, created_at, words)
          select v_company, g.message_id, g.conversation_id, g.created_at, case
            when g.created_at = v_now then array(select w.word # v_salt from unnest(i.words::bigint[]) w (word))
            else app.words_of_day(i.words::bigint[], app.day_of(g.created_at))
          end
          from good g join item i using (number)
        ),
        remembered as (
          insert into public.idempotency_keys (company_id, user_id, operation, key, request_hash, message_id)
          select v_company, g.user_id, 'sendMessage', i.key, i.hash, g.message_id
          from good g join item i using (number) where i.key is not null
        ),
        numbered as (
          update public.conversations c set last_seq = n.last_seq, last_activity_at = n.created_at
          from conversation n where c.company_id = v_company and c.id = n.conversation_id
        ),
        -- The own mark follows an own send only if nothing unread lies before it.
        moved as (
          update public.participants p set last_read_seq = n.run_seq, last_delivered_seq = n.run_seq
          from conversation n
          join good g on g.conversation_id = n.conversation_id and g.seq = g.last_seq + 1
          where p.company_id = v_company and p.conversation_id = n.conversation_id and p.user_id = n.first_author_id
            and g.unread_from_seq is null and (g.last_read_seq >= g.last_seq or not exists (
              select from public.messages m
              where m.company_id = v_company and m.conversation_id = n.conversation_id
                and m.seq > greatest(g.last_read_seq, g.hidden_seq)
                and m.author_id <> n.first_author_id and m.state = 'POSTED'
                and (not m.is_restricted or exists (select from app.allowed(m.company_id, m.id, n.first_author_id)))
                and not exists (
                  select from public.hidden_messages h where h.company_id = v_company and h.user_id = n.first_author_id
                    and h.conversation_id = n.conversation_id and h.seq = m.seq
                )
            ))
        ),
        told as (
          insert into public.events (company_id, position, kind, conversation_id, message_id, seq, actor_id)
          select v_company, g.position, 'MESSAGE_SENT', g.conversation_id, g.message_id, g.seq, g.user_id from good g
        ),
        ended as (
          update public.company_streams s set position = n.position
          from (select max(g.position) as position from good g) n where s.company_id = v_company and n.position is not null
        )
        select array_agg(j.outcome order by j.number), array_agg(g.seq order by j.number),
          array_agg(g.created_at order by j.number), array_agg(g.position order by j.number)
        into v_outcomes, v_seqs, v_times, v_positions
        from judged j left join good g using (number);
      end if;
    exception when others then
      -- Sent alone, each is told its own reason, or succeeds without the one that spoiled this.
      v_outcomes := array_fill('ALONE'::text, array[p_counts[v_index]]);
      v_seqs := null;
      v_times := null;
      v_positions := null;
    end;
    return query select t.outcome, t.seq, t.created_at, t.position
    from unnest(v_outcomes, v_seqs, v_times, v_positions) with ordinality t (outcome, seq, created_at, position, number)
    order by t.number;
  end loop;
end
$$;

revoke all on function app.send_messages from public, colloquy_app, colloquy_system;
grant execute on function app.send_messages to colloquy_app;

-- prisma/sql/messages/take_sequence.sql
-- Returns the conversation locked, with its next sequence number taken: whoever is refused later gives it back by rolling back.
-- Without p_takes it keeps its number, and is only kept as it is. Null if there is no such conversation.
create or replace function app.take_sequence(p_company uuid, p_conversation uuid, p_takes boolean) returns public.conversations
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_conversation public.conversations;
begin
  if p_takes then
    update public.conversations c set last_seq = c.last_seq + 1,
      -- Under the lock, and never before the message it follows, should the clock be set back.
      last_activity_at = greatest(date_trunc('milliseconds', clock_timestamp()), c.last_activity_at)
    where c.company_id = p_company and c.id = p_conversation returning c.* into v_conversation;
  else
    select c.* into v_conversation from public.conversations c where c.company_id = p_company and c.id = p_conversation
    for no key update;
  end if;
  return v_conversation;
end
$$;

revoke all on function app.take_sequence from public, colloquy_app, colloquy_system;
grant execute on function app.take_sequence to colloquy_app;

-- prisma/sql/moderation/append_case_event.sql
-- Tells moderators of a case. The event belongs to no conversation, because moderators need not take part in one.
create or replace function app.append_case_event(p_kind text, p_case uuid, p_actor uuid) returns bigint
language sql volatile set search_path = pg_catalog, pg_temp as $$
  select app.append_event(p_kind, null, p_actor => p_actor, p_permission => 'MESSAGE_MODERATE', p_case => p_case)
$$;

revoke all on function app.append_case_event from public, colloquy_app, colloquy_system;
grant execute on function app.append_case_event to colloquy_app;

-- prisma/sql/moderation/punish_spam.sql
-- Decides about a message of the person in which p_signals were found, and takes the next step of the penalties: a warning;
-- then pauses of 5, 10, 20, 40 and 60 minutes, in which nothing is accepted; then messages are held for review. A step is
-- taken back for each whole day since the last one. Returns WARNING, REFUSED with the end of the pause, or HELD; null if
-- there is nothing to object to. p_signals is null for a person who is exempt.
create or replace function app.punish_spam(
  p_company uuid, p_user uuid, p_signals text[], out penalty text, out cooldown_until timestamptz
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
  elsif v_step >= c_held then
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

-- prisma/sql/visibility/allowed.sql
-- One row if the access rules of a message let the person see it, else none: a rule that denies wins, and where rules allow,
-- only those they name see it. Without a rule nobody does, so ask only if the message is restricted. Its author always sees
-- it, which the caller decides. The body is bound to its tables as it is created, so that no search path changes its meaning,
-- and the planner merges it into the statement that asks.
create or replace function app.allowed(p_company uuid, p_message uuid, p_user uuid) returns setof boolean
language sql stable rows 1
begin atomic
  select true from (
    select bool_or(a.effect = 'ALLOW') as is_narrowed, bool_or(a.effect = 'ALLOW' and n.is_named) as is_let,
      bool_or(a.effect = 'DENY' and n.is_named) as is_denied
    from public.message_access a
    join public.users u on u.company_id = a.company_id and u.id = p_user
    cross join lateral (
      select coalesce(
        a.user_id = u.id or a.role_id = u.role_id or a.attribute = 'department:' || lower(u.department), false
      ) as is_named
    ) n
    where a.company_id = p_company and a.message_id = p_message and a.ended_at is null
  ) r
  where not r.is_denied and (r.is_let or not r.is_narrowed);
end;

revoke all on function app.allowed from public, colloquy_app, colloquy_system;
grant execute on function app.allowed to colloquy_app, colloquy_system;

-- prisma/sql/visibility/restrict_message.sql
-- Replaces the access rules of a message by p_rules, an array of objects with effect and one of roleId, userId and attribute.
-- Returns true if there is any. Raises CQ404 for a role or person that the company does not have.
create or replace function app.restrict_message(p_company uuid, p_message uuid, p_rules jsonb) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_unknown record;
  v_last int;
begin
  update public.message_access a set ended_at = now()
  where a.company_id = p_company and a.message_id = p_message and a.ended_at is null;
  select coalesce(max(a.number), 0) into v_last from public.message_access a
  where a.company_id = p_company and a.message_id = p_message;
  select r.number - 1 as number, r.rule ? 'roleId' as is_role into v_unknown
  from jsonb_array_elements(p_rules) with ordinality r (rule, number)
  where r.rule ? 'roleId' and not exists (
      select from public.roles o where o.company_id = p_company and o.id = (r.rule ->> 'roleId')::uuid
    ) or r.rule ? 'userId' and not exists (
      select from public.users u where u.company_id = p_company and u.id = (r.rule ->> 'userId')::uuid
    )
  order by r.number limit 1;
  if found then
    raise exception using errcode = 'CQ404', message = case
      when v_unknown.is_role then 'There is no such role.' else 'There is no such person.' end;
  end if;
  insert into public.message_access (company_id, message_id, number, effect, role_id, user_id, attribute)
  select p_company, p_message, v_last + r.number, r.rule ->> 'effect', (r.rule ->> 'roleId')::uuid, (r.rule ->> 'userId')::uuid,
    lower(r.rule ->> 'attribute')
  from jsonb_array_elements(p_rules) with ordinality r (rule, number);
  return found;
end
$$;

revoke all on function app.restrict_message from public, colloquy_app, colloquy_system;
grant execute on function app.restrict_message to colloquy_app;

-- prisma/sql/messages/message_gaps.sql
alter table public.message_gaps enable row level security;
alter table public.message_gaps force row level security;

drop policy if exists message_gaps_system on public.message_gaps;
create policy message_gaps_system on public.message_gaps to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists message_gaps_tenant on public.message_gaps;
create policy message_gaps_tenant on public.message_gaps to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.message_gaps from public, colloquy_app, colloquy_system;
grant select on table public.message_gaps to colloquy_app;
grant delete, insert, select, update on table public.message_gaps to colloquy_system;

-- prisma/sql/moderation/message_reports.sql
alter table public.message_reports enable row level security;
alter table public.message_reports force row level security;

drop policy if exists message_reports_system on public.message_reports;
create policy message_reports_system on public.message_reports to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists message_reports_tenant on public.message_reports;
create policy message_reports_tenant on public.message_reports to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.message_reports from public, colloquy_app, colloquy_system;
grant insert, select on table public.message_reports to colloquy_app;
grant select on table public.message_reports to colloquy_system;

-- prisma/sql/moderation/moderation_cases.sql
alter table public.moderation_cases enable row level security;
alter table public.moderation_cases force row level security;

drop policy if exists moderation_cases_system on public.moderation_cases;
create policy moderation_cases_system on public.moderation_cases to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists moderation_cases_tenant on public.moderation_cases;
create policy moderation_cases_tenant on public.moderation_cases to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.moderation_cases from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.moderation_cases to colloquy_app;
grant select on table public.moderation_cases to colloquy_system;

-- prisma/sql/moderation/spam_penalties.sql
alter table public.spam_penalties enable row level security;
alter table public.spam_penalties force row level security;

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

-- prisma/sql/visibility/message_access.sql
alter table public.message_access enable row level security;
alter table public.message_access force row level security;

drop policy if exists message_access_system on public.message_access;
create policy message_access_system on public.message_access to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists message_access_tenant on public.message_access;
create policy message_access_tenant on public.message_access to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.message_access from public, colloquy_app, colloquy_system;
grant insert, select, update (ended_at) on table public.message_access to colloquy_app;
grant select on table public.message_access to colloquy_system;
