-- Tenancy: the serving role sees the rows of the bound company, and only while the bound user's membership there is
-- enabled. Nothing bound, or '' after a reset, means no rows. The tables below are those of prisma/schema.prisma with the
-- checks and indexes that its language cannot say; functions, policies, triggers and rights are those of prisma/sql.

do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'colloquy_app')
    or not exists (select from pg_catalog.pg_roles where rolname = 'colloquy_system') then
    raise exception 'The roles colloquy_app and colloquy_system must exist before the first migration.';
  end if;
end
$$;

-- Objects in pg_temp are found before most others, so no serving role may create any there, nor in public. Only the
-- database's owner can say so; others are told by the server, which does not start before it is done.
do $$
begin
  if pg_has_role(current_user, (select d.datdba from pg_catalog.pg_database d where d.datname = current_database()), 'usage') then
    execute format('revoke temporary on database %I from public', current_database());
  end if;
end
$$;

create schema app;
grant usage on schema app, public to colloquy_app, colloquy_system;
-- PostgreSQL lets everyone run a new function; here each one is granted by name.
alter default privileges revoke execute on functions from public;
-- A node that starts reads there whether anything is left to migrate.
grant select on _prisma_migrations to colloquy_system;

-- Its tables and functions will be those of colloquy_system, which therefore needs no right on the database itself.
create schema graphile_worker;
grant usage, create on schema graphile_worker to colloquy_system;
grant usage on schema graphile_worker to colloquy_app;

-- Values are text with a check, not enums: enum equality is not leakproof, so it never becomes an index condition under
-- row-level security. Foreign keys between tenant tables are composite (company_id, id).


-- To which groups or people; who they are is settled when it is sent.
create table broadcast_groups (
  company_id uuid not null,
  broadcast_id uuid not null,
  conversation_id uuid not null,
  constraint broadcast_groups_pkey primary key (company_id, broadcast_id, conversation_id)
);

create table broadcast_users (
  company_id uuid not null,
  broadcast_id uuid not null,
  user_id uuid not null,
  constraint broadcast_users_pkey primary key (company_id, broadcast_id, user_id)
);

-- A broadcast; once sent it is message 1 of its own conversation, and both have its id. Its texts are bound to that message
-- from the start, so that sending them late moves ciphertext and needs no key.
create table broadcasts (
  company_id uuid not null,
  id uuid not null,
  author_id uuid not null,
  subject bytea not null,
  body bytea not null,
  words bigint[] not null default '{}'::bigint[],
  priority text not null default 'NORMAL'::text,
  audience text not null,
  status text not null,
  local_time text,
  time_zone text,
  scheduled_for timestamp(3) with time zone,
  sent_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  listed_at timestamp(3) with time zone not null default CURRENT_TIMESTAMP,
  email_offline boolean not null default false,
  replies_allowed boolean not null default false,
  recipient_count integer not null default 0,
  delivered_count integer not null default 0,
  read_count integer not null default 0,
  constraint broadcasts_pkey primary key (company_id, id),
  constraint broadcasts_audience_check check ((audience = ANY (ARRAY['ALL'::text, 'GROUPS'::text, 'USERS'::text]))),
  constraint broadcasts_counts_check check ((((read_count >= 0) AND (read_count <= delivered_count)) AND (delivered_count <= recipient_count))),
  constraint broadcasts_priority_check check ((priority = ANY (ARRAY['LOW'::text, 'NORMAL'::text, 'HIGH'::text, 'URGENT'::text]))),
  constraint broadcasts_schedule_check check ((((local_time IS NULL) = (time_zone IS NULL)) AND ((local_time IS NULL) = (scheduled_for IS NULL)) AND ((status = 'SENT'::text) = (sent_at IS NOT NULL)) AND ((status = 'SENT'::text) OR (scheduled_for IS NOT NULL)))),
  constraint broadcasts_status_check check ((status = ANY (ARRAY['SCHEDULED'::text, 'SENT'::text, 'CANCELLED'::text])))
);

create table companies (
  id uuid not null,
  external_id text,
  name text not null,
  created_at timestamp(3) with time zone not null default CURRENT_TIMESTAMP,
  messaging_enabled boolean not null default true,
  safe_mode boolean not null default false,
  send_limits jsonb,
  max_thread_depth integer not null default 8,
  default_group_access text not null default 'OPEN'::text,
  edit_window_minutes integer,
  retract_window_minutes integer,
  revisions_visible_to text not null default 'AUDITORS'::text,
  email_delay_minutes integer not null default 10,
  broadcasts_per_hour integer not null default 10,
  event_retention_days integer not null default 30,
  access_version integer not null default 1,
  constraint companies_pkey primary key (id),
  constraint companies_delays_check check (((COALESCE(edit_window_minutes, 0) >= 0) AND (COALESCE(retract_window_minutes, 0) >= 0) AND (email_delay_minutes >= 0) AND (broadcasts_per_hour >= 0) AND (event_retention_days >= 1))),
  constraint companies_depth_check check (((max_thread_depth >= 0) AND (max_thread_depth <= 64))),
  constraint companies_group_access_check check ((default_group_access = ANY (ARRAY['OPEN'::text, 'CLOSED'::text, 'PRIVATE'::text]))),
  constraint companies_name_check check ((name <> ''::text)),
  constraint companies_revisions_check check ((revisions_visible_to = ANY (ARRAY['AUDITORS'::text, 'PARTICIPANTS'::text])))
);

create table company_streams (
  company_id uuid not null,
  "position" bigint not null default 0,
  constraint company_streams_pkey primary key (company_id)
);

create table connection_tickets (
  company_id uuid not null,
  ticket_hash bytea not null,
  user_id uuid not null,
  expires_at timestamp(3) with time zone not null,
  token_expires_at timestamp(3) with time zone not null,
  constraint connection_tickets_pkey primary key (company_id, ticket_hash)
);

create table conversations (
  company_id uuid not null,
  id uuid not null,
  kind text not null,
  title text not null default ''::text,
  title_folded text not null default ''::text,
  description bytea,
  access text,
  context_type text,
  context_id text,
  sensitivity text not null default 'NORMAL'::text,
  replies_allowed boolean not null default true,
  created_by_id uuid,
  created_at timestamp(3) with time zone not null default CURRENT_TIMESTAMP,
  last_seq integer not null default 0,
  last_activity_at timestamp(3) with time zone not null default CURRENT_TIMESTAMP,
  is_closed boolean not null default false,
  access_version integer not null default 1,
  audience text not null default 'PARTICIPANTS'::text,
  constraint conversations_pkey primary key (company_id, id),
  constraint conversations_access_check check ((((kind = 'GROUP'::text) = (access IS NOT NULL)) AND (access = ANY (ARRAY['OPEN'::text, 'CLOSED'::text, 'PRIVATE'::text])))),
  constraint conversations_audience_check check ((audience = ANY (ARRAY['PARTICIPANTS'::text, 'COMPANY'::text, 'VISITORS'::text]))),
  constraint conversations_context_check check ((((kind = 'CONTEXT'::text) = (context_type IS NOT NULL)) AND ((context_type IS NULL) = (context_id IS NULL)) AND (context_type = ANY (ARRAY['TRANSACTION'::text, 'PLAN'::text, 'TOPIC'::text])))),
  constraint conversations_kind_check check ((kind = ANY (ARRAY['DIRECT'::text, 'GROUP'::text, 'BROADCAST'::text, 'GLOBAL'::text, 'CONTEXT'::text]))),
  constraint conversations_last_seq_check check ((last_seq >= 0)),
  constraint conversations_sensitivity_check check ((sensitivity = ANY (ARRAY['NORMAL'::text, 'CONFIDENTIAL'::text, 'RESTRICTED'::text])))
);

create table data_keys (
  company_id uuid not null,
  id uuid not null,
  wrapped bytea not null,
  created_at timestamp(3) with time zone not null default CURRENT_TIMESTAMP,
  constraint data_keys_pkey primary key (company_id, id)
);

-- How far a company's events have been looked through for people to send an e-mail to. A company that was
-- there before this table starts with what happens from now on.
create table digest_marks (
  company_id uuid not null,
  "position" bigint not null default 0,
  constraint digest_marks_pkey primary key (company_id)
);

create table events (
  company_id uuid not null,
  "position" bigint not null,
  kind text not null,
  conversation_id uuid,
  message_id uuid,
  seq integer,
  actor_id uuid,
  recipient_id uuid,
  joined_ids uuid[] default ARRAY[]::uuid[],
  left_ids uuid[] default ARRAY[]::uuid[],
  created_at timestamp(3) with time zone not null default CURRENT_TIMESTAMP,
  constraint events_pkey primary key (company_id, "position"),
  constraint events_kind_check check ((kind = ANY (ARRAY['MESSAGE_SENT'::text, 'MESSAGE_EDITED'::text, 'MESSAGE_RETRACTED'::text, 'MESSAGE_HIDDEN'::text, 'REACTIONS_CHANGED'::text, 'READ'::text, 'READ_REMINDER'::text, 'DELIVERED'::text, 'PARTICIPANTS_CHANGED'::text, 'CONVERSATION_CHANGED'::text, 'CONVERSATION_HIDDEN'::text, 'MUTE_CHANGED'::text, 'ACCESS_CHANGED'::text, 'BROADCAST_SENT'::text, 'BROADCAST_REMINDED'::text]))),
  constraint events_message_check check (((message_id IS NULL) OR (conversation_id IS NOT NULL)))
);

-- Messages that one person has deleted for themselves.
create table hidden_messages (
  company_id uuid not null,
  user_id uuid not null,
  conversation_id uuid not null,
  seq integer not null,
  message_id uuid not null,
  created_at timestamp(3) with time zone not null default CURRENT_TIMESTAMP,
  constraint hidden_messages_pkey primary key (company_id, user_id, conversation_id, seq)
);

create table idempotency_keys (
  company_id uuid not null,
  user_id uuid not null,
  operation text not null,
  key text not null,
  request_hash bytea not null,
  message_id uuid,
  created_at timestamp(3) with time zone not null default CURRENT_TIMESTAMP,
  broadcast_id uuid,
  constraint idempotency_keys_pkey primary key (company_id, user_id, operation, key),
  constraint idempotency_keys_key_check check (((length(key) >= 1) AND (length(key) <= 128))),
  constraint idempotency_keys_result_check check ((num_nonnulls(message_id, broadcast_id) = 1))
);

create table mentions (
  company_id uuid not null,
  message_id uuid not null,
  user_id uuid not null,
  conversation_id uuid not null,
  seq integer,
  constraint mentions_pkey primary key (company_id, message_id, user_id)
);

-- The days on which something was said, counted from 1970 (UTC): a search looks at no others.
create table message_days (
  company_id uuid not null,
  day integer not null,
  constraint message_days_pkey primary key (company_id, day)
);

-- A message's earlier texts, each as it was until an edit replaced it.
create table message_revisions (
  company_id uuid not null,
  message_id uuid not null,
  revision integer not null,
  subject bytea,
  body bytea not null,
  edited_at timestamp(3) with time zone not null,
  edited_by_id uuid not null,
  constraint message_revisions_pkey primary key (company_id, message_id, revision)
);

-- The words of a message as keyed hashes, in one row: what is said is searched without a word of it being stored. Each
-- hash is mixed with the day (app.day_salt), so that the index holds a word's messages day by day and a frequent word is
-- read from the newest day backwards; an index of this kind has no order of its own.
create table message_words (
  company_id uuid not null,
  message_id uuid not null,
  conversation_id uuid not null,
  created_at timestamp(3) with time zone not null,
  words bigint[] not null,
  constraint message_words_pkey primary key (company_id, message_id)
);

create table messages (
  company_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  seq integer,
  author_id uuid not null,
  parent_id uuid,
  depth integer not null default 0,
  subject bytea,
  body bytea not null,
  metadata bytea,
  priority text not null default 'NORMAL'::text,
  state text not null default 'POSTED'::text,
  client_message_id text,
  created_at timestamp(3) with time zone not null default CURRENT_TIMESTAMP,
  edited_at timestamp(3) with time zone,
  retracted_at timestamp(3) with time zone,
  revision integer not null default 0,
  constraint messages_pkey primary key (company_id, id),
  constraint messages_depth_check check ((((parent_id IS NULL) = (depth = 0)) AND (depth >= 0))),
  constraint messages_priority_check check ((priority = ANY (ARRAY['LOW'::text, 'NORMAL'::text, 'HIGH'::text, 'URGENT'::text]))),
  constraint messages_seq_check check ((((state = ANY (ARRAY['HELD'::text, 'REJECTED'::text])) = (seq IS NULL)) AND (seq >= 1))),
  constraint messages_state_check check ((state = ANY (ARRAY['POSTED'::text, 'HELD'::text, 'REJECTED'::text, 'RETRACTED'::text])))
);

create table participants (
  company_id uuid not null,
  conversation_id uuid not null,
  user_id uuid not null,
  role text not null default 'MEMBER'::text,
  joined_at timestamp(3) with time zone not null default CURRENT_TIMESTAMP,
  joined_seq integer not null default 0,
  left_at timestamp(3) with time zone,
  last_read_seq integer not null default 0,
  last_delivered_seq integer not null default 0,
  unread_from_seq integer,
  is_muted boolean not null default false,
  muted_until timestamp(3) with time zone,
  hidden_seq integer,
  constraint participants_pkey primary key (company_id, conversation_id, user_id),
  constraint participants_hidden_check check ((hidden_seq >= 0)),
  constraint participants_marks_check check (((last_read_seq >= 0) AND (last_delivered_seq >= last_read_seq) AND (joined_seq >= 0) AND (unread_from_seq >= 1))),
  constraint participants_mute_check check ((is_muted OR (muted_until IS NULL))),
  constraint participants_role_check check ((role = ANY (ARRAY['ADMIN'::text, 'MEMBER'::text])))
);

-- People with something unread that they are to hear of by e-mail, once they are offline. One job at a time is in the queue
-- for each: queued_at is when it was put there.
create table pending_digests (
  company_id uuid not null,
  user_id uuid not null,
  checked_at timestamp(3) with time zone,
  queued_at timestamp(3) with time zone,
  constraint pending_digests_pkey primary key (company_id, user_id)
);

-- One per person and emoji; taken back, it stays as a row that is off.
create table reactions (
  company_id uuid not null,
  message_id uuid not null,
  emoji text not null,
  user_id uuid not null,
  is_on boolean not null default true,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint reactions_pkey primary key (company_id, message_id, emoji, user_id)
);

create table receipts (
  company_id uuid not null,
  conversation_id uuid not null,
  user_id uuid not null,
  status text not null,
  up_to_seq integer not null,
  at timestamp(3) with time zone not null default CURRENT_TIMESTAMP,
  constraint receipts_pkey primary key (company_id, conversation_id, user_id, status, up_to_seq),
  constraint receipts_seq_check check ((up_to_seq >= 1)),
  constraint receipts_status_check check ((status = ANY (ARRAY['DELIVERED'::text, 'READ'::text])))
);

create table roles (
  company_id uuid not null,
  id uuid not null,
  name text not null,
  permissions text[],
  is_built_in boolean not null default false,
  constraint roles_pkey primary key (company_id, id)
);

-- Up to which message of a conversation a person has been told by e-mail.
create table told_messages (
  company_id uuid not null,
  user_id uuid not null,
  conversation_id uuid not null,
  seq integer not null,
  constraint told_messages_pkey primary key (company_id, user_id, conversation_id)
);

-- Each word that a person is found by. Under row-level security only comparisons become index conditions, no array or
-- trigram operators; the key holds all that a search needs, so that it reads the index alone.
create table user_words (
  company_id uuid not null,
  word text collate "C" not null,
  name_folded text collate "C" not null,
  user_id uuid not null,
  is_enabled boolean not null,
  constraint user_words_pkey primary key (company_id, word, name_folded, user_id, is_enabled)
);

create table users (
  company_id uuid not null,
  id uuid not null,
  external_id text,
  name text not null,
  name_folded text collate "C" not null,
  email text,
  department text,
  role_id uuid not null,
  is_enabled boolean not null default true,
  joined_at timestamp(3) with time zone not null default CURRENT_TIMESTAMP,
  issuer text,
  subject text,
  sound boolean not null default true,
  browser_notifications boolean not null default true,
  email_when_offline boolean not null default true,
  search_words text[] not null,
  search_source text not null,
  constraint users_pkey primary key (company_id, id),
  constraint users_login_check check (((issuer IS NULL) = (subject IS NULL))),
  constraint users_name_check check ((name <> ''::text)),
  constraint users_search_source_check check ((search_source = ((name || '
'::text) || COALESCE(email, ''::text)))),
  constraint users_search_words_check check (((cardinality(search_words) >= 1) AND (cardinality(search_words) <= 32)))
);

create table app.secrets (
  name text not null,
  key bytea not null,
  constraint secrets_pkey primary key (name),
  constraint secrets_key_check check ((octet_length(key) = 32))
);

create index broadcasts_company_id_listed_at_id_idx on broadcasts (company_id, listed_at, id);
create index broadcasts_company_id_sent_at_idx on broadcasts (company_id, sent_at);
create unique index companies_external_id_key on companies (external_id);
create index connection_tickets_age_idx on connection_tickets (expires_at);
create unique index connection_tickets_ticket_hash_key on connection_tickets (ticket_hash);
create index conversations_company_id_kind_title_folded_id_idx on conversations (company_id, kind, title_folded, id);
create index conversations_company_wide_idx on conversations (company_id, id) where (audience = 'COMPANY'::text);
-- Conversations that people can see without a membership.
create index conversations_without_memberships_idx on conversations (company_id, id) where (audience <> 'PARTICIPANTS'::text);
-- A context has at most one conversation that everybody may see, and beside it at most one restricted one: a restricted
-- conversation keeps nobody from talking about the same thing, and nobody learns of it by trying.
create unique index conversations_company_id_context_type_context_id_audience_key on conversations (company_id, context_type, context_id, audience);
-- Housekeeping by age.
create index idempotency_keys_age_idx on idempotency_keys (created_at);
create index mentions_company_id_user_id_conversation_id_seq_idx on mentions (company_id, user_id, conversation_id, seq);
-- Every search reads the list of what is not sorted in yet, so it is kept short.
create index message_words_words_idx on message_words using gin (words) WITH (gin_pending_list_limit='512');
create index messages_company_id_conversation_id_author_id_seq_idx on messages (company_id, conversation_id, author_id, seq);
-- Replies to a message, in order.
create index messages_replies_idx on messages (company_id, parent_id, seq) where (parent_id IS NOT NULL);
-- Unread counts subtract retracted messages; this keeps the cost to their number.
create index messages_retracted_idx on messages (company_id, conversation_id, seq) where (state = 'RETRACTED'::text);
-- Messages by author, latest first. The condition always holds, and only the statement that repeats it can use this
-- index: the planner takes company and author for independent of each other, believes that an author has next to no
-- messages, and would count the viewer's own in one conversation by reading all that the viewer ever sent.
create index messages_sent_idx on messages (company_id, author_id, created_at, id) where (depth >= 0);
create unique index messages_company_id_conversation_id_id_key on messages (company_id, conversation_id, id);
create unique index messages_company_id_conversation_id_seq_key on messages (company_id, conversation_id, seq);
create statistics public.messages_of_a_conversation (dependencies) ON company_id, conversation_id from messages;
create index participants_company_id_user_id_conversation_id_idx on participants (company_id, user_id, conversation_id);
create unique index roles_company_id_name_key on roles (company_id, name);
create index told_messages_company_id_conversation_id_idx on told_messages (company_id, conversation_id);
create index user_words_company_id_user_id_idx on user_words (company_id, user_id);
-- The members of a company-wide conversation, longest-standing first.
create index users_company_id_joined_at_id_idx on users (company_id, joined_at, id);
create index users_company_id_name_folded_id_idx on users (company_id, name_folded, id);
create index users_external_id_idx on users (external_id);
create index users_issuer_subject_idx on users (issuer, subject);
create unique index users_company_id_external_id_key on users (company_id, external_id);
create unique index users_company_id_issuer_subject_key on users (company_id, issuer, subject);

alter table broadcast_groups add constraint broadcast_groups_company_id_broadcast_id_fkey foreign key (company_id, broadcast_id) references broadcasts(company_id, id) on update cascade on delete cascade;
alter table broadcast_groups add constraint broadcast_groups_company_id_conversation_id_fkey foreign key (company_id, conversation_id) references conversations(company_id, id) on update cascade on delete cascade;
alter table broadcast_users add constraint broadcast_users_company_id_broadcast_id_fkey foreign key (company_id, broadcast_id) references broadcasts(company_id, id) on update cascade on delete cascade;
alter table broadcast_users add constraint broadcast_users_company_id_user_id_fkey foreign key (company_id, user_id) references users(company_id, id) on update cascade on delete cascade;
alter table broadcasts add constraint broadcasts_company_id_author_id_fkey foreign key (company_id, author_id) references users(company_id, id);
alter table broadcasts add constraint broadcasts_company_id_fkey foreign key (company_id) references companies(id) on update cascade on delete cascade;
alter table company_streams add constraint company_streams_company_id_fkey foreign key (company_id) references companies(id) on update cascade on delete cascade;
alter table connection_tickets add constraint connection_tickets_company_id_user_id_fkey foreign key (company_id, user_id) references users(company_id, id) on update cascade on delete cascade;
alter table conversations add constraint conversations_company_id_created_by_id_fkey foreign key (company_id, created_by_id) references users(company_id, id);
alter table conversations add constraint conversations_company_id_fkey foreign key (company_id) references companies(id) on update cascade on delete cascade;
alter table data_keys add constraint data_keys_company_id_fkey foreign key (company_id) references companies(id) on update cascade on delete cascade;
alter table digest_marks add constraint digest_marks_company_id_fkey foreign key (company_id) references companies(id) on update cascade on delete cascade;
alter table events add constraint events_company_id_actor_id_fkey foreign key (company_id, actor_id) references users(company_id, id);
alter table events add constraint events_company_id_conversation_id_fkey foreign key (company_id, conversation_id) references conversations(company_id, id) on update cascade on delete cascade;
alter table events add constraint events_company_id_fkey foreign key (company_id) references companies(id) on update cascade on delete cascade;
alter table events add constraint events_company_id_message_id_fkey foreign key (company_id, message_id) references messages(company_id, id);
alter table events add constraint events_company_id_recipient_id_fkey foreign key (company_id, recipient_id) references users(company_id, id);
alter table hidden_messages add constraint hidden_messages_company_id_conversation_id_fkey foreign key (company_id, conversation_id) references conversations(company_id, id) on update cascade on delete cascade;
alter table hidden_messages add constraint hidden_messages_company_id_message_id_fkey foreign key (company_id, message_id) references messages(company_id, id) on update cascade on delete cascade;
alter table hidden_messages add constraint hidden_messages_company_id_user_id_fkey foreign key (company_id, user_id) references users(company_id, id) on update cascade on delete cascade;
alter table idempotency_keys add constraint idempotency_keys_company_id_broadcast_id_fkey foreign key (company_id, broadcast_id) references broadcasts(company_id, id) on update cascade on delete cascade;
alter table idempotency_keys add constraint idempotency_keys_company_id_message_id_fkey foreign key (company_id, message_id) references messages(company_id, id) on update cascade on delete cascade;
alter table idempotency_keys add constraint idempotency_keys_company_id_user_id_fkey foreign key (company_id, user_id) references users(company_id, id) on update cascade on delete cascade;
alter table mentions add constraint mentions_company_id_conversation_id_fkey foreign key (company_id, conversation_id) references conversations(company_id, id) on update cascade on delete cascade;
alter table mentions add constraint mentions_company_id_conversation_id_message_id_fkey foreign key (company_id, conversation_id, message_id) references messages(company_id, conversation_id, id) on update cascade on delete cascade;
alter table mentions add constraint mentions_company_id_user_id_fkey foreign key (company_id, user_id) references users(company_id, id) on update cascade on delete cascade;
alter table message_days add constraint message_days_company_id_fkey foreign key (company_id) references companies(id) on update cascade on delete restrict;
alter table message_revisions add constraint message_revisions_company_id_edited_by_id_fkey foreign key (company_id, edited_by_id) references users(company_id, id);
alter table message_revisions add constraint message_revisions_company_id_message_id_fkey foreign key (company_id, message_id) references messages(company_id, id) on update cascade on delete cascade;
alter table message_words add constraint message_words_company_id_conversation_id_message_id_fkey foreign key (company_id, conversation_id, message_id) references messages(company_id, conversation_id, id) on update cascade on delete cascade;
alter table messages add constraint messages_company_id_author_id_fkey foreign key (company_id, author_id) references users(company_id, id);
alter table messages add constraint messages_company_id_conversation_id_fkey foreign key (company_id, conversation_id) references conversations(company_id, id) on update cascade on delete cascade;
alter table messages add constraint messages_company_id_conversation_id_parent_id_fkey foreign key (company_id, conversation_id, parent_id) references messages(company_id, conversation_id, id);
alter table participants add constraint participants_company_id_conversation_id_fkey foreign key (company_id, conversation_id) references conversations(company_id, id) on update cascade on delete cascade;
alter table participants add constraint participants_company_id_user_id_fkey foreign key (company_id, user_id) references users(company_id, id) on update cascade on delete cascade;
alter table pending_digests add constraint pending_digests_company_id_user_id_fkey foreign key (company_id, user_id) references users(company_id, id) on update cascade on delete cascade;
alter table reactions add constraint reactions_company_id_message_id_fkey foreign key (company_id, message_id) references messages(company_id, id) on update cascade on delete cascade;
alter table reactions add constraint reactions_company_id_user_id_fkey foreign key (company_id, user_id) references users(company_id, id) on update cascade on delete cascade;
alter table receipts add constraint receipts_company_id_conversation_id_fkey foreign key (company_id, conversation_id) references conversations(company_id, id) on update cascade on delete cascade;
alter table receipts add constraint receipts_company_id_user_id_fkey foreign key (company_id, user_id) references users(company_id, id) on update cascade on delete cascade;
alter table roles add constraint roles_company_id_fkey foreign key (company_id) references companies(id) on update cascade on delete cascade;
alter table told_messages add constraint told_messages_company_id_conversation_id_fkey foreign key (company_id, conversation_id) references conversations(company_id, id) on update cascade on delete cascade;
alter table told_messages add constraint told_messages_company_id_user_id_fkey foreign key (company_id, user_id) references users(company_id, id) on update cascade on delete cascade;
alter table user_words add constraint user_words_company_id_user_id_fkey foreign key (company_id, user_id) references users(company_id, id) on update cascade on delete cascade;
alter table users add constraint users_company_id_fkey foreign key (company_id) references companies(id) on update cascade on delete cascade;
alter table users add constraint users_company_id_role_id_fkey foreign key (company_id, role_id) references roles(company_id, id) on update restrict on delete restrict;

-- Random UUIDs come from the system's own source of secrets; each fixes six of its bits.
insert into app.secrets (name, key) values (
  'membership',
  sha256(decode(replace(concat(gen_random_uuid(), gen_random_uuid(), gen_random_uuid()), '-', ''), 'hex'))
);

set local check_function_bodies = off;
set local row_security = on;

-- prisma/sql/auth/mint_ticket.sql
-- Creates a ticket for the bound member, and deletes a few expired ones so that unused tickets do not accumulate.
create or replace function app.mint_ticket(p_hash bytea, p_token_expires_at timestamptz) returns timestamptz
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  delete from public.connection_tickets t where t.ticket_hash in (
    select e.ticket_hash from public.connection_tickets e where e.expires_at <= now()
    order by e.expires_at limit 10 for update skip locked
  );
  insert into public.connection_tickets (company_id, ticket_hash, user_id, expires_at, token_expires_at)
  select m.company_id, p_hash, app.bound_user(), least(now() + interval '60 seconds', p_token_expires_at), p_token_expires_at
  from (select app.current_company() as company_id) m where m.company_id is not null
  returning expires_at
$$;

revoke all on function app.mint_ticket from public, colloquy_app, colloquy_system;
grant execute on function app.mint_ticket to colloquy_app;

-- prisma/sql/auth/redeem_ticket.sql
-- A ticket is valid once because it is redeemed by deleting its row: only one caller can delete it.
create or replace function app.redeem_ticket(p_hash bytea)
returns table (company_id uuid, user_id uuid, token_expires_at timestamptz, is_enabled boolean)
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  delete from public.connection_tickets t using public.users u
  where t.ticket_hash = p_hash and t.expires_at > now() and u.company_id = t.company_id and u.id = t.user_id
  returning t.company_id, t.user_id, t.token_expires_at, u.is_enabled
$$;

revoke all on function app.redeem_ticket from public, colloquy_app, colloquy_system;
grant execute on function app.redeem_ticket to colloquy_app;

-- prisma/sql/broadcasts/cancel_broadcast.sql
-- Cancels a broadcast. Its job is not removed; it finds the broadcast cancelled and does nothing.
create or replace function app.cancel_broadcast(p_company uuid, p_user uuid, p_broadcast uuid) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
begin
  perform app.hold_broadcast(v_company, p_user, p_broadcast);
  update public.broadcasts b set status = 'CANCELLED' where b.company_id = v_company and b.id = p_broadcast;
end
$$;

revoke all on function app.cancel_broadcast from public, colloquy_app, colloquy_system;
grant execute on function app.cancel_broadcast to colloquy_app;

-- prisma/sql/broadcasts/count_broadcast_marks.sql
-- Counts a recipient's first delivery and first reading. Memberships that begin after message 1 are not counted: the
-- author's, and those of members who joined later. A person who was disabled when the broadcast was sent may read it
-- later, so the counts are capped at the number of recipients.
create or replace function app.count_broadcast_marks() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  update public.broadcasts b set
    delivered_count = least(
      b.recipient_count, b.delivered_count + (old.last_delivered_seq = 0 and new.last_delivered_seq > 0)::int
    ),
    read_count = least(b.recipient_count, b.read_count + (old.last_read_seq = 0 and new.last_read_seq > 0)::int)
  where b.company_id = new.company_id and b.id = new.conversation_id;
  return null;
end
$$;

revoke all on function app.count_broadcast_marks from public, colloquy_app, colloquy_system;
grant execute on function app.count_broadcast_marks to colloquy_app;

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

-- prisma/sql/broadcasts/free_broadcast_at.sql
-- Returns the time at which the company may send its next broadcast, given those of the last hour. A time in the past
-- means now. The caller holds the lock of the company's broadcasts. Raises CQ403 if the company's limit is 0.
create or replace function app.free_broadcast_at(p_company uuid) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_max int;
  v_free_at timestamptz;
begin
  select c.broadcasts_per_hour into v_max from public.companies c where c.id = p_company;
  if v_max = 0 then
    raise exception using errcode = 'CQ403', message = 'Broadcasts are switched off in this company.';
  end if;
  select b.sent_at + interval '1 hour' into v_free_at from public.broadcasts b
  where b.company_id = p_company and b.sent_at > clock_timestamp() - interval '1 hour'
  order by b.sent_at desc offset v_max - 1 limit 1;
  return coalesce(v_free_at, clock_timestamp());
end
$$;

revoke all on function app.free_broadcast_at from public, colloquy_app, colloquy_system;
grant execute on function app.free_broadcast_at to colloquy_app;

-- prisma/sql/broadcasts/hold_broadcast.sql
-- Locks and returns the author's own scheduled broadcast. Raises CQ404 for the broadcast of another author, CQ409 if it
-- has been sent or cancelled.
create or replace function app.hold_broadcast(p_company uuid, p_user uuid, p_broadcast uuid) returns public.broadcasts
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_broadcast public.broadcasts;
begin
  select b.* into v_broadcast from public.broadcasts b
  where b.company_id = p_company and b.id = p_broadcast and b.author_id = p_user for no key update;
  if v_broadcast.id is null then
    raise exception using errcode = 'CQ404', message = 'There is no such broadcast.', column = 'broadcastId';
  elsif v_broadcast.status = 'SENT' then
    raise exception using errcode = 'CQ409', message = 'The broadcast has been sent already.', column = 'broadcastId';
  elsif v_broadcast.status = 'CANCELLED' then
    raise exception using errcode = 'CQ409', message = 'The broadcast has been cancelled.', column = 'broadcastId';
  end if;
  return v_broadcast;
end
$$;

revoke all on function app.hold_broadcast from public, colloquy_app, colloquy_system;
grant execute on function app.hold_broadcast to colloquy_app;

-- prisma/sql/broadcasts/remembered_broadcast.sql
create or replace function app.remembered_broadcast(p_user uuid, p_key text, p_hash bytea) returns uuid
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_broadcast uuid;
  v_hash bytea;
begin
  select k.broadcast_id, k.request_hash into v_broadcast, v_hash from public.idempotency_keys k
  where k.company_id = app.bound_company() and k.user_id = p_user and k.operation = 'sendBroadcast' and k.key = p_key;
  if v_hash <> p_hash then
    raise exception using errcode = 'CQ409', column = 'idempotencyKey',
      message = 'This idempotency key was used for a broadcast with other content.';
  end if;
  return v_broadcast;
end
$$;

revoke all on function app.remembered_broadcast from public, colloquy_app, colloquy_system;
grant execute on function app.remembered_broadcast to colloquy_app;

-- prisma/sql/broadcasts/remind_recipients.sql
-- Notifies the recipients who have not read it again. Returns their number and the position of the event.
create or replace function app.remind_recipients(
  p_company uuid, p_user uuid, p_broadcast uuid, out unread_count int, out "position" bigint
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_broadcast public.broadcasts;
begin
  select b.* into v_broadcast from public.broadcasts b
  where b.company_id = v_company and b.id = p_broadcast and b.author_id = p_user;
  if v_broadcast.id is null then
    raise exception using errcode = 'CQ404', message = 'There is no such broadcast.', column = 'broadcastId';
  elsif v_broadcast.status <> 'SENT' then
    raise exception using errcode = 'CQ409', message = 'The broadcast has not been sent.', column = 'broadcastId';
  end if;
  unread_count := v_broadcast.recipient_count - v_broadcast.read_count;
  if unread_count > 0 then
    position := app.append_event('BROADCAST_REMINDED', p_broadcast, p_broadcast, 1, p_user);
  end if;
end
$$;

revoke all on function app.remind_recipients from public, colloquy_app, colloquy_system;
grant execute on function app.remind_recipients to colloquy_app;

-- prisma/sql/broadcasts/reschedule_broadcast.sql
create or replace function app.reschedule_broadcast(
  p_company uuid, p_user uuid, p_broadcast uuid, p_local_time text, p_time_zone text, p_scheduled_for timestamptz
) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
begin
  perform app.hold_broadcast(v_company, p_user, p_broadcast);
  perform app.free_broadcast_at(v_company);
  update public.broadcasts b set local_time = p_local_time, time_zone = p_time_zone, scheduled_for = p_scheduled_for
  where b.company_id = v_company and b.id = p_broadcast;
  perform app.schedule_broadcast(p_broadcast, p_scheduled_for);
end
$$;

revoke all on function app.reschedule_broadcast from public, colloquy_app, colloquy_system;
grant execute on function app.reschedule_broadcast to colloquy_app;

-- prisma/sql/broadcasts/schedule_broadcast.sql
-- Enqueues the job that sends the broadcast. It replaces an earlier job of the same broadcast.
create or replace function app.schedule_broadcast(p_broadcast uuid, p_at timestamptz) returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
  select app.enqueue_job(
    'send_broadcast', json_build_object('broadcastId', p_broadcast), p_at, 'broadcast ' || p_broadcast
  )
$$;

revoke all on function app.schedule_broadcast from public, colloquy_app, colloquy_system;
grant execute on function app.schedule_broadcast to colloquy_app;

-- prisma/sql/broadcasts/send_broadcast.sql
-- Stores a broadcast and, unless it is scheduled, sends it. Raises CQ429 if the company has reached its broadcasts per
-- hour. A scheduled broadcast counts in the hour in which it is sent.
create or replace function app.send_broadcast(
  p_company uuid, p_user uuid, p_broadcast uuid, p_subject bytea, p_body bytea, p_words bigint[], p_priority text,
  p_audience text, p_groups uuid[], p_users uuid[], p_local_time text, p_time_zone text, p_scheduled_for timestamptz,
  p_email_offline boolean, p_replies_allowed boolean, p_key text, p_hash bytea,
  out broadcast_id uuid, out replayed boolean, out "position" bigint
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
  v_free_at := app.free_broadcast_at(v_company);
  if p_scheduled_for is null and v_free_at > clock_timestamp() then
    select c.broadcasts_per_hour into v_max from public.companies c where c.id = v_company;
    raise exception using errcode = 'CQ429', message = format('This company sends at most %s broadcasts an hour.', v_max),
      hint = ceil(extract(epoch from v_free_at - clock_timestamp()) * 1000)::text;
  end if;
  broadcast_id := p_broadcast;
  insert into public.broadcasts (company_id, id, author_id, subject, body, words, priority, audience, status, local_time,
    time_zone, scheduled_for, sent_at, email_offline, replies_allowed)
  values (v_company, p_broadcast, p_user, p_subject, p_body, p_words, p_priority, p_audience,
    case when p_scheduled_for is null then 'SENT' else 'SCHEDULED' end, p_local_time, p_time_zone, p_scheduled_for,
    case when p_scheduled_for is null then now() end, p_email_offline, p_replies_allowed)
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
  if p_key is not null then
    insert into public.idempotency_keys (company_id, user_id, operation, key, request_hash, broadcast_id)
    values (v_company, p_user, 'sendBroadcast', p_key, p_hash, p_broadcast);
  end if;
  if p_scheduled_for is null then
    position := app.deliver_broadcast(v_broadcast);
  else
    perform app.schedule_broadcast(p_broadcast, p_scheduled_for);
  end if;
end
$$;

revoke all on function app.send_broadcast from public, colloquy_app, colloquy_system;
grant execute on function app.send_broadcast to colloquy_app;

-- prisma/sql/broadcasts/send_scheduled_broadcast.sql
-- Sends a scheduled broadcast on behalf of its author if its time has come and no other process has sent it; otherwise
-- returns null. The decision is made under the broadcast's lock. While the company has reached its broadcasts per hour,
-- it is delayed until the next one may be sent. Raises CQ401, CQ403 or CQ422 if the author may no longer send it, or
-- there is no recipient.
create or replace function app.send_scheduled_broadcast(p_company uuid, p_user uuid, p_broadcast uuid) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_broadcast public.broadcasts;
  v_free_at timestamptz;
begin
  perform pg_advisory_xact_lock(hashtextextended('broadcasts ' || v_company, 0));
  select b.* into v_broadcast from public.broadcasts b
  where b.company_id = v_company and b.id = p_broadcast and b.author_id = p_user for no key update;
  if v_broadcast.status is distinct from 'SCHEDULED' or v_broadcast.scheduled_for > clock_timestamp() then
    return null;
  end if;
  perform 1 from public.users u join public.roles r on r.company_id = u.company_id and r.id = u.role_id
  where u.company_id = v_company and u.id = p_user and 'CONVERSATION_BROADCAST' = any (r.permissions);
  if not found then
    raise exception using errcode = 'CQ403', message = 'You may not send broadcasts.', hint = 'CONVERSATION_BROADCAST';
  end if;
  v_free_at := app.free_broadcast_at(v_company);
  if v_free_at > clock_timestamp() then
    perform app.schedule_broadcast(p_broadcast, v_free_at);
    return null;
  end if;
  return app.deliver_broadcast(v_broadcast);
end
$$;

revoke all on function app.send_scheduled_broadcast from public, colloquy_app, colloquy_system;
grant execute on function app.send_scheduled_broadcast to colloquy_app;

-- prisma/sql/companies/company_named.sql
-- A company can be named by its id or external id, so no external id may be the id of another company, neither as a
-- UUID nor in the form of the API.
create or replace function app.company_named(p_reference text) returns uuid
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_reference text := p_reference;
begin
  if v_reference ~ '^[A-Za-z0-9_-]{59}$' then
    v_reference := convert_from(decode(translate(v_reference, '-_', '+/') || '=', 'base64'), 'LATIN1');
    v_reference := case when starts_with(v_reference, 'Company:') then substr(v_reference, 9) else '' end;
  end if;
  if lower(v_reference) ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    return v_reference::uuid;
  end if;
  return null;
end
$$;

revoke all on function app.company_named from public, colloquy_app, colloquy_system;

-- prisma/sql/companies/refuse_ambiguous_company.sql
create or replace function app.refuse_ambiguous_company() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_global_id text := rtrim(translate(encode(convert_to('Company:' || new.id::text, 'UTF8'), 'base64'), '+/', '-_'), '=');
begin
  if exists (select from public.companies c where c.id = app.company_named(new.external_id) and c.id <> new.id)
    or exists (select from public.companies c where c.external_id in (new.id::text, v_global_id) and c.id <> new.id)
  then
    raise exception using errcode = '23514', constraint = 'companies_external_id_check', table = 'companies',
      message = 'The external id of a company must not be the id of another company.';
  end if;
  return new;
end
$$;

revoke all on function app.refuse_ambiguous_company from public, colloquy_app, colloquy_system;

-- prisma/sql/companies/require_open.sql
-- Raises an error if the company's settings forbid writing. A write that passed the check of the application may arrive
-- here after the settings were changed.
create or replace function app.require_open(p_company uuid) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_enabled boolean;
  v_safe boolean;
begin
  select c.messaging_enabled, c.safe_mode into v_enabled, v_safe from public.companies c where c.id = p_company;
  if not v_enabled then
    raise exception using errcode = 'CQ410', message = 'Messaging is switched off in this company.';
  elsif v_safe then
    raise exception using errcode = 'CQ405', message = 'The company is in safe mode: nothing can be written.';
  end if;
end
$$;

revoke all on function app.require_open from public, colloquy_app, colloquy_system;
grant execute on function app.require_open to colloquy_app, colloquy_system;

-- prisma/sql/conversations/ensure_direct.sql
-- Finds or creates the direct conversation with p_recipient. Its id is derived from both people, so that concurrent
-- calls meet at the primary key.
create or replace function app.ensure_direct(p_user uuid, p_conversation uuid, p_recipient uuid) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.current_company();
begin
  if p_recipient = p_user then
    raise exception using errcode = 'CQ422', message = 'You cannot write to yourself.', column = 'recipientId';
  end if;
  perform 1 from public.users u where u.company_id = v_company and u.id = p_recipient and u.is_enabled;
  if not found then
    raise exception using errcode = 'CQ404', message = 'There is no such person.', column = 'recipientId';
  end if;
  insert into public.conversations (company_id, id, kind, created_by_id)
  values (v_company, p_conversation, 'DIRECT', p_user)
  on conflict do nothing;
  if not found then
    return false;
  end if;
  insert into public.participants (company_id, conversation_id, user_id)
  values (v_company, p_conversation, p_user), (v_company, p_conversation, p_recipient);
  return true;
end
$$;

revoke all on function app.ensure_direct from public, colloquy_app, colloquy_system;
grant execute on function app.ensure_direct to colloquy_app;

-- prisma/sql/conversations/hide_conversation.sql
-- Hides a conversation and its present messages from the person only. It reappears with the next message. The returned
-- position is null if there was nothing to hide.
create or replace function app.hide_conversation(p_company uuid, p_user uuid, p_conversation uuid) returns bigint
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

revoke all on function app.hide_conversation from public, colloquy_app, colloquy_system;
grant execute on function app.hide_conversation to colloquy_app;

-- prisma/sql/conversations/join_conversation.sql
-- Creates the person's membership, or restores an earlier one. Its marks are kept, so that receipts never go back.
create or replace function app.join_conversation(p_company uuid, p_conversation uuid, p_user uuid, p_seq int)
returns public.participants
language sql volatile set search_path = pg_catalog, pg_temp as $$
  insert into public.participants as p (company_id, conversation_id, user_id, joined_seq)
  values (p_company, p_conversation, p_user, p_seq)
  on conflict (company_id, conversation_id, user_id) do update
    set left_at = null, role = 'MEMBER', joined_at = excluded.joined_at, joined_seq = excluded.joined_seq
    where p.left_at is not null
  returning p.*
$$;

revoke all on function app.join_conversation from public, colloquy_app, colloquy_system;
grant execute on function app.join_conversation to colloquy_app;

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
  -- A direct conversation without a message exists only for the person who started it.
  if membership.user_id is null or v_conversation.kind = 'DIRECT' and last_seq = 0 and v_conversation.created_by_id <> p_user then
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
  if p_conversation.kind = 'GROUP' and not p_conversation.is_closed and p_conversation.access in ('OPEN', 'CLOSED') then
    raise exception using errcode = 'CQ403', message = case p_conversation.access
      when 'OPEN' then 'You are not in this group: join it first.'
      else 'You are not in this group: one of its admins has to add you first.'
    end;
  end if;
end
$$;

revoke all on function app.refuse_stranger from public, colloquy_app, colloquy_system;
grant execute on function app.refuse_stranger to colloquy_app;

-- prisma/sql/conversations/set_mute.sql
-- Mutes or unmutes a conversation for the person. A mute may have an end.
create or replace function app.set_mute(
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

revoke all on function app.set_mute from public, colloquy_app, colloquy_system;
grant execute on function app.set_mute to colloquy_app;

-- prisma/sql/conversations/settle_succession.sql
-- Makes the longest-standing enabled member admin of a group or context without an enabled admin. Returns true if a
-- person has become admin. The caller holds the lock of the conversation.
create or replace function app.settle_succession(p_company uuid, p_conversation uuid) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform 1 from public.participants p join public.users u on u.company_id = p.company_id and u.id = p.user_id
  where p.company_id = p_company and p.conversation_id = p_conversation and p.left_at is null and p.role = 'ADMIN'
    and u.is_enabled;
  if found then
    return false;
  end if;
  update public.participants p set role = 'ADMIN'
  from (
    select q.user_id from public.participants q
    join public.users u on u.company_id = q.company_id and u.id = q.user_id and u.is_enabled
    where q.company_id = p_company and q.conversation_id = p_conversation and q.left_at is null
    order by q.joined_at, q.user_id limit 1
  ) heir
  where p.company_id = p_company and p.conversation_id = p_conversation and p.user_id = heir.user_id;
  return found;
end
$$;

revoke all on function app.settle_succession from public, colloquy_app, colloquy_system;
grant execute on function app.settle_succession to colloquy_app, colloquy_system;

-- prisma/sql/conversations/settle_successions.sql
-- Settles the succession of groups whose last admin is disabled, and of groups without an enabled member in which a
-- person is enabled again. Conversations are locked in order of their ids, so that concurrent changes of members are
-- seen, and all of them before the company's stream, as sending does. The name of the trigger therefore sorts before
-- the one that appends the event.
create or replace function app.settle_successions() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_group record;
  v_companies uuid[] := '{}';
  v_conversations uuid[] := '{}';
  v_position bigint;
begin
  -- Most updates enable or disable nobody, and some are made by a role that may not lock conversations.
  perform 1 from after a join before b on b.company_id = a.company_id and b.id = a.id and a.is_enabled <> b.is_enabled;
  if not found then
    return null;
  end if;
  for v_group in
    select c.company_id, c.id from public.conversations c
    where c.kind in ('GROUP', 'CONTEXT') and not c.is_closed and (c.company_id, c.id) in (
      select p.company_id, p.conversation_id
      from after a join before b on b.company_id = a.company_id and b.id = a.id and a.is_enabled <> b.is_enabled
      join public.participants p on p.company_id = a.company_id and p.user_id = a.id and p.left_at is null
      where a.is_enabled or p.role = 'ADMIN'
    )
    order by c.company_id, c.id for no key update
  loop
    if app.settle_succession(v_group.company_id, v_group.id) then
      v_companies := v_companies || v_group.company_id;
      v_conversations := v_conversations || v_group.id;
    end if;
  end loop;
  for v_index in 1 .. cardinality(v_conversations) loop
    update public.company_streams s set position = s.position + 1
    where s.company_id = v_companies[v_index] returning s.position into v_position;
    insert into public.events (company_id, position, kind, conversation_id, actor_id)
    values (v_companies[v_index], v_position, 'CONVERSATION_CHANGED', v_conversations[v_index], app.bound_user());
  end loop;
  return null;
end
$$;

revoke all on function app.settle_successions from public, colloquy_app, colloquy_system;

-- prisma/sql/conversations/start_direct.sql
-- Starts a direct conversation without a message. The returned position is null if the caller had it already. A
-- conversation without a message is shown only to its creator, so once both people have started it, the creator is set
-- to null.
create or replace function app.start_direct(p_company uuid, p_user uuid, p_conversation uuid, p_recipient uuid) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform app.bind(p_company, p_user);
  if not app.ensure_direct(p_user, p_conversation, p_recipient) then
    update public.conversations c set created_by_id = null
    where c.company_id = p_company and c.id = p_conversation and c.last_seq = 0 and c.created_by_id <> p_user;
    if not found then
      return null;
    end if;
  end if;
  return app.append_event('CONVERSATION_CHANGED', p_conversation, null, null, p_user, p_user);
end
$$;

revoke all on function app.start_direct from public, colloquy_app, colloquy_system;
grant execute on function app.start_direct to colloquy_app;

-- prisma/sql/conversations/start_seq.sql
-- Returns the number of the last message from before the person joined the company, after which a company-wide
-- conversation starts for a person without a stored membership. Messages are in the order of their times, so it is
-- found by binary search.
create or replace function app.start_seq(p_company uuid, p_conversation uuid, p_user uuid) returns integer
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
  -- All messages up to v_low are older than the membership, and all above v_high are not.
  while v_low < coalesce(v_high, 0) loop
    v_middle := (v_low + v_high + 1) / 2;
    -- The next stored message downwards, because purged messages leave gaps.
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

revoke all on function app.start_seq from public, colloquy_app, colloquy_system;
grant execute on function app.start_seq to colloquy_app, colloquy_system;

-- prisma/sql/digests/begin_digests.sql
-- Digests of a new company start with its first event.
create or replace function app.begin_digests() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into public.digest_marks (company_id) values (new.company_id) on conflict do nothing;
  return null;
end
$$;

revoke all on function app.begin_digests from public, colloquy_app, colloquy_system;
grant execute on function app.begin_digests to colloquy_app, colloquy_system;

-- prisma/sql/digests/companies_to_digest.sql
-- Returns companies with events that were not scanned for digests, or with people who may be due a digest. For the
-- system role.
create or replace function app.companies_to_digest() returns setof uuid
language sql stable set search_path = pg_catalog, pg_temp as $$
  select s.company_id from public.company_streams s
  left join public.digest_marks d on d.company_id = s.company_id
  where s.position > coalesce(d.position, -1)
    or exists (select from public.pending_digests p where p.company_id = s.company_id)
$$;

revoke all on function app.companies_to_digest from public, colloquy_app, colloquy_system;
grant execute on function app.companies_to_digest to colloquy_system;

-- prisma/sql/digests/due_digest.sql
-- Returns the person's messages for a digest that are older than the company's e-mail delay, by conversation, latest
-- first.
create or replace function app.due_digest(p_user uuid) returns table (conversation_id uuid, message_count int, up_to_seq int)
language sql stable set search_path = pg_catalog, pg_temp as $$
  select m.conversation_id, count(*)::int, max(m.seq)
  from public.companies c cross join lateral app.untold_messages(p_user) m
  where c.id = app.bound_company() and m.created_at <= now() - make_interval(mins => c.email_delay_minutes)
  group by m.conversation_id order by max(m.created_at) desc, m.conversation_id
$$;

revoke all on function app.due_digest from public, colloquy_app, colloquy_system;
grant execute on function app.due_digest to colloquy_system;

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

-- prisma/sql/digests/is_digest_queued.sql
-- True while the job that was enqueued at this time is the person's current one.
create or replace function app.is_digest_queued(p_user uuid, p_queued_at bigint) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select exists (
    select from public.pending_digests d where d.company_id = app.bound_company() and d.user_id = p_user
      and (extract(epoch from d.queued_at) * 1000)::bigint = p_queued_at
  )
$$;

revoke all on function app.is_digest_queued from public, colloquy_app, colloquy_system;
grant execute on function app.is_digest_queued to colloquy_system;

-- prisma/sql/digests/next_digests.sql
-- Returns the next people to check, at most p_max. Concurrent processes get different people. A job that has not ended
-- within an hour counts as lost.
create or replace function app.next_digests(p_max int) returns setof uuid
language sql volatile set search_path = pg_catalog, pg_temp as $$
  update public.pending_digests d set checked_at = clock_timestamp()
  from (
    select n.user_id from public.pending_digests n
    where n.company_id = app.bound_company() and (n.queued_at is null or n.queued_at < now() - interval '1 hour')
    order by n.checked_at nulls first, n.user_id limit p_max for no key update skip locked
  ) n
  where d.company_id = app.bound_company() and d.user_id = n.user_id
  returning d.user_id
$$;

revoke all on function app.next_digests from public, colloquy_app, colloquy_system;
grant execute on function app.next_digests to colloquy_system;

-- prisma/sql/digests/queue_digests.sql
-- Enqueues a digest job for each of these people with a due message, and deletes those with nothing to report. It waits
-- for messages that are due soon, but not longer than one e-mail delay, so that a burst of messages becomes one e-mail.
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

-- prisma/sql/digests/settle_digest.sql
-- Ends a digest job: the person was sent the messages of these conversations up to these numbers, and is checked again
-- later.
create or replace function app.settle_digest(p_user uuid, p_queued_at bigint, p_conversations uuid[], p_seqs int[]) returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
  insert into public.told_messages as t (company_id, user_id, conversation_id, seq)
  select app.bound_company(), p_user, u.conversation_id, u.seq from unnest(p_conversations, p_seqs) u (conversation_id, seq)
  on conflict (company_id, user_id, conversation_id) do update set seq = greatest(t.seq, excluded.seq);
  update public.pending_digests d set queued_at = null
  where d.company_id = app.bound_company() and d.user_id = p_user
    and (extract(epoch from d.queued_at) * 1000)::bigint = p_queued_at;
$$;

revoke all on function app.settle_digest from public, colloquy_app, colloquy_system;
grant execute on function app.settle_digest to colloquy_system;

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
$$;

revoke all on function app.untold_messages from public, colloquy_app, colloquy_system;
grant execute on function app.untold_messages to colloquy_system;

-- prisma/sql/events/append_access_change.sql
create or replace function app.append_access_change(p_company uuid, p_users uuid[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_position bigint;
begin
  update public.company_streams s set position = s.position + 1
  where s.company_id = p_company returning s.position into v_position;
  if v_position is null or app.bound_user() is not null and app.verified_company() is null then
    raise exception using errcode = 'CQ401', message = 'You have no active membership in this company.';
  end if;
  insert into public.events (company_id, position, kind, actor_id, left_ids)
  values (p_company, v_position, 'ACCESS_CHANGED', app.bound_user(), p_users);
end
$$;

revoke all on function app.append_access_change from public, colloquy_app, colloquy_system;
grant execute on function app.append_access_change to colloquy_app, colloquy_system;

-- prisma/sql/events/append_event.sql
-- Appends an event. A caller that waited for the lock may have lost its membership meanwhile, so the membership is
-- checked under the lock.
create or replace function app.append_event(
  p_kind text, p_conversation uuid, p_message uuid default null, p_seq int default null, p_actor uuid default null,
  p_recipient uuid default null, p_joined uuid[] default '{}', p_left uuid[] default '{}'
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
    (company_id, position, kind, conversation_id, message_id, seq, actor_id, recipient_id, joined_ids, left_ids)
  values (v_company, v_position, p_kind, p_conversation, p_message, p_seq, p_actor, p_recipient, p_joined, p_left);
  return v_position;
end
$$;

revoke all on function app.append_event from public, colloquy_app, colloquy_system;
grant execute on function app.append_event to colloquy_app, colloquy_system;

-- prisma/sql/events/require_oldest_events.sql
create or replace function app.require_oldest_events() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if exists (
    select from (select d.company_id, max(d.position) as upto from deleted d group by d.company_id) d
    where exists (select from public.events e where e.company_id = d.company_id and e.position < d.upto)
  ) then
    raise exception 'Only the oldest events of a company can be deleted.' using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end
$$;

revoke all on function app.require_oldest_events from public, colloquy_app, colloquy_system;

-- prisma/sql/events/tell_access_changed.sql
-- Appends an event to each company whose access has changed. Companies are processed in order of their ids, so that two
-- such statements do not deadlock.
create or replace function app.tell_access_changed() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_table_name = 'users' then
    perform app.append_access_change(c.company_id, c.user_ids) from (
      select a.company_id, array_agg(a.id) as user_ids
      from after a join before b on b.company_id = a.company_id and b.id = a.id
      where b.is_enabled and (
        (a.is_enabled, a.role_id) is distinct from (b.is_enabled, b.role_id)
        -- Removing a login ends access. Adding one changes nothing for other people.
        or b.subject is not null and (a.issuer, a.subject) is distinct from (b.issuer, b.subject)
      )
      group by a.company_id order by a.company_id
    ) c;
  elsif tg_table_name = 'roles' then
    perform app.append_access_change(c.company_id, '{}') from (
      select distinct a.company_id
      from after a join before b on b.company_id = a.company_id and b.id = a.id
      where a.permissions is distinct from b.permissions
      order by a.company_id
    ) c;
  else
    perform app.append_access_change(c.id, '{}') from (
      select a.id from after a join before b on b.id = a.id
      where (a.messaging_enabled, a.safe_mode) is distinct from (b.messaging_enabled, b.safe_mode)
      order by a.id
    ) c;
  end if;
  return null;
end
$$;

revoke all on function app.tell_access_changed from public, colloquy_app, colloquy_system;

-- prisma/sql/jobs/enqueue_job.sql
-- Enqueues a job of the bound company with the rights of the caller, because the system role can replace the functions
-- that it calls, and these must not run with the owner's rights. All arguments are checked by the called function.
create or replace function app.enqueue_job(p_task text, p_payload json, p_run_at timestamptz, p_job_key text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform graphile_worker.enqueue_job(p_task, p_payload, p_run_at, p_job_key);
end
$$;

revoke all on function app.enqueue_job from public, colloquy_app, colloquy_system;
grant execute on function app.enqueue_job to colloquy_app, colloquy_system;

-- prisma/sql/jobs/job_tasks.sql
-- The names of the tasks that src/tasks.ts handles.
create or replace function app.job_tasks() returns text[] language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select array['send_broadcast', 'send_digest']
$$;

revoke all on function app.job_tasks from public, colloquy_app, colloquy_system;
grant execute on function app.job_tasks to colloquy_app, colloquy_system;

-- prisma/sql/members/has_permission.sql
create or replace function app.has_permission(p_company uuid, p_user uuid, p_permission text) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return exists (
    select from public.users u join public.roles r on r.company_id = u.company_id and r.id = u.role_id
    where u.company_id = p_company and u.id = p_user and p_permission = any (r.permissions)
  );
end
$$;

revoke all on function app.has_permission from public, colloquy_app, colloquy_system;
grant execute on function app.has_permission to colloquy_app;

-- prisma/sql/members/keep_user_words.sql
-- Updates the rows of user_words in the transaction that writes the person. Runs as the owner and changes the rows of
-- that person only.
create or replace function app.keep_user_words() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    delete from public.user_words w where w.company_id = new.company_id and w.user_id = new.id;
  end if;
  insert into public.user_words (company_id, word, name_folded, user_id, is_enabled)
  select new.company_id, w.word, new.name_folded, new.id, new.is_enabled
  from (select distinct pg_catalog.unnest(new.search_words)) w (word);
  return null;
end
$$;

revoke all on function app.keep_user_words from public, colloquy_app, colloquy_system;

-- prisma/sql/members/memberships_of.sql
-- Returns the memberships of a login: those that it is tied to, and invitations whose external id is the token's member
-- reference.
create or replace function app.memberships_of(p_issuer text, p_subject text, p_member_reference text)
returns table (company_id uuid, company_name text, company_external_id text, user_id uuid, is_enabled boolean, is_tied boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select u.company_id, c.name, c.external_id, u.id, u.is_enabled, u.subject is not null
  from public.users u join public.companies c on c.id = u.company_id
  where u.issuer = p_issuer and u.subject = p_subject
  union all
  select u.company_id, c.name, c.external_id, u.id, u.is_enabled, false
  from public.users u join public.companies c on c.id = u.company_id
  where u.external_id = p_member_reference and u.subject is null
    and not exists (
      select from public.users t where t.company_id = u.company_id and t.issuer = p_issuer and t.subject = p_subject
    )
  order by 2, 1
$$;

revoke all on function app.memberships_of from public, colloquy_app, colloquy_system;
grant execute on function app.memberships_of to colloquy_app;

-- prisma/sql/members/tie_member.sql
-- Ties a login to the bound member permanently. Returns false if either is tied to another.
create or replace function app.tie_member(p_user uuid, p_issuer text, p_subject text) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  update public.users u set issuer = p_issuer, subject = p_subject
  where u.company_id = app.bound_company() and u.id = p_user
    and (u.subject is null or (u.issuer = p_issuer and u.subject = p_subject));
  return found;
exception when unique_violation then
  return false;
end
$$;

revoke all on function app.tie_member from public, colloquy_app, colloquy_system;
grant execute on function app.tie_member to colloquy_app;

-- prisma/sql/messages/acknowledge_delivery.sql
-- Moves delivered marks forward, all or none. Conversations are locked in order of their ids, so that two devices do
-- not deadlock.
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
  -- The company's stream is locked last: an earlier lock would be held while waiting for the next mark.
  for v_index in 1 .. cardinality(v_moved) loop
    position := app.append_event('DELIVERED', v_moved[v_index], null, v_seqs[v_index], p_user);
  end loop;
end
$$;

revoke all on function app.acknowledge_delivery from public, colloquy_app, colloquy_system;
grant execute on function app.acknowledge_delivery to colloquy_app;

-- prisma/sql/messages/edit_message.sql
-- Replaces a message's text with one that is encrypted for the revision after p_revision. The earlier text is stored
-- encrypted as a replaced one, so that no table contains its ciphertext as the current text, which could be put back.
create or replace function app.edit_message(
  p_company uuid, p_user uuid, p_message uuid, p_revision int, p_subject bytea, p_body bytea, p_words bigint[],
  p_replaced_subject bytea, p_replaced_body bytea, out "position" bigint
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_message public.messages := app.hold_message(v_company, p_user, p_message);
  v_minutes int;
begin
  if v_message.author_id <> p_user then
    raise exception using errcode = 'CQ403', message = 'Only its author may edit a message.';
  elsif v_message.state = 'RETRACTED' then
    raise exception using errcode = 'CQ409', message = 'The message has been retracted.', column = 'messageId';
  elsif v_message.revision <> p_revision then
    raise exception using errcode = 'CQ409', message = 'The message has been edited meanwhile: read it again.', column = 'messageId';
  end if;
  select c.edit_window_minutes into v_minutes from public.companies c where c.id = v_company;
  if v_message.created_at + make_interval(mins => v_minutes) <= now() then
    raise exception using errcode = 'CQ403', message = case v_minutes
      when 0 then 'Messages cannot be edited in this company.'
      else format('Messages can be edited for %s minutes.', v_minutes)
    end;
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

-- prisma/sql/messages/hide_message.sql
-- Hides a message from the person only.
create or replace function app.hide_message(
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

revoke all on function app.hide_message from public, colloquy_app, colloquy_system;
grant execute on function app.hide_message to colloquy_app;

-- prisma/sql/messages/hold_message.sql
-- Locks and returns a message that the person may read. Raises CQ404 otherwise, and CQ409 if it is retracted.
create or replace function app.hold_message(p_company uuid, p_user uuid, p_message uuid) returns public.messages
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_message public.messages;
begin
  perform app.seen_message(p_company, p_user, p_message, 'messageId');
  select m.* into v_message from public.messages m where m.company_id = p_company and m.id = p_message for no key update;
  return v_message;
end
$$;

revoke all on function app.hold_message from public, colloquy_app, colloquy_system;
grant execute on function app.hold_message to colloquy_app;

-- prisma/sql/messages/mark_read.sql
-- Marks messages up to a number as read. The mark never goes back. A reminder within the messages read is removed.
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

revoke all on function app.mark_read from public, colloquy_app, colloquy_system;
grant execute on function app.mark_read to colloquy_app;

-- prisma/sql/messages/mark_unread.sql
-- Sets the viewer's reminder: messages from p_from on are unread again. Receipts do not change.
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

revoke all on function app.mark_unread from public, colloquy_app, colloquy_system;
grant execute on function app.mark_unread to colloquy_app;

-- prisma/sql/messages/remembered_send.sql
create or replace function app.remembered_send(p_user uuid, p_key text, p_hash bytea) returns uuid
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_message uuid;
  v_hash bytea;
begin
  select k.message_id, k.request_hash into v_message, v_hash from public.idempotency_keys k
  where k.company_id = app.bound_company() and k.user_id = p_user and k.operation = 'sendMessage' and k.key = p_key;
  if v_hash <> p_hash then
    raise exception using errcode = 'CQ409', column = 'idempotencyKey',
      message = 'This idempotency key was used for a message with other content.';
  end if;
  return v_message;
end
$$;

revoke all on function app.remembered_send from public, colloquy_app, colloquy_system;
grant execute on function app.remembered_send to colloquy_app;

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
  v_minutes int;
begin
  if v_message.state = 'RETRACTED' then
    return null;
  end if;
  select c.retract_window_minutes into v_minutes from public.companies c where c.id = v_company;
  if v_message.author_id <> p_user or v_message.created_at + make_interval(mins => v_minutes) <= now() then
    if not app.has_permission(v_company, p_user, 'MESSAGE_MODERATE') then
      raise exception using errcode = 'CQ403', hint = 'MESSAGE_MODERATE', message = case
        when v_message.author_id <> p_user then 'Only its author or a moderator may retract a message.'
        when v_minutes = 0 then 'Authors cannot retract messages in this company.'
        else format('Messages can be retracted for %s minutes.', v_minutes)
      end;
    end if;
  end if;
  if v_message.revision <> p_revision then
    raise exception using errcode = 'CQ409', message = 'The message has been edited meanwhile: read it again.', column = 'messageId';
  end if;
  update public.messages m
  set state = 'RETRACTED', retracted_at = now(), subject = p_subject, body = p_body, metadata = p_metadata
  where m.company_id = v_company and m.id = p_message;
  perform app.unindex_message(v_company, p_message);
  return app.append_event('MESSAGE_RETRACTED', v_message.conversation_id, p_message, v_message.seq, p_user);
end
$$;

revoke all on function app.retract_message from public, colloquy_app, colloquy_system;
grant execute on function app.retract_message to colloquy_app;

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
-- A send is one call: it binds the tenant, takes the conversation's next sequence and the company's next position, and
-- writes message, words, mentions, own mark, event and idempotency key. A rejection is an exception, so nothing is half-written.
-- CQ425: a twin of this call has just been committed under the same key; the caller answers from that one.
create or replace function app.send_message(
  p_company uuid, p_user uuid, p_message uuid, p_conversation uuid, p_recipient uuid, p_parent uuid,
  p_subject bytea, p_body bytea, p_metadata bytea, p_priority text, p_mentions uuid[], p_client_id text,
  p_key text, p_hash bytea, p_words bigint[] default '{}',
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
    perform app.settle_succession(v_company, p_conversation);
  end if;
  if v_mark.user_id is null then
    perform app.refuse_stranger(v_conversation);
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
  perform app.index_message(v_company, p_conversation, p_message, created_at, p_words);
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
                and m.author_id <> n.first_author_id and m.state = 'POSTED' and not exists (
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

-- prisma/sql/messages/set_reaction.sql
-- Sets or removes one reaction. A message has at most 20 different emoji. The returned position is null if nothing has
-- changed.
create or replace function app.set_reaction(p_company uuid, p_user uuid, p_message uuid, p_emoji text, p_on boolean) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_message public.messages := app.hold_message(v_company, p_user, p_message);
begin
  if v_message.state <> 'POSTED' then
    raise exception using errcode = 'CQ409', message = 'The message has been retracted.', column = 'messageId';
  end if;
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

-- prisma/sql/retention/purge_events.sql
-- Deletes at most p_max of the bound company's oldest events that have reached their retention time, and returns their
-- number. Only the first events are deleted, so that a cursor either precedes no deleted event or is expired. Events
-- that were not scanned for digests are kept.
create or replace function app.purge_events(p_max int) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_due timestamptz;
  v_digested bigint;
  v_upto bigint;
  v_count int;
begin
  -- One process at a time; others would find nothing to delete.
  if not pg_try_advisory_xact_lock(hashtextextended('purge ' || v_company, 0)) then
    return 0;
  end if;
  select now() - make_interval(days => c.event_retention_days) into v_due from public.companies c where c.id = v_company;
  select d.position into v_digested from public.digest_marks d where d.company_id = v_company;
  select max(e.position) into v_upto from (
    select e.position, bool_and(e.created_at < v_due) over (order by e.position) as is_due
    from (
      select e.position, e.created_at from public.events e
      where e.company_id = v_company and e.position <= v_digested order by e.position limit p_max
    ) e
  ) e where e.is_due;
  delete from public.events e where e.company_id = v_company and e.position <= v_upto;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

revoke all on function app.purge_events from public, colloquy_app, colloquy_system;
grant execute on function app.purge_events to colloquy_system;

-- prisma/sql/retention/purge_idempotency_keys.sql
create or replace function app.purge_idempotency_keys(p_max int) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_count int;
begin
  delete from public.idempotency_keys k where k.ctid = any(array(
    select o.ctid from public.idempotency_keys o
    where o.created_at < now() - interval '7 days' order by o.created_at limit p_max
  ));
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

revoke all on function app.purge_idempotency_keys from public, colloquy_app, colloquy_system;
grant execute on function app.purge_idempotency_keys to colloquy_system;

-- prisma/sql/search/day_of.sql
create or replace function app.day_of(p_at timestamptz) returns integer
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select floor(extract(epoch from p_at) / 86400)::integer
$$;

revoke all on function app.day_of from public, colloquy_app, colloquy_system;
grant execute on function app.day_of to colloquy_app, colloquy_system;

-- prisma/sql/search/day_salt.sql
-- The value with which word hashes of a day are combined by XOR (#). It separates the days in the index. It protects
-- nothing; the key of the hash does.
create or replace function app.day_salt(p_day integer) returns bigint
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select hashint8extended(p_day, 0)
$$;

revoke all on function app.day_salt from public, colloquy_app, colloquy_system;
grant execute on function app.day_salt to colloquy_app, colloquy_system;

-- prisma/sql/search/index_message.sql
-- Replaces the words by which a message is found. p_created_at is the time of the message.
create or replace function app.index_message(
  p_company uuid, p_conversation uuid, p_message uuid, p_created_at timestamptz, p_words bigint[]
) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_day integer := app.day_of(p_created_at);
begin
  insert into public.message_days (company_id, day) values (p_company, v_day) on conflict do nothing;
  insert into public.message_words (company_id, message_id, conversation_id, created_at, words)
  values (p_company, p_message, p_conversation, p_created_at, app.words_of_day(p_words, v_day))
  on conflict (company_id, message_id) do update set words = excluded.words;
end
$$;

revoke all on function app.index_message from public, colloquy_app, colloquy_system;
grant execute on function app.index_message to colloquy_app, colloquy_system;

-- prisma/sql/search/messages_with_words.sql
-- Returns the newest p_max messages of the company, or of these conversations, that contain all words, older than
-- p_before and p_id and not older than p_from. The last row is marked if there may be older ones. If the work ended
-- before p_max messages were found, the marked row is no message but the time that was reached. The caller's statement
-- checks visibility. Runs as the owner: array operators are not leakproof, so under a policy they cannot use an index.
-- Words are hashed with the company's key; the additional condition on the company is written so that it cannot use an
-- index, because scanning all its rows would be slower.
create or replace function app.messages_with_words(
  p_words bigint[], p_before timestamptz, p_id uuid, p_from timestamptz, p_max integer, p_conversations uuid[]
) returns table (conversation_id uuid, created_at timestamptz, message_id uuid, is_last boolean)
language plpgsql stable security definer rows 100
set search_path = pg_catalog, pg_temp set enable_seqscan = off set enable_indexscan = off set jit = off
set max_parallel_workers_per_gather = 0 as $$
#variable_conflict use_column
declare
  c_max_candidates constant integer := 20000;
  c_max_days constant integer := 512;
  c_in_days constant integer := 4000;
  v_company uuid := app.current_company();
  v_days integer[];
  v_first integer := 1;
  v_width integer := 1;
  v_candidates integer := 0;
  v_found integer := 0;
  v_in_days integer;
  v_row record;
  v_holds_all text;
begin
  if v_company is null or cardinality(p_words) = 0 then
    return;
  end if;
  select array_agg(d.day order by d.day desc) into v_days from public.message_days d
  where d.company_id = v_company
    and d.day <= case when isfinite(p_before) then app.day_of(p_before) else 2147483647 end
    and d.day >= case when isfinite(p_from) then app.day_of(p_from) else -2147483648 end;
  while v_first <= coalesce(cardinality(v_days), 0) loop
    if v_candidates >= c_max_candidates then
      return query select null::uuid, to_timestamp((v_days[v_first] + 1) * 86400.0), '00000000-0000-0000-0000-000000000000'::uuid, true;
      return;
    end if;
    -- A message is stored with the hashes of its own day only, so each condition concerns one day.
    select string_agg(format(
      'w.words && %L::bigint[]',
      (select array_agg(p.word # app.day_salt(d.day)) from unnest(v_days[v_first : v_first + v_width - 1]) d (day))
    ), ' and ') into v_holds_all
    from unnest(p_words) p (word);
    for v_row in execute
      'with holding as materialized (
        select w.conversation_id, w.created_at, w.message_id from public.message_words w
        where ' || v_holds_all || ' and w.company_id is not distinct from $1
      )
      select n.candidates, h.* from (select count(*)::integer as candidates from holding) n left join (
        select h.conversation_id, h.created_at, h.message_id from holding h
        where (h.created_at, h.message_id) < ($2, $3) and h.created_at >= $4
          and ($6 is null or h.conversation_id = any ($6))
        order by h.created_at desc, h.message_id desc limit $5
      ) h on true order by h.created_at desc, h.message_id desc'
      using v_company, p_before, p_id, p_from, p_max - v_found, p_conversations
    loop
      v_in_days := v_row.candidates;
      if v_row.message_id is not null then
        v_found := v_found + 1;
        return query select v_row.conversation_id, v_row.created_at, v_row.message_id, v_found = p_max;
      end if;
    end loop;
    if v_found = p_max then
      return;
    end if;
    v_candidates := v_candidates + v_in_days;
    v_first := v_first + v_width;
    -- The number of days per step grows while they contain few messages.
    v_width := greatest(1, least(v_width * 4, c_max_days, v_width * c_in_days / greatest(v_in_days, 1)));
  end loop;
end
$$;

revoke all on function app.messages_with_words from public, colloquy_app, colloquy_system;
grant execute on function app.messages_with_words to colloquy_app;

-- prisma/sql/search/unindex_message.sql
-- Removes a retracted message from the index.
create or replace function app.unindex_message(p_company uuid, p_message uuid) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  delete from public.message_words w where w.company_id = p_company and w.message_id = p_message;
end
$$;

revoke all on function app.unindex_message from public, colloquy_app, colloquy_system;
grant execute on function app.unindex_message to colloquy_app, colloquy_system;

-- prisma/sql/search/words_of_day.sql
-- Returns the words as they are stored with messages of this day.
create or replace function app.words_of_day(p_words bigint[], p_day integer) returns bigint[]
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  -- Asked for once: it costs more than all else about a word.
  v_salt bigint := app.day_salt(p_day);
begin
  return array(select w.word # v_salt from unnest(p_words) w (word));
end
$$;

revoke all on function app.words_of_day from public, colloquy_app, colloquy_system;
grant execute on function app.words_of_day to colloquy_app, colloquy_system;

-- prisma/sql/tenancy/bind.sql
-- Binds company and user for one transaction. Functions that write in one round trip call it first.
create or replace function app.bind(p_company uuid, p_user uuid) returns uuid
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid;
begin
  perform set_config('app.company_id', p_company::text, true), set_config('app.user_id', p_user::text, true);
  v_company := app.remember_membership();
  if v_company is null then
    raise exception using errcode = 'CQ401', message = 'You have no active membership in this company.';
  end if;
  return v_company;
end
$$;

revoke all on function app.bind from public, colloquy_app, colloquy_system;
grant execute on function app.bind to colloquy_app;

-- prisma/sql/tenancy/bind_reader.sql
-- Binds for one transaction, and returns the company; null, and then nothing is found, unless the member is an active one.
create or replace function app.bind_reader(p_company uuid, p_user uuid) returns uuid
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform set_config('app.company_id', p_company::text, true), set_config('app.user_id', p_user::text, true);
  return app.remember_membership();
end
$$;

revoke all on function app.bind_reader from public, colloquy_app, colloquy_system;
grant execute on function app.bind_reader to colloquy_app;

-- prisma/sql/tenancy/bound_company.sql
create or replace function app.bound_company() returns uuid language sql stable parallel safe set search_path = pg_catalog, pg_temp as $$
  select nullif(current_setting('app.company_id', true), '')::uuid
$$;

revoke all on function app.bound_company from public, colloquy_app, colloquy_system;
grant execute on function app.bound_company to colloquy_app, colloquy_system;

-- prisma/sql/tenancy/bound_user.sql
create or replace function app.bound_user() returns uuid language sql stable parallel safe set search_path = pg_catalog, pg_temp as $$
  select nullif(current_setting('app.user_id', true), '')::uuid
$$;

revoke all on function app.bound_user from public, colloquy_app, colloquy_system;
grant execute on function app.bound_user to colloquy_app, colloquy_system;

-- prisma/sql/tenancy/current_company.sql
-- Returns the bound company if the membership is valid. It takes one look-up per statement: of the secret if the
-- membership was remembered, otherwise of the membership. The signature is computed inline, because a function call
-- would add half to its cost.
create or replace function app.current_company() returns uuid
language plpgsql stable security definer parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  v_company text := current_setting('app.company_id', true);
  v_user text := current_setting('app.user_id', true);
  v_signature text := current_setting('app.member', true);
begin
  if v_signature <> '' and v_signature = (
    select encode(sha256(s.key || convert_to(
      concat_ws(' ', v_company, v_user, pg_backend_pid(), extract(epoch from transaction_timestamp())), 'UTF8'
    ) || s.key), 'hex') from app.secrets s where s.name = 'membership'
  ) then
    return v_company;
  elsif v_company <> '' and v_user <> '' then
    return (
      select u.company_id from public.users u
      where u.company_id = v_company::uuid and u.id = v_user::uuid and u.is_enabled
    );
  end if;
  return null;
end
$$;

revoke all on function app.current_company from public, colloquy_app, colloquy_system;
grant execute on function app.current_company to colloquy_app, colloquy_system;

-- prisma/sql/tenancy/membership_signature.sql
-- Signs a membership for this transaction of this connection only. Only the owner may call it.
create or replace function app.membership_signature(p_company text, p_user text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select encode(sha256(s.key || convert_to(
      concat_ws(' ', p_company, p_user, pg_backend_pid(), extract(epoch from transaction_timestamp())), 'UTF8'
    ) || s.key), 'hex') from app.secrets s where s.name = 'membership'
  );
end
$$;

revoke all on function app.membership_signature from public, colloquy_app, colloquy_system;

-- prisma/sql/tenancy/remember_membership.sql
-- Verifies the membership of the bound member, and remembers it for this transaction.
create or replace function app.remember_membership() returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.verified_company();
begin
  if v_company is not null then
    perform set_config(
      'app.member',
      app.membership_signature(current_setting('app.company_id', true), current_setting('app.user_id', true)), true
    );
  end if;
  return v_company;
end
$$;

revoke all on function app.remember_membership from public, colloquy_app, colloquy_system;
grant execute on function app.remember_membership to colloquy_app, colloquy_system;

-- prisma/sql/tenancy/verified_company.sql
-- Runs as the owner, who can read memberships through the policy users_owner_read and nothing else.
create or replace function app.verified_company() returns uuid
language plpgsql stable security definer parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_user uuid := app.bound_user();
begin
  return (select u.company_id from public.users u where u.company_id = v_company and u.id = v_user and u.is_enabled);
end
$$;

revoke all on function app.verified_company from public, colloquy_app, colloquy_system;
grant execute on function app.verified_company to colloquy_app, colloquy_system;

-- prisma/sql/auth/connection_tickets.sql
alter table public.connection_tickets enable row level security;
alter table public.connection_tickets force row level security;

drop policy if exists connection_tickets_owner on public.connection_tickets;
create policy connection_tickets_owner on public.connection_tickets to current_user using (true);

drop policy if exists connection_tickets_system on public.connection_tickets;
create policy connection_tickets_system on public.connection_tickets to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists connection_tickets_tenant on public.connection_tickets;
create policy connection_tickets_tenant on public.connection_tickets to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.connection_tickets from public, colloquy_app, colloquy_system;
grant delete, select on table public.connection_tickets to colloquy_system;

-- prisma/sql/broadcasts/broadcast_groups.sql
-- The groups that a broadcast is sent to. Their members are determined when it is sent.

alter table public.broadcast_groups enable row level security;
alter table public.broadcast_groups force row level security;

drop policy if exists broadcast_groups_system on public.broadcast_groups;
create policy broadcast_groups_system on public.broadcast_groups to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists broadcast_groups_tenant on public.broadcast_groups;
create policy broadcast_groups_tenant on public.broadcast_groups to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.broadcast_groups from public, colloquy_app, colloquy_system;
grant insert, select on table public.broadcast_groups to colloquy_app;
grant select on table public.broadcast_groups to colloquy_system;

-- prisma/sql/broadcasts/broadcast_users.sql
alter table public.broadcast_users enable row level security;
alter table public.broadcast_users force row level security;

drop policy if exists broadcast_users_system on public.broadcast_users;
create policy broadcast_users_system on public.broadcast_users to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists broadcast_users_tenant on public.broadcast_users;
create policy broadcast_users_tenant on public.broadcast_users to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.broadcast_users from public, colloquy_app, colloquy_system;
grant insert, select on table public.broadcast_users to colloquy_app;
grant select on table public.broadcast_users to colloquy_system;

-- prisma/sql/broadcasts/broadcasts.sql
-- A broadcast. Once sent it is message 1 of its own conversation, and all three have the same id. Its texts are
-- encrypted for that message from the start, so that a scheduled broadcast is sent by copying ciphertext, without a
-- key.

alter table public.broadcasts enable row level security;
alter table public.broadcasts force row level security;

drop policy if exists broadcasts_system on public.broadcasts;
create policy broadcasts_system on public.broadcasts to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists broadcasts_tenant on public.broadcasts;
create policy broadcasts_tenant on public.broadcasts to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.broadcasts from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.broadcasts to colloquy_app;
grant select, update (status) on table public.broadcasts to colloquy_system;

-- prisma/sql/companies/companies.sql
alter table public.companies enable row level security;
alter table public.companies force row level security;

drop policy if exists companies_owner_read on public.companies;
create policy companies_owner_read on public.companies for select to current_user using (true);

drop policy if exists companies_system on public.companies;
create policy companies_system on public.companies to colloquy_system
  using (id = (select app.bound_company()))
  with check (id = (select app.bound_company()));

drop policy if exists companies_system_list on public.companies;
create policy companies_system_list on public.companies for select to colloquy_system using (true);

drop policy if exists companies_tenant on public.companies;
create policy companies_tenant on public.companies to colloquy_app
  using (id = (select app.current_company()))
  with check (id = (select app.current_company()));

create or replace trigger companies_refuse_ambiguous before insert or update of id, external_id on public.companies
  for each row execute function app.refuse_ambiguous_company();

create or replace trigger companies_tell_access_changed after update on public.companies
  referencing old table as before new table as after
  for each statement execute function app.tell_access_changed();

revoke all on table public.companies from public, colloquy_app, colloquy_system;
grant select, update on table public.companies to colloquy_app;
grant insert, select, update on table public.companies to colloquy_system;

-- prisma/sql/companies/data_keys.sql
alter table public.data_keys enable row level security;
alter table public.data_keys force row level security;

drop policy if exists data_keys_system on public.data_keys;
create policy data_keys_system on public.data_keys to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists data_keys_tenant on public.data_keys;
create policy data_keys_tenant on public.data_keys to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.data_keys from public, colloquy_app, colloquy_system;
grant insert, select on table public.data_keys to colloquy_app;
grant insert, select on table public.data_keys to colloquy_system;

-- prisma/sql/conversations/conversations.sql
alter table public.conversations enable row level security;
alter table public.conversations force row level security;

drop policy if exists conversations_system on public.conversations;
create policy conversations_system on public.conversations to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists conversations_tenant on public.conversations;
create policy conversations_tenant on public.conversations to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.conversations from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.conversations to colloquy_app;
-- Disabling somebody locks the conversations that may need another admin; a lock wants the right to change one column.
grant select, update (is_closed) on table public.conversations to colloquy_system;

-- Every message changes its conversation's row, and room for the next version in the same page saves the index's part.
alter table public.conversations set (fillfactor = 50);

-- prisma/sql/conversations/participants.sql
alter table public.participants enable row level security;
alter table public.participants force row level security;

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
grant select, update (role) on table public.participants to colloquy_system;

-- Marks move often and are in no index: a new version finds room in the same page.
alter table public.participants set (fillfactor = 50);

-- prisma/sql/digests/digest_marks.sql
-- The position up to which a company's events were scanned for people to send an e-mail to.

alter table public.digest_marks enable row level security;
alter table public.digest_marks force row level security;

drop policy if exists digest_marks_system on public.digest_marks;
create policy digest_marks_system on public.digest_marks to colloquy_system
  using (company_id = (select app.bound_company())) with check (company_id = (select app.bound_company()));

drop policy if exists digest_marks_system_list on public.digest_marks;
create policy digest_marks_system_list on public.digest_marks for select to colloquy_system using (true);

drop policy if exists digest_marks_tenant on public.digest_marks;
create policy digest_marks_tenant on public.digest_marks to colloquy_app
  using (company_id = (select app.current_company())) with check (company_id = (select app.current_company()));

revoke all on table public.digest_marks from public, colloquy_app, colloquy_system;
grant select on table public.digest_marks to colloquy_app;
grant insert, select, update on table public.digest_marks to colloquy_system;

-- prisma/sql/digests/pending_digests.sql
-- People with unread messages to report by e-mail once they are offline. Each has at most one job in the queue;
-- queued_at is the time at which it was enqueued.

alter table public.pending_digests enable row level security;
alter table public.pending_digests force row level security;

drop policy if exists pending_digests_system on public.pending_digests;
create policy pending_digests_system on public.pending_digests to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists pending_digests_system_list on public.pending_digests;
create policy pending_digests_system_list on public.pending_digests for select to colloquy_system using (true);

drop policy if exists pending_digests_tenant on public.pending_digests;
create policy pending_digests_tenant on public.pending_digests to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.pending_digests from public, colloquy_app, colloquy_system;
grant delete, insert, select, update on table public.pending_digests to colloquy_system;

-- prisma/sql/digests/told_messages.sql
-- The last message of a conversation that a person was sent an e-mail about.

alter table public.told_messages enable row level security;
alter table public.told_messages force row level security;

drop policy if exists told_messages_system on public.told_messages;
create policy told_messages_system on public.told_messages to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists told_messages_tenant on public.told_messages;
create policy told_messages_tenant on public.told_messages to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.told_messages from public, colloquy_app, colloquy_system;
grant delete, insert, select, update on table public.told_messages to colloquy_system;

-- prisma/sql/events/events.sql
alter table public.events enable row level security;
alter table public.events force row level security;

drop policy if exists events_system on public.events;
create policy events_system on public.events to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists events_tenant on public.events;
create policy events_tenant on public.events to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger events_oldest_first after delete on public.events
  referencing old table as deleted
  for each statement execute function app.require_oldest_events();

revoke all on table public.events from public, colloquy_app, colloquy_system;
grant insert, select on table public.events to colloquy_app;
grant delete, insert, select on table public.events to colloquy_system;

-- prisma/sql/members/roles.sql
alter table public.roles enable row level security;
alter table public.roles force row level security;

drop policy if exists roles_system on public.roles;
create policy roles_system on public.roles to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists roles_tenant on public.roles;
create policy roles_tenant on public.roles to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger roles_tell_access_changed after update on public.roles
  referencing old table as before new table as after
  for each statement execute function app.tell_access_changed();

revoke all on table public.roles from public, colloquy_app, colloquy_system;
grant select on table public.roles to colloquy_app;
grant insert, select, update on table public.roles to colloquy_system;

-- prisma/sql/members/user_words.sql
-- The words by which people are found, one per row. Under row-level security only comparisons can use an index, not
-- operators of arrays or trigrams. The key contains all columns that a search needs, so that the search reads the index
-- only.

alter table public.user_words enable row level security;
alter table public.user_words force row level security;

-- Only the trigger app.keep_user_words writes this table.
drop policy if exists user_words_owner on public.user_words;
create policy user_words_owner on public.user_words to current_user using (true);

drop policy if exists user_words_system on public.user_words;
create policy user_words_system on public.user_words to colloquy_system
  using (company_id = (select app.bound_company())) with check (company_id = (select app.bound_company()));

drop policy if exists user_words_tenant on public.user_words;
create policy user_words_tenant on public.user_words to colloquy_app
  using (company_id = (select app.current_company())) with check (company_id = (select app.current_company()));

revoke all on table public.user_words from public, colloquy_app, colloquy_system;
grant select on table public.user_words to colloquy_app;
grant select on table public.user_words to colloquy_system;

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

create or replace trigger users_settle_successions after update on public.users
  referencing old table as before new table as after
  for each statement execute function app.settle_successions();

create or replace trigger users_tell_access_changed after update on public.users
  referencing old table as before new table as after
  for each statement execute function app.tell_access_changed();

create or replace trigger users_words_added after insert on public.users for each row execute function app.keep_user_words();

create or replace trigger users_words_changed after update on public.users for each row
when ((old.search_words, old.name_folded, old.is_enabled) is distinct from (new.search_words, new.name_folded, new.is_enabled))
execute function app.keep_user_words();

revoke all on table public.users from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.users to colloquy_app;
grant insert, select, update on table public.users to colloquy_system;

-- prisma/sql/messages/hidden_messages.sql
-- Messages that a person has hidden.

alter table public.hidden_messages enable row level security;
alter table public.hidden_messages force row level security;

drop policy if exists hidden_messages_system on public.hidden_messages;
create policy hidden_messages_system on public.hidden_messages to colloquy_system
  using (company_id = (select app.bound_company())) with check (company_id = (select app.bound_company()));

drop policy if exists hidden_messages_tenant on public.hidden_messages;
create policy hidden_messages_tenant on public.hidden_messages to colloquy_app
  using (company_id = (select app.current_company())) with check (company_id = (select app.current_company()));

revoke all on table public.hidden_messages from public, colloquy_app, colloquy_system;
grant insert, select on table public.hidden_messages to colloquy_app;
grant select on table public.hidden_messages to colloquy_system;

-- prisma/sql/messages/idempotency_keys.sql
alter table public.idempotency_keys enable row level security;
alter table public.idempotency_keys force row level security;

-- Keys are kept for at least a day. The system role sees keys older than a week of all companies, and no others.
drop policy if exists idempotency_keys_past on public.idempotency_keys;
create policy idempotency_keys_past on public.idempotency_keys to colloquy_system
  using (created_at < now() - interval '7 days') with check (false);

drop policy if exists idempotency_keys_system on public.idempotency_keys;
create policy idempotency_keys_system on public.idempotency_keys to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists idempotency_keys_tenant on public.idempotency_keys;
create policy idempotency_keys_tenant on public.idempotency_keys to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.idempotency_keys from public, colloquy_app, colloquy_system;
grant insert, select on table public.idempotency_keys to colloquy_app;
grant delete, select on table public.idempotency_keys to colloquy_system;

-- prisma/sql/messages/mentions.sql
alter table public.mentions enable row level security;
alter table public.mentions force row level security;

drop policy if exists mentions_system on public.mentions;
create policy mentions_system on public.mentions to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists mentions_tenant on public.mentions;
create policy mentions_tenant on public.mentions to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.mentions from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.mentions to colloquy_app;
grant select on table public.mentions to colloquy_system;

-- prisma/sql/messages/message_revisions.sql
-- The earlier texts of messages, one per edit.

alter table public.message_revisions enable row level security;
alter table public.message_revisions force row level security;

drop policy if exists message_revisions_system on public.message_revisions;
create policy message_revisions_system on public.message_revisions to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists message_revisions_tenant on public.message_revisions;
create policy message_revisions_tenant on public.message_revisions to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.message_revisions from public, colloquy_app, colloquy_system;
grant insert, select on table public.message_revisions to colloquy_app;
grant select on table public.message_revisions to colloquy_system;

-- prisma/sql/messages/messages.sql
alter table public.messages enable row level security;
alter table public.messages force row level security;

drop policy if exists messages_system on public.messages;
create policy messages_system on public.messages to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists messages_tenant on public.messages;
create policy messages_tenant on public.messages to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.messages from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.messages to colloquy_app;
grant select on table public.messages to colloquy_system;

-- prisma/sql/messages/reactions.sql
-- One row per person and emoji. A removed reaction stays as a row that is off.

alter table public.reactions enable row level security;
alter table public.reactions force row level security;

drop policy if exists reactions_system on public.reactions;
create policy reactions_system on public.reactions to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists reactions_tenant on public.reactions;
create policy reactions_tenant on public.reactions to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.reactions from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.reactions to colloquy_app;
grant select on table public.reactions to colloquy_system;

-- prisma/sql/messages/receipts.sql
alter table public.receipts enable row level security;
alter table public.receipts force row level security;

drop policy if exists receipts_system on public.receipts;
create policy receipts_system on public.receipts to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists receipts_tenant on public.receipts;
create policy receipts_tenant on public.receipts to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.receipts from public, colloquy_app, colloquy_system;
grant insert, select on table public.receipts to colloquy_app;
grant select on table public.receipts to colloquy_system;

-- prisma/sql/search/message_days.sql
-- The days with messages, counted from 1970 (UTC). A search reads these days only.

alter table public.message_days enable row level security;
alter table public.message_days force row level security;

drop policy if exists message_days_owner_read on public.message_days;
create policy message_days_owner_read on public.message_days for select to current_user
  using (true);

drop policy if exists message_days_system on public.message_days;
create policy message_days_system on public.message_days to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists message_days_tenant on public.message_days;
create policy message_days_tenant on public.message_days to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.message_days from public, colloquy_app, colloquy_system;
grant insert, select on table public.message_days to colloquy_app;
grant insert, select on table public.message_days to colloquy_system;

-- prisma/sql/search/message_words.sql
-- The words of a message as keyed hashes, in one row, so that messages can be searched without storing a word. Each
-- hash is combined with the day (app.day_salt): the index then holds the messages of a word day by day, and a frequent
-- word is read from the newest day backwards. A GIN index has no order of its own.

alter table public.message_words enable row level security;
alter table public.message_words force row level security;

drop policy if exists message_words_owner_read on public.message_words;
create policy message_words_owner_read on public.message_words for select to current_user
  using (true);

drop policy if exists message_words_system on public.message_words;
create policy message_words_system on public.message_words to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists message_words_tenant on public.message_words;
create policy message_words_tenant on public.message_words to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.message_words from public, colloquy_app, colloquy_system;
grant delete, insert, select, update on table public.message_words to colloquy_app;
grant delete, insert, select, update on table public.message_words to colloquy_system;

-- prisma/sql/tenancy/company_streams.sql
alter table public.company_streams enable row level security;
alter table public.company_streams force row level security;

drop policy if exists company_streams_system on public.company_streams;
create policy company_streams_system on public.company_streams to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists company_streams_system_list on public.company_streams;
create policy company_streams_system_list on public.company_streams for select to colloquy_system using (true);

drop policy if exists company_streams_tenant on public.company_streams;
create policy company_streams_tenant on public.company_streams to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger company_streams_digests after insert on public.company_streams
  for each row execute function app.begin_digests();

revoke all on table public.company_streams from public, colloquy_app, colloquy_system;
grant select, update on table public.company_streams to colloquy_app;
grant insert, select, update on table public.company_streams to colloquy_system;

-- Every event changes the row.
alter table public.company_streams set (fillfactor = 50);

-- prisma/sql/tenancy/secrets.sql
revoke all on table app.secrets from public, colloquy_app, colloquy_system;
