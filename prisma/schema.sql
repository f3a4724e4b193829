-- Printed from the migrated database by `npm run migration`; a test compares. Bodies of functions stand in prisma/sql.

-- tables

create table attachments (
  company_id uuid not null,
  id uuid not null,
  uploader_id uuid not null,
  kind text not null,
  state text not null default 'UPLOADING'::text,
  refusal text,
  file_name bytea,
  sealed_key bytea,
  media_type text,
  size integer not null,
  received integer not null default 0,
  content text not null default 'upload'::text,
  width integer,
  height integer,
  duration_ms integer,
  thumbnail_size integer,
  message_id uuid,
  place integer,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  lease uuid,
  leased_until timestamp(3) with time zone,
  has_remains boolean not null default false,
  constraint attachments_pkey PRIMARY KEY (company_id, id),
  constraint attachments_key_check CHECK (((state = ANY (ARRAY['REFUSED'::text, 'REMOVED'::text])) OR ((sealed_key IS NOT NULL) AND (file_name IS NOT NULL)))),
  constraint attachments_kind_check CHECK ((kind = ANY (ARRAY['FILE'::text, 'IMAGE'::text, 'VOICE'::text]))),
  constraint attachments_message_check CHECK (((message_id IS NULL) OR (state = 'ATTACHED'::text))),
  constraint attachments_refusal_check CHECK (((state = 'REFUSED'::text) <= (refusal = ANY (ARRAY['TOO_LARGE'::text, 'TYPE'::text, 'INFECTED'::text, 'QUOTA'::text])))),
  constraint attachments_size_check CHECK (((size > 0) AND (received >= 0))),
  constraint attachments_state_check CHECK ((state = ANY (ARRAY['UPLOADING'::text, 'SCANNING'::text, 'READY'::text, 'ATTACHED'::text, 'REFUSED'::text, 'REMOVED'::text]))),
  constraint attachments_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint attachments_company_id_message_id_fkey FOREIGN KEY (company_id, message_id) REFERENCES messages(company_id, id),
  constraint attachments_company_id_uploader_id_fkey FOREIGN KEY (company_id, uploader_id) REFERENCES users(company_id, id)
);
CREATE INDEX attachments_company_id_message_id_uploader_id_idx ON public.attachments USING btree (company_id, message_id, uploader_id);
CREATE INDEX attachments_expiring_idx ON public.attachments USING btree (created_at, company_id) WHERE ((message_id IS NULL) AND (state <> 'ATTACHED'::text));
CREATE INDEX attachments_remains_idx ON public.attachments USING btree (company_id) WHERE has_remains;
CREATE INDEX attachments_unsent_idx ON public.attachments USING btree (company_id, created_at) WHERE (message_id IS NULL);
CREATE INDEX attachments_unswept_idx ON public.attachments USING btree (company_id) WHERE ((message_id IS NULL) AND (state = ANY (ARRAY['REMOVED'::text, 'SCANNING'::text])));
alter table attachments enable row level security;
alter table attachments force row level security;

create table audit_checkpoints (
  company_id uuid not null,
  size bigint not null,
  root bytea not null,
  note text not null,
  leaves bytea not null,
  signed_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint audit_checkpoints_pkey PRIMARY KEY (company_id, size),
  constraint audit_checkpoints_root_check CHECK ((octet_length(root) = 32))
);
CREATE INDEX audit_checkpoints_company_id_signed_at_idx ON public.audit_checkpoints USING btree (company_id, signed_at);
alter table audit_checkpoints enable row level security;
alter table audit_checkpoints force row level security;

create table audit_events (
  company_id uuid not null,
  index bigint not null,
  kind text not null,
  actor_id uuid,
  object_id uuid,
  conversation_id uuid,
  at timestamp(3) with time zone not null,
  request_id text,
  key_hash bytea,
  origin_id bytea,
  detail jsonb,
  constraint audit_events_pkey PRIMARY KEY (company_id, index),
  constraint audit_events_detail_check CHECK ((jsonb_typeof(detail) = 'object'::text)),
  constraint audit_events_hashes_check CHECK (((octet_length(key_hash) = 32) AND (octet_length(origin_id) = 32))),
  constraint audit_events_index_check CHECK ((index >= 0)),
  constraint audit_events_kind_check CHECK ((kind ~~ '_%._%'::text)),
  constraint audit_events_request_check CHECK (((length(request_id) >= 1) AND (length(request_id) <= 64)))
);
CREATE INDEX audit_events_company_id_actor_id_index_idx ON public.audit_events USING btree (company_id, actor_id, index);
CREATE INDEX audit_events_company_id_conversation_id_index_idx ON public.audit_events USING btree (company_id, conversation_id, index);
CREATE INDEX audit_events_kind_idx ON public.audit_events USING btree (company_id, kind, index) WHERE (kind <> 'message.created'::text);
alter table audit_events enable row level security;
alter table audit_events force row level security;

create table audit_heads (
  company_id uuid not null,
  size bigint not null,
  range bytea not null,
  constraint audit_heads_pkey PRIMARY KEY (company_id)
);
alter table audit_heads enable row level security;
alter table audit_heads force row level security;

create table audit_nodes (
  company_id uuid not null,
  level integer not null,
  index bigint not null,
  hash bytea not null,
  constraint audit_nodes_pkey PRIMARY KEY (company_id, level, index),
  constraint audit_nodes_hash_check CHECK ((octet_length(hash) = 32))
);
alter table audit_nodes enable row level security;
alter table audit_nodes force row level security;

create table audit_origins (
  company_id uuid not null,
  id bytea not null,
  user_id uuid,
  salt bytea,
  sealed bytea,
  constraint audit_origins_pkey PRIMARY KEY (company_id, id),
  constraint audit_origins_erased_check CHECK (((salt IS NULL) = (sealed IS NULL))),
  constraint audit_origins_id_check CHECK ((octet_length(id) = 32))
);
CREATE INDEX audit_origins_company_id_user_id_idx ON public.audit_origins USING btree (company_id, user_id);
alter table audit_origins enable row level security;
alter table audit_origins force row level security;

create table broadcast_groups (
  company_id uuid not null,
  broadcast_id uuid not null,
  conversation_id uuid not null,
  constraint broadcast_groups_pkey PRIMARY KEY (company_id, broadcast_id, conversation_id),
  constraint broadcast_groups_company_id_broadcast_id_fkey FOREIGN KEY (company_id, broadcast_id) REFERENCES broadcasts(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint broadcast_groups_company_id_conversation_id_fkey FOREIGN KEY (company_id, conversation_id) REFERENCES conversations(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
alter table broadcast_groups enable row level security;
alter table broadcast_groups force row level security;

create table broadcast_users (
  company_id uuid not null,
  broadcast_id uuid not null,
  user_id uuid not null,
  constraint broadcast_users_pkey PRIMARY KEY (company_id, broadcast_id, user_id),
  constraint broadcast_users_company_id_broadcast_id_fkey FOREIGN KEY (company_id, broadcast_id) REFERENCES broadcasts(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint broadcast_users_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
alter table broadcast_users enable row level security;
alter table broadcast_users force row level security;

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
  attachment_ids uuid[] default ARRAY[]::uuid[],
  constraint broadcasts_pkey PRIMARY KEY (company_id, id),
  constraint broadcasts_audience_check CHECK ((audience = ANY (ARRAY['ALL'::text, 'GROUPS'::text, 'USERS'::text]))),
  constraint broadcasts_counts_check CHECK (((read_count >= 0) AND (read_count <= delivered_count) AND (delivered_count <= recipient_count))),
  constraint broadcasts_priority_check CHECK ((priority = ANY (ARRAY['LOW'::text, 'NORMAL'::text, 'HIGH'::text, 'URGENT'::text]))),
  constraint broadcasts_schedule_check CHECK ((((local_time IS NULL) = (time_zone IS NULL)) AND ((local_time IS NULL) = (scheduled_for IS NULL)) AND ((status = 'SENT'::text) = (sent_at IS NOT NULL)) AND ((status = 'SENT'::text) OR (scheduled_for IS NOT NULL)))),
  constraint broadcasts_status_check CHECK ((status = ANY (ARRAY['SCHEDULED'::text, 'SENT'::text, 'CANCELLED'::text]))),
  constraint broadcasts_company_id_author_id_fkey FOREIGN KEY (company_id, author_id) REFERENCES users(company_id, id),
  constraint broadcasts_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX broadcasts_company_id_listed_at_id_idx ON public.broadcasts USING btree (company_id, listed_at, id);
CREATE INDEX broadcasts_company_id_sent_at_idx ON public.broadcasts USING btree (company_id, sent_at);
alter table broadcasts enable row level security;
alter table broadcasts force row level security;

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
  audit_reads_visible boolean not null default false,
  spam jsonb,
  retention_days integer,
  constraint companies_pkey PRIMARY KEY (id),
  constraint companies_delays_check CHECK (((COALESCE(edit_window_minutes, 0) >= 0) AND (COALESCE(retract_window_minutes, 0) >= 0) AND (email_delay_minutes >= 0) AND (broadcasts_per_hour >= 0) AND (event_retention_days >= 1))),
  constraint companies_depth_check CHECK (((max_thread_depth >= 0) AND (max_thread_depth <= 64))),
  constraint companies_group_access_check CHECK ((default_group_access = ANY (ARRAY['OPEN'::text, 'CLOSED'::text, 'PRIVATE'::text]))),
  constraint companies_name_check CHECK ((name <> ''::text)),
  constraint companies_retention_days_check CHECK (((retention_days >= 0) AND (retention_days <= 36500))),
  constraint companies_revisions_check CHECK ((revisions_visible_to = ANY (ARRAY['AUDITORS'::text, 'PARTICIPANTS'::text])))
);
CREATE UNIQUE INDEX companies_external_id_key ON public.companies USING btree (external_id);
alter table companies enable row level security;
alter table companies force row level security;

create table company_streams (
  company_id uuid not null,
  "position" bigint not null default 0,
  audited bigint not null default 0,
  constraint company_streams_pkey PRIMARY KEY (company_id),
  constraint company_streams_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON UPDATE CASCADE ON DELETE CASCADE
) with (fillfactor=50);
alter table company_streams enable row level security;
alter table company_streams force row level security;

create table connection_tickets (
  company_id uuid not null,
  ticket_hash bytea not null,
  user_id uuid not null,
  expires_at timestamp(3) with time zone not null,
  token_expires_at timestamp(3) with time zone not null,
  constraint connection_tickets_pkey PRIMARY KEY (company_id, ticket_hash),
  constraint connection_tickets_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX connection_tickets_age_idx ON public.connection_tickets USING btree (expires_at);
CREATE INDEX connection_tickets_company_id_user_id_idx ON public.connection_tickets USING btree (company_id, user_id);
CREATE UNIQUE INDEX connection_tickets_ticket_hash_key ON public.connection_tickets USING btree (ticket_hash);
alter table connection_tickets enable row level security;
alter table connection_tickets force row level security;

create table consent_events (
  company_id uuid not null,
  id uuid not null,
  guest_id uuid,
  phone_hash bytea,
  state text not null,
  source text not null,
  words bytea,
  note bytea,
  recorded_by_id uuid,
  at timestamp(3) with time zone not null default clock_timestamp(),
  constraint consent_events_pkey PRIMARY KEY (company_id, id),
  constraint consent_events_about_check CHECK ((num_nonnulls(guest_id, phone_hash) > 0)),
  constraint consent_events_source_check CHECK ((source = ANY (ARRAY['KEYWORD'::text, 'STAFF'::text, 'IMPORT'::text, 'PROVIDER'::text]))),
  constraint consent_events_state_check CHECK ((state = ANY (ARRAY['UNKNOWN'::text, 'SUBSCRIBED'::text, 'OPTED_OUT'::text]))),
  constraint consent_events_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint consent_events_company_id_guest_id_fkey FOREIGN KEY (company_id, guest_id) REFERENCES guests(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint consent_events_company_id_recorded_by_id_fkey FOREIGN KEY (company_id, recorded_by_id) REFERENCES users(company_id, id)
);
CREATE INDEX consent_events_company_id_guest_id_id_idx ON public.consent_events USING btree (company_id, guest_id, id);
CREATE INDEX consent_events_company_id_phone_hash_id_idx ON public.consent_events USING btree (company_id, phone_hash, id);
alter table consent_events enable row level security;
alter table consent_events force row level security;

create table conversation_departments (
  company_id uuid not null,
  conversation_id uuid not null,
  key text not null,
  name text not null,
  ended_at timestamp(3) with time zone,
  constraint conversation_departments_pkey PRIMARY KEY (company_id, conversation_id, key),
  constraint conversation_departments_company_id_conversation_id_fkey FOREIGN KEY (company_id, conversation_id) REFERENCES conversations(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX conversation_departments_company_id_key_idx ON public.conversation_departments USING btree (company_id, key);
alter table conversation_departments enable row level security;
alter table conversation_departments force row level security;

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
  is_department_channel boolean not null default false,
  constraint conversations_pkey PRIMARY KEY (company_id, id),
  constraint conversations_access_check CHECK ((((kind = 'GROUP'::text) = (access IS NOT NULL)) AND (access = ANY (ARRAY['OPEN'::text, 'CLOSED'::text, 'PRIVATE'::text])))),
  constraint conversations_audience_check CHECK ((audience = ANY (ARRAY['PARTICIPANTS'::text, 'COMPANY'::text, 'VISITORS'::text]))),
  constraint conversations_channel_check CHECK (((kind = 'GROUP'::text) OR (NOT is_department_channel))),
  constraint conversations_context_check CHECK ((((kind = 'CONTEXT'::text) = (context_type IS NOT NULL)) AND ((context_type IS NULL) = (context_id IS NULL)) AND (context_type = ANY (ARRAY['TRANSACTION'::text, 'PLAN'::text, 'TOPIC'::text])))),
  constraint conversations_kind_check CHECK ((kind = ANY (ARRAY['DIRECT'::text, 'GROUP'::text, 'BROADCAST'::text, 'GLOBAL'::text, 'CONTEXT'::text]))),
  constraint conversations_last_seq_check CHECK ((last_seq >= 0)),
  constraint conversations_sensitivity_check CHECK ((sensitivity = ANY (ARRAY['NORMAL'::text, 'CONFIDENTIAL'::text, 'RESTRICTED'::text]))),
  constraint conversations_company_id_created_by_id_fkey FOREIGN KEY (company_id, created_by_id) REFERENCES users(company_id, id),
  constraint conversations_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON UPDATE CASCADE ON DELETE CASCADE
) with (fillfactor=50);
CREATE INDEX conversations_company_id_created_at_id_idx ON public.conversations USING btree (company_id, created_at, id);
CREATE INDEX conversations_company_id_kind_title_folded_id_idx ON public.conversations USING btree (company_id, kind, title_folded, id);
CREATE INDEX conversations_company_wide_idx ON public.conversations USING btree (company_id, id) WHERE (audience = 'COMPANY'::text);
CREATE INDEX conversations_policed_idx ON public.conversations USING btree (company_id, id) WHERE ((context_type IS NOT NULL) OR (sensitivity <> 'NORMAL'::text));
CREATE INDEX conversations_without_memberships_idx ON public.conversations USING btree (company_id, id) WHERE (audience <> 'PARTICIPANTS'::text);
CREATE UNIQUE INDEX conversations_company_id_context_type_context_id_audience_key ON public.conversations USING btree (company_id, context_type, context_id, audience);
alter table conversations enable row level security;
alter table conversations force row level security;

create table data_keys (
  company_id uuid not null,
  id uuid not null,
  wrapped bytea not null,
  created_at timestamp(3) with time zone not null default CURRENT_TIMESTAMP,
  purpose text not null default 'CONTENT'::text,
  retired_at timestamp(3) with time zone,
  constraint data_keys_pkey PRIMARY KEY (company_id, id),
  constraint data_keys_purpose_check CHECK ((purpose = ANY (ARRAY['CONTENT'::text, 'INDEX'::text, 'LOOKUP'::text]))),
  constraint data_keys_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON UPDATE CASCADE ON DELETE CASCADE
);
alter table data_keys enable row level security;
alter table data_keys force row level security;

create table digest_marks (
  company_id uuid not null,
  "position" bigint not null default 0,
  constraint digest_marks_pkey PRIMARY KEY (company_id),
  constraint digest_marks_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON UPDATE CASCADE ON DELETE CASCADE
);
alter table digest_marks enable row level security;
alter table digest_marks force row level security;

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
  permission text,
  case_id uuid,
  about uuid,
  constraint events_pkey PRIMARY KEY (company_id, "position"),
  constraint events_about_check CHECK (((about IS NOT NULL) = starts_with(kind, 'GUEST_'::text))),
  constraint events_kind_check CHECK ((kind = ANY (ARRAY['MESSAGE_SENT'::text, 'MESSAGE_EDITED'::text, 'MESSAGE_RETRACTED'::text, 'MESSAGE_HIDDEN'::text, 'REACTIONS_CHANGED'::text, 'READ'::text, 'READ_REMINDER'::text, 'DELIVERED'::text, 'PARTICIPANTS_CHANGED'::text, 'CONVERSATION_CHANGED'::text, 'CONVERSATION_HIDDEN'::text, 'MUTE_CHANGED'::text, 'ACCESS_CHANGED'::text, 'BROADCAST_SENT'::text, 'BROADCAST_REMINDED'::text, 'MESSAGE_ACCESS_CHANGED'::text, 'HELD_MESSAGE_DECIDED'::text, 'MODERATION_CASE_OPENED'::text, 'MODERATION_CASE_DECIDED'::text, 'AUDITED'::text, 'GUEST_INBOUND'::text, 'GUEST_DELIVERY'::text, 'GUEST_CONSENT'::text, 'PURGED'::text]))),
  constraint events_message_check CHECK (((message_id IS NULL) OR (conversation_id IS NOT NULL))),
  constraint events_company_id_actor_id_fkey FOREIGN KEY (company_id, actor_id) REFERENCES users(company_id, id),
  constraint events_company_id_case_id_fkey FOREIGN KEY (company_id, case_id) REFERENCES moderation_cases(company_id, id),
  constraint events_company_id_conversation_id_fkey FOREIGN KEY (company_id, conversation_id) REFERENCES conversations(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint events_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint events_company_id_message_id_fkey FOREIGN KEY (company_id, message_id) REFERENCES messages(company_id, id),
  constraint events_company_id_recipient_id_fkey FOREIGN KEY (company_id, recipient_id) REFERENCES users(company_id, id)
);
CREATE INDEX events_about_idx ON public.events USING btree (company_id, about) WHERE (about IS NOT NULL);
CREATE INDEX events_case_idx ON public.events USING btree (company_id, case_id) WHERE (case_id IS NOT NULL);
CREATE INDEX events_message_idx ON public.events USING btree (company_id, message_id) WHERE (message_id IS NOT NULL);
alter table events enable row level security;
alter table events force row level security;

create table exports (
  company_id uuid not null,
  id uuid not null,
  format text not null,
  from_at timestamp(3) with time zone not null,
  to_at timestamp(3) with time zone not null,
  filter bytea,
  state text not null default 'QUEUED'::text,
  requested_by_id uuid not null,
  requested_at timestamp(3) with time zone not null default clock_timestamp(),
  file_id uuid,
  ended_at timestamp(3) with time zone,
  message_count integer,
  bytes bigint,
  checksum text,
  note text,
  constraint exports_pkey PRIMARY KEY (company_id, id),
  constraint exports_file_check CHECK (((file_id IS NOT NULL) = (state = ANY (ARRAY['RUNNING'::text, 'READY'::text])))),
  constraint exports_format_check CHECK ((format = ANY (ARRAY['CSV'::text, 'JSONL'::text]))),
  constraint exports_range_check CHECK ((from_at < to_at)),
  constraint exports_ready_check CHECK (((state <> 'READY'::text) OR ((ended_at IS NOT NULL) AND (message_count IS NOT NULL) AND (bytes IS NOT NULL) AND (checksum IS NOT NULL)))),
  constraint exports_state_check CHECK ((state = ANY (ARRAY['QUEUED'::text, 'RUNNING'::text, 'READY'::text, 'FAILED'::text, 'EXPIRED'::text]))),
  constraint exports_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint exports_company_id_requested_by_id_fkey FOREIGN KEY (company_id, requested_by_id) REFERENCES users(company_id, id)
);
CREATE INDEX exports_company_id_requested_at_id_idx ON public.exports USING btree (company_id, requested_at, id);
CREATE UNIQUE INDEX exports_running_idx ON public.exports USING btree (company_id) WHERE (state = 'RUNNING'::text);
alter table exports enable row level security;
alter table exports force row level security;

create table file_usage (
  company_id uuid not null,
  bytes bigint not null default 0,
  constraint file_usage_pkey PRIMARY KEY (company_id),
  constraint file_usage_bytes_check CHECK ((bytes >= 0)),
  constraint file_usage_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON UPDATE CASCADE ON DELETE CASCADE
);
alter table file_usage enable row level security;
alter table file_usage force row level security;

create table guest_deliveries (
  company_id uuid not null,
  id uuid not null,
  guest_message_id uuid not null,
  guest_id uuid not null,
  status text not null default 'QUEUED'::text,
  provider_code text,
  provider_sid text,
  segments integer not null,
  due_at timestamp(3) with time zone not null default CURRENT_TIMESTAMP,
  claimed_at timestamp(3) with time zone,
  changed_at timestamp(3) with time zone not null default CURRENT_TIMESTAMP,
  constraint guest_deliveries_pkey PRIMARY KEY (company_id, id),
  constraint guest_deliveries_segments_check CHECK (((segments >= 1) AND (segments <= 100))),
  constraint guest_deliveries_status_check CHECK ((status = ANY (ARRAY['QUEUED'::text, 'SENDING'::text, 'SENT'::text, 'DELIVERED'::text, 'UNDELIVERED'::text, 'FAILED'::text, 'DROPPED'::text, 'CANCELLED'::text, 'UNCERTAIN'::text]))),
  constraint guest_deliveries_company_id_guest_id_fkey FOREIGN KEY (company_id, guest_id) REFERENCES guests(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint guest_deliveries_company_id_guest_message_id_fkey FOREIGN KEY (company_id, guest_message_id) REFERENCES guest_messages(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX guest_deliveries_company_id_guest_id_id_idx ON public.guest_deliveries USING btree (company_id, guest_id, id);
CREATE INDEX guest_deliveries_company_id_guest_message_id_status_id_idx ON public.guest_deliveries USING btree (company_id, guest_message_id, status, id);
CREATE INDEX guest_deliveries_due_idx ON public.guest_deliveries USING btree (company_id, due_at, id) WHERE (status = 'QUEUED'::text);
CREATE INDEX guest_deliveries_sending_idx ON public.guest_deliveries USING btree (company_id, claimed_at) WHERE (status = 'SENDING'::text);
CREATE UNIQUE INDEX guest_deliveries_company_id_guest_message_id_guest_id_key ON public.guest_deliveries USING btree (company_id, guest_message_id, guest_id);
alter table guest_deliveries enable row level security;
alter table guest_deliveries force row level security;

create table guest_messages (
  company_id uuid not null,
  id uuid not null,
  author_id uuid not null,
  body bytea not null,
  from_number text,
  encoding text not null,
  segments integer not null,
  local_time text,
  time_zone text,
  scheduled_for timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  cancelled_at timestamp(3) with time zone,
  expanded_to uuid,
  is_expanded boolean not null default true,
  recipient_count integer not null default 0,
  in_reply_to_id uuid,
  constraint guest_messages_pkey PRIMARY KEY (company_id, id),
  constraint guest_messages_encoding_check CHECK ((encoding = ANY (ARRAY['GSM7'::text, 'UCS2'::text]))),
  constraint guest_messages_schedule_check CHECK ((((local_time IS NULL) = (time_zone IS NULL)) AND ((local_time IS NULL) = (scheduled_for IS NULL)))),
  constraint guest_messages_company_id_author_id_fkey FOREIGN KEY (company_id, author_id) REFERENCES users(company_id, id),
  constraint guest_messages_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint guest_messages_company_id_in_reply_to_id_fkey FOREIGN KEY (company_id, in_reply_to_id) REFERENCES inbound_messages(company_id, id)
);
CREATE INDEX guest_messages_answers_idx ON public.guest_messages USING btree (company_id, in_reply_to_id) WHERE (in_reply_to_id IS NOT NULL);
CREATE INDEX guest_messages_company_id_created_at_id_idx ON public.guest_messages USING btree (company_id, created_at, id);
alter table guest_messages enable row level security;
alter table guest_messages force row level security;

create table guests (
  company_id uuid not null,
  id uuid not null,
  external_id text,
  name bytea,
  phone bytea,
  email bytea,
  phone_hash bytea,
  email_hash bytea,
  words bigint[] default ARRAY[]::bigint[],
  time_zone text,
  consent text not null default 'UNKNOWN'::text,
  needs_consent_review boolean not null default false,
  created_at timestamp(3) with time zone not null default CURRENT_TIMESTAMP,
  erased_at timestamp(3) with time zone,
  constraint guests_pkey PRIMARY KEY (company_id, id),
  constraint guests_consent_check CHECK ((consent = ANY (ARRAY['UNKNOWN'::text, 'SUBSCRIBED'::text, 'OPTED_OUT'::text]))),
  constraint guests_named_check CHECK (((erased_at IS NOT NULL) OR (external_id IS NOT NULL) OR (phone IS NOT NULL))),
  constraint guests_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX guests_company_id_email_hash_idx ON public.guests USING btree (company_id, email_hash);
CREATE INDEX guests_erased_idx ON public.guests USING btree (company_id, id) WHERE (erased_at IS NOT NULL);
CREATE INDEX guests_words_idx ON public.guests USING gin (words);
CREATE UNIQUE INDEX guests_company_id_external_id_key ON public.guests USING btree (company_id, external_id);
CREATE UNIQUE INDEX guests_company_id_phone_hash_key ON public.guests USING btree (company_id, phone_hash);
alter table guests enable row level security;
alter table guests force row level security;

create table hidden_messages (
  company_id uuid not null,
  user_id uuid not null,
  conversation_id uuid not null,
  seq integer not null,
  message_id uuid not null,
  created_at timestamp(3) with time zone not null default CURRENT_TIMESTAMP,
  constraint hidden_messages_pkey PRIMARY KEY (company_id, user_id, conversation_id, seq),
  constraint hidden_messages_company_id_conversation_id_fkey FOREIGN KEY (company_id, conversation_id) REFERENCES conversations(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint hidden_messages_company_id_message_id_fkey FOREIGN KEY (company_id, message_id) REFERENCES messages(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint hidden_messages_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX hidden_messages_company_id_message_id_idx ON public.hidden_messages USING btree (company_id, message_id);
alter table hidden_messages enable row level security;
alter table hidden_messages force row level security;

create table idempotency_keys (
  company_id uuid not null,
  user_id uuid not null,
  operation text not null,
  key text not null,
  request_hash bytea not null,
  message_id uuid,
  created_at timestamp(3) with time zone not null default CURRENT_TIMESTAMP,
  broadcast_id uuid,
  guest_message_id uuid,
  constraint idempotency_keys_pkey PRIMARY KEY (company_id, user_id, operation, key),
  constraint idempotency_keys_key_check CHECK (((length(key) >= 1) AND (length(key) <= 128))),
  constraint idempotency_keys_result_check CHECK ((num_nonnulls(message_id, broadcast_id, guest_message_id) = 1)),
  constraint idempotency_keys_company_id_broadcast_id_fkey FOREIGN KEY (company_id, broadcast_id) REFERENCES broadcasts(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint idempotency_keys_company_id_guest_message_id_fkey FOREIGN KEY (company_id, guest_message_id) REFERENCES guest_messages(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint idempotency_keys_company_id_message_id_fkey FOREIGN KEY (company_id, message_id) REFERENCES messages(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint idempotency_keys_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX idempotency_keys_age_idx ON public.idempotency_keys USING btree (created_at);
CREATE INDEX idempotency_keys_broadcast_idx ON public.idempotency_keys USING btree (company_id, broadcast_id) WHERE (broadcast_id IS NOT NULL);
CREATE INDEX idempotency_keys_guest_message_idx ON public.idempotency_keys USING btree (company_id, guest_message_id) WHERE (guest_message_id IS NOT NULL);
CREATE INDEX idempotency_keys_message_idx ON public.idempotency_keys USING btree (company_id, message_id) WHERE (message_id IS NOT NULL);
alter table idempotency_keys enable row level security;
alter table idempotency_keys force row level security;

create table inbound_messages (
  company_id uuid not null,
  id uuid not null,
  guest_id uuid,
  phone bytea,
  body bytea,
  received_on text not null,
  received_at timestamp(3) with time zone not null default clock_timestamp(),
  provider_sid text not null,
  phone_hash bytea,
  constraint inbound_messages_pkey PRIMARY KEY (company_id, id),
  constraint inbound_messages_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint inbound_messages_company_id_guest_id_fkey FOREIGN KEY (company_id, guest_id) REFERENCES guests(company_id, id)
);
CREATE INDEX inbound_messages_company_id_guest_id_id_idx ON public.inbound_messages USING btree (company_id, guest_id, id);
CREATE INDEX inbound_messages_company_id_phone_hash_idx ON public.inbound_messages USING btree (company_id, phone_hash);
CREATE INDEX inbound_messages_company_id_received_at_idx ON public.inbound_messages USING btree (company_id, received_at);
CREATE UNIQUE INDEX inbound_messages_company_id_provider_sid_key ON public.inbound_messages USING btree (company_id, provider_sid);
alter table inbound_messages enable row level security;
alter table inbound_messages force row level security;

create table key_states (
  company_id uuid not null,
  changed_at timestamp(3) with time zone not null default clock_timestamp(),
  destroyed_at timestamp(3) with time zone,
  constraint key_states_pkey PRIMARY KEY (company_id),
  constraint key_states_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX key_states_changed_at_idx ON public.key_states USING btree (changed_at);
alter table key_states enable row level security;
alter table key_states force row level security;

create table legal_holds (
  company_id uuid not null,
  id uuid not null,
  name bytea not null,
  user_id uuid,
  conversation_id uuid,
  from_at timestamp(3) with time zone,
  to_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  created_by_id uuid not null,
  released_at timestamp(3) with time zone,
  released_by_id uuid,
  release_reason bytea,
  constraint legal_holds_pkey PRIMARY KEY (company_id, id),
  constraint legal_holds_release_check CHECK ((num_nonnulls(released_at, released_by_id, release_reason) = ANY (ARRAY[0, 3]))),
  constraint legal_holds_scope_check CHECK (((user_id IS NOT NULL) OR (conversation_id IS NOT NULL) OR ((from_at IS NOT NULL) AND (to_at IS NOT NULL)))),
  constraint legal_holds_time_check CHECK ((from_at < to_at)),
  constraint legal_holds_company_id_conversation_id_fkey FOREIGN KEY (company_id, conversation_id) REFERENCES conversations(company_id, id),
  constraint legal_holds_company_id_created_by_id_fkey FOREIGN KEY (company_id, created_by_id) REFERENCES users(company_id, id),
  constraint legal_holds_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint legal_holds_company_id_released_by_id_fkey FOREIGN KEY (company_id, released_by_id) REFERENCES users(company_id, id),
  constraint legal_holds_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id)
);
CREATE INDEX legal_holds_company_id_created_at_id_idx ON public.legal_holds USING btree (company_id, created_at, id);
CREATE INDEX legal_holds_in_force_idx ON public.legal_holds USING btree (company_id) WHERE (released_at IS NULL);
alter table legal_holds enable row level security;
alter table legal_holds force row level security;

create table mentions (
  company_id uuid not null,
  message_id uuid not null,
  user_id uuid not null,
  conversation_id uuid not null,
  seq integer,
  constraint mentions_pkey PRIMARY KEY (company_id, message_id, user_id),
  constraint mentions_company_id_conversation_id_fkey FOREIGN KEY (company_id, conversation_id) REFERENCES conversations(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint mentions_company_id_conversation_id_message_id_fkey FOREIGN KEY (company_id, conversation_id, message_id) REFERENCES messages(company_id, conversation_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint mentions_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX mentions_company_id_user_id_conversation_id_seq_idx ON public.mentions USING btree (company_id, user_id, conversation_id, seq);
alter table mentions enable row level security;
alter table mentions force row level security;

create table message_access (
  company_id uuid not null,
  message_id uuid not null,
  number integer not null,
  effect text not null,
  role_id uuid,
  user_id uuid,
  attribute text,
  ended_at timestamp(3) with time zone,
  constraint message_access_pkey PRIMARY KEY (company_id, message_id, number),
  constraint message_access_effect_check CHECK ((effect = ANY (ARRAY['ALLOW'::text, 'DENY'::text]))),
  constraint message_access_target_check CHECK ((num_nonnulls(role_id, user_id, attribute) = 1)),
  constraint message_access_company_id_message_id_fkey FOREIGN KEY (company_id, message_id) REFERENCES messages(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint message_access_company_id_role_id_fkey FOREIGN KEY (company_id, role_id) REFERENCES roles(company_id, id),
  constraint message_access_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id)
);
CREATE INDEX message_access_company_id_role_id_idx ON public.message_access USING btree (company_id, role_id);
alter table message_access enable row level security;
alter table message_access force row level security;

create table message_days (
  company_id uuid not null,
  day integer not null,
  constraint message_days_pkey PRIMARY KEY (company_id, day),
  constraint message_days_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON UPDATE CASCADE ON DELETE RESTRICT
);
alter table message_days enable row level security;
alter table message_days force row level security;

create table message_gaps (
  company_id uuid not null,
  conversation_id uuid not null,
  from_seq integer not null,
  to_seq integer not null,
  constraint message_gaps_pkey PRIMARY KEY (company_id, conversation_id, from_seq),
  constraint message_gaps_range_check CHECK (((from_seq >= 1) AND (to_seq >= from_seq))),
  constraint message_gaps_company_id_conversation_id_fkey FOREIGN KEY (company_id, conversation_id) REFERENCES conversations(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
alter table message_gaps enable row level security;
alter table message_gaps force row level security;

create table message_reports (
  company_id uuid not null,
  message_id uuid not null,
  reporter_id uuid not null,
  case_id uuid not null,
  reason text not null,
  note bytea,
  reported_at timestamp(3) with time zone not null default CURRENT_TIMESTAMP,
  constraint message_reports_pkey PRIMARY KEY (company_id, message_id, reporter_id),
  constraint message_reports_reason_check CHECK ((reason = ANY (ARRAY['SPAM'::text, 'HARASSMENT'::text, 'CONFIDENTIAL'::text, 'OTHER'::text]))),
  constraint message_reports_company_id_case_id_fkey FOREIGN KEY (company_id, case_id) REFERENCES moderation_cases(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint message_reports_company_id_message_id_fkey FOREIGN KEY (company_id, message_id) REFERENCES messages(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint message_reports_company_id_reporter_id_fkey FOREIGN KEY (company_id, reporter_id) REFERENCES users(company_id, id)
);
CREATE INDEX message_reports_company_id_case_id_reported_at_reporter_id_idx ON public.message_reports USING btree (company_id, case_id, reported_at, reporter_id);
alter table message_reports enable row level security;
alter table message_reports force row level security;

create table message_revisions (
  company_id uuid not null,
  message_id uuid not null,
  revision integer not null,
  subject bytea,
  body bytea not null,
  edited_at timestamp(3) with time zone not null,
  edited_by_id uuid not null,
  constraint message_revisions_pkey PRIMARY KEY (company_id, message_id, revision),
  constraint message_revisions_company_id_edited_by_id_fkey FOREIGN KEY (company_id, edited_by_id) REFERENCES users(company_id, id),
  constraint message_revisions_company_id_message_id_fkey FOREIGN KEY (company_id, message_id) REFERENCES messages(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
alter table message_revisions enable row level security;
alter table message_revisions force row level security;

create table message_words (
  company_id uuid not null,
  message_id uuid not null,
  conversation_id uuid not null,
  created_at timestamp(3) with time zone not null,
  words bigint[] not null,
  constraint message_words_pkey PRIMARY KEY (company_id, message_id),
  constraint message_words_company_id_conversation_id_message_id_fkey FOREIGN KEY (company_id, conversation_id, message_id) REFERENCES messages(company_id, conversation_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX message_words_words_idx ON public.message_words USING gin (words) WITH (gin_pending_list_limit='512');
alter table message_words enable row level security;
alter table message_words force row level security;

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
  is_restricted boolean not null default false,
  submitted_at timestamp(3) with time zone,
  constraint messages_pkey PRIMARY KEY (company_id, id),
  constraint messages_depth_check CHECK (((depth >= 0) AND ((parent_id IS NULL) OR (depth > 0)))),
  constraint messages_priority_check CHECK ((priority = ANY (ARRAY['LOW'::text, 'NORMAL'::text, 'HIGH'::text, 'URGENT'::text]))),
  constraint messages_seq_check CHECK ((((state = ANY (ARRAY['HELD'::text, 'REJECTED'::text])) = (seq IS NULL)) AND (seq >= 1))),
  constraint messages_state_check CHECK ((state = ANY (ARRAY['POSTED'::text, 'HELD'::text, 'REJECTED'::text, 'RETRACTED'::text]))),
  constraint messages_submitted_check CHECK (((state <> ALL (ARRAY['HELD'::text, 'REJECTED'::text])) OR (submitted_at IS NOT NULL))),
  constraint messages_company_id_author_id_fkey FOREIGN KEY (company_id, author_id) REFERENCES users(company_id, id),
  constraint messages_company_id_conversation_id_fkey FOREIGN KEY (company_id, conversation_id) REFERENCES conversations(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint messages_company_id_conversation_id_parent_id_fkey FOREIGN KEY (company_id, conversation_id, parent_id) REFERENCES messages(company_id, conversation_id, id)
);
CREATE INDEX messages_company_id_conversation_id_author_id_seq_idx ON public.messages USING btree (company_id, conversation_id, author_id, seq);
CREATE INDEX messages_replies_idx ON public.messages USING btree (company_id, parent_id, seq) WHERE (parent_id IS NOT NULL);
CREATE INDEX messages_restricted_idx ON public.messages USING btree (company_id, conversation_id, seq) WHERE is_restricted;
CREATE INDEX messages_retracted_idx ON public.messages USING btree (company_id, conversation_id, seq) WHERE (state = 'RETRACTED'::text);
CREATE INDEX messages_sent_idx ON public.messages USING btree (company_id, author_id, created_at, id) WHERE (depth >= 0);
CREATE UNIQUE INDEX messages_company_id_conversation_id_id_key ON public.messages USING btree (company_id, conversation_id, id);
CREATE UNIQUE INDEX messages_company_id_conversation_id_seq_key ON public.messages USING btree (company_id, conversation_id, seq);
CREATE STATISTICS public.messages_of_a_conversation (dependencies) ON company_id, conversation_id FROM messages;
alter table messages enable row level security;
alter table messages force row level security;

create table moderation_cases (
  company_id uuid not null,
  id uuid not null,
  message_id uuid not null,
  kind text not null,
  state text not null default 'OPEN'::text,
  signals text[] default ARRAY[]::text[],
  opened_at timestamp(3) with time zone not null default CURRENT_TIMESTAMP,
  decided_at timestamp(3) with time zone,
  decided_by_id uuid,
  reason bytea,
  constraint moderation_cases_pkey PRIMARY KEY (company_id, id),
  constraint moderation_cases_decision_check CHECK ((num_nulls(decided_at, decided_by_id, reason) =
CASE state
    WHEN 'OPEN'::text THEN 3
    ELSE 0
END)),
  constraint moderation_cases_kind_check CHECK ((kind = ANY (ARRAY['HELD'::text, 'REPORTED'::text]))),
  constraint moderation_cases_state_check CHECK ((state = ANY (ARRAY['OPEN'::text, 'APPROVED'::text, 'REJECTED'::text, 'DISMISSED'::text, 'RETRACTED'::text]))),
  constraint moderation_cases_company_id_decided_by_id_fkey FOREIGN KEY (company_id, decided_by_id) REFERENCES users(company_id, id),
  constraint moderation_cases_company_id_message_id_fkey FOREIGN KEY (company_id, message_id) REFERENCES messages(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX moderation_cases_company_id_message_id_idx ON public.moderation_cases USING btree (company_id, message_id);
CREATE INDEX moderation_cases_company_id_opened_at_id_idx ON public.moderation_cases USING btree (company_id, opened_at, id);
CREATE INDEX moderation_cases_company_id_state_opened_at_id_idx ON public.moderation_cases USING btree (company_id, state, opened_at, id);
CREATE UNIQUE INDEX moderation_cases_open_idx ON public.moderation_cases USING btree (company_id, message_id) WHERE (state = 'OPEN'::text);
alter table moderation_cases enable row level security;
alter table moderation_cases force row level security;

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
  by_department boolean not null default false,
  constraint participants_pkey PRIMARY KEY (company_id, conversation_id, user_id),
  constraint participants_hidden_check CHECK ((hidden_seq >= 0)),
  constraint participants_marks_check CHECK (((last_read_seq >= 0) AND (last_delivered_seq >= last_read_seq) AND (joined_seq >= 0) AND (unread_from_seq >= 1))),
  constraint participants_mute_check CHECK ((is_muted OR (muted_until IS NULL))),
  constraint participants_role_check CHECK ((role = ANY (ARRAY['ADMIN'::text, 'MEMBER'::text]))),
  constraint participants_company_id_conversation_id_fkey FOREIGN KEY (company_id, conversation_id) REFERENCES conversations(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint participants_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE
) with (fillfactor=50);
CREATE INDEX participants_company_id_user_id_conversation_id_idx ON public.participants USING btree (company_id, user_id, conversation_id);
alter table participants enable row level security;
alter table participants force row level security;

create table pending_digests (
  company_id uuid not null,
  user_id uuid not null,
  checked_at timestamp(3) with time zone,
  queued_at timestamp(3) with time zone,
  constraint pending_digests_pkey PRIMARY KEY (company_id, user_id),
  constraint pending_digests_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
alter table pending_digests enable row level security;
alter table pending_digests force row level security;

create table push_deliveries (
  company_id uuid not null,
  subscription_id uuid not null,
  message_id uuid not null,
  due_at timestamp(3) with time zone not null default CURRENT_TIMESTAMP,
  constraint push_deliveries_pkey PRIMARY KEY (company_id, subscription_id, message_id),
  constraint push_deliveries_company_id_message_id_fkey FOREIGN KEY (company_id, message_id) REFERENCES messages(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint push_deliveries_company_id_subscription_id_fkey FOREIGN KEY (company_id, subscription_id) REFERENCES push_subscriptions(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX push_deliveries_company_id_due_at_idx ON public.push_deliveries USING btree (company_id, due_at);
CREATE INDEX push_deliveries_company_id_message_id_idx ON public.push_deliveries USING btree (company_id, message_id);
alter table push_deliveries enable row level security;
alter table push_deliveries force row level security;

create table push_marks (
  company_id uuid not null,
  "position" bigint not null default 0,
  constraint push_marks_pkey PRIMARY KEY (company_id),
  constraint push_marks_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON UPDATE CASCADE ON DELETE CASCADE
);
alter table push_marks enable row level security;
alter table push_marks force row level security;

create table push_subscriptions (
  company_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  endpoint_hash bytea not null,
  sealed bytea not null,
  failures integer not null default 0,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  retry_at timestamp(3) with time zone,
  constraint push_subscriptions_pkey PRIMARY KEY (company_id, id),
  constraint push_subscriptions_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX push_subscriptions_company_id_user_id_created_at_idx ON public.push_subscriptions USING btree (company_id, user_id, created_at);
CREATE UNIQUE INDEX push_subscriptions_company_id_endpoint_hash_key ON public.push_subscriptions USING btree (company_id, endpoint_hash);
alter table push_subscriptions enable row level security;
alter table push_subscriptions force row level security;

create table reactions (
  company_id uuid not null,
  message_id uuid not null,
  emoji text not null,
  user_id uuid not null,
  is_on boolean not null default true,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint reactions_pkey PRIMARY KEY (company_id, message_id, emoji, user_id),
  constraint reactions_company_id_message_id_fkey FOREIGN KEY (company_id, message_id) REFERENCES messages(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint reactions_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
alter table reactions enable row level security;
alter table reactions force row level security;

create table receipts (
  company_id uuid not null,
  conversation_id uuid not null,
  user_id uuid not null,
  status text not null,
  up_to_seq integer not null,
  at timestamp(3) with time zone not null default CURRENT_TIMESTAMP,
  constraint receipts_pkey PRIMARY KEY (company_id, conversation_id, user_id, status, up_to_seq),
  constraint receipts_seq_check CHECK ((up_to_seq >= 1)),
  constraint receipts_status_check CHECK ((status = ANY (ARRAY['DELIVERED'::text, 'READ'::text]))),
  constraint receipts_company_id_conversation_id_fkey FOREIGN KEY (company_id, conversation_id) REFERENCES conversations(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint receipts_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
alter table receipts enable row level security;
alter table receipts force row level security;

create table roles (
  company_id uuid not null,
  id uuid not null,
  name text not null,
  permissions text[],
  is_built_in boolean not null default false,
  constraint roles_pkey PRIMARY KEY (company_id, id),
  constraint roles_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE UNIQUE INDEX roles_company_id_name_key ON public.roles USING btree (company_id, name);
alter table roles enable row level security;
alter table roles force row level security;

create table sms_pace (
  company_id uuid not null,
  batch_at timestamp(3) with time zone not null default CURRENT_TIMESTAMP,
  batch_count integer not null default 0,
  rate double precision not null default 1,
  month text not null default ''::text,
  month_count integer not null default 0,
  slowed_at timestamp(3) with time zone,
  constraint sms_pace_pkey PRIMARY KEY (company_id),
  constraint sms_pace_rate_check CHECK (((rate > (0)::double precision) AND (rate <= (1)::double precision))),
  constraint sms_pace_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON UPDATE CASCADE ON DELETE CASCADE
);
alter table sms_pace enable row level security;
alter table sms_pace force row level security;

create table sms_settings (
  company_id uuid not null,
  from_number text,
  help_business text,
  help_purpose text,
  help_phone text,
  help_email text,
  help_website text,
  help_disclaimer text,
  time_zone text,
  quiet_from text default '21:00'::text,
  quiet_to text default '08:00'::text,
  batch_size integer not null default 60,
  batch_seconds integer not null default 60,
  monthly_cap integer,
  keyword_replies text,
  stop_words text[] default ARRAY[]::text[],
  meta jsonb,
  constraint sms_settings_pkey PRIMARY KEY (company_id),
  constraint sms_settings_pace_check CHECK ((((batch_size >= 1) AND (batch_size <= 1000)) AND ((batch_seconds >= 1) AND (batch_seconds <= 3600)) AND (monthly_cap >= 0))),
  constraint sms_settings_quiet_check CHECK (((quiet_from IS NULL) = (quiet_to IS NULL))),
  constraint sms_settings_replies_check CHECK ((keyword_replies = ANY (ARRAY['PROVIDER'::text, 'COLLOQUY'::text]))),
  constraint sms_settings_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON UPDATE CASCADE ON DELETE CASCADE
);
alter table sms_settings enable row level security;
alter table sms_settings force row level security;

create table spam_penalties (
  company_id uuid not null,
  user_id uuid not null,
  step integer not null,
  stepped_at timestamp(3) with time zone not null,
  cooldown_until timestamp(3) with time zone,
  constraint spam_penalties_pkey PRIMARY KEY (company_id, user_id),
  constraint spam_penalties_step_check CHECK ((step >= 1)),
  constraint spam_penalties_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
alter table spam_penalties enable row level security;
alter table spam_penalties force row level security;

create table told_messages (
  company_id uuid not null,
  user_id uuid not null,
  conversation_id uuid not null,
  seq integer not null,
  constraint told_messages_pkey PRIMARY KEY (company_id, user_id, conversation_id),
  constraint told_messages_company_id_conversation_id_fkey FOREIGN KEY (company_id, conversation_id) REFERENCES conversations(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint told_messages_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX told_messages_company_id_conversation_id_idx ON public.told_messages USING btree (company_id, conversation_id);
alter table told_messages enable row level security;
alter table told_messages force row level security;

create table user_words (
  company_id uuid not null,
  word text collate "C" not null,
  name_folded text collate "C" not null,
  user_id uuid not null,
  is_enabled boolean not null,
  constraint user_words_pkey PRIMARY KEY (company_id, word, name_folded, user_id, is_enabled),
  constraint user_words_company_id_user_id_fkey FOREIGN KEY (company_id, user_id) REFERENCES users(company_id, id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX user_words_company_id_user_id_idx ON public.user_words USING btree (company_id, user_id);
alter table user_words enable row level security;
alter table user_words force row level security;

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
  avatar_url text,
  do_not_disturb_until timestamp(3) with time zone,
  locale text,
  show_preview_in_notifications boolean not null default true,
  email_hash bytea,
  erased_at timestamp(3) with time zone,
  external_id_hash bytea,
  constraint users_pkey PRIMARY KEY (company_id, id),
  constraint users_erased_check CHECK (
CASE
    WHEN (erased_at IS NULL) THEN (num_nonnulls(external_id_hash, email_hash) = 0)
    ELSE ((num_nonnulls(external_id, email, department, avatar_url, issuer, subject) = 0) AND (NOT is_enabled))
END),
  constraint users_login_check CHECK (((issuer IS NULL) = (subject IS NULL))),
  constraint users_name_check CHECK ((name <> ''::text)),
  constraint users_search_source_check CHECK ((search_source = ((name || '
'::text) || COALESCE(email, ''::text)))),
  constraint users_search_words_check CHECK (((cardinality(search_words) >= 1) AND (cardinality(search_words) <= 32))),
  constraint users_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON UPDATE CASCADE ON DELETE CASCADE,
  constraint users_company_id_role_id_fkey FOREIGN KEY (company_id, role_id) REFERENCES roles(company_id, id) ON UPDATE RESTRICT ON DELETE RESTRICT
);
CREATE INDEX users_company_id_joined_at_id_idx ON public.users USING btree (company_id, joined_at, id);
CREATE INDEX users_company_id_name_folded_id_idx ON public.users USING btree (company_id, name_folded, id);
CREATE INDEX users_email_hash_idx ON public.users USING btree (company_id, email_hash) WHERE (email_hash IS NOT NULL);
CREATE INDEX users_external_id_hash_idx ON public.users USING btree (company_id, external_id_hash) WHERE (external_id_hash IS NOT NULL);
CREATE INDEX users_external_id_idx ON public.users USING btree (external_id);
CREATE INDEX users_issuer_subject_idx ON public.users USING btree (issuer, subject);
CREATE UNIQUE INDEX users_company_id_external_id_key ON public.users USING btree (company_id, external_id);
CREATE UNIQUE INDEX users_company_id_issuer_subject_key ON public.users USING btree (company_id, issuer, subject);
alter table users enable row level security;
alter table users force row level security;

create table app.push_endpoints (
  endpoint_hash bytea not null,
  company_id uuid not null,
  subscription_id uuid not null,
  constraint push_endpoints_pkey PRIMARY KEY (endpoint_hash),
  constraint push_endpoints_subscription_fkey FOREIGN KEY (company_id, subscription_id) REFERENCES push_subscriptions(company_id, id) ON DELETE CASCADE
);
CREATE INDEX push_endpoints_subscription_idx ON app.push_endpoints USING btree (company_id, subscription_id);

create table app.secrets (
  name text not null,
  key bytea not null,
  constraint secrets_pkey PRIMARY KEY (name),
  constraint secrets_key_check CHECK ((octet_length(key) = 32))
);

create table app.sms_contacts (
  contact_hash bytea not null,
  company_id uuid not null,
  written_at timestamp(3) with time zone not null default now(),
  constraint sms_contacts_pkey PRIMARY KEY (contact_hash, company_id),
  constraint sms_contacts_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE CASCADE
);

create table app.sms_numbers (
  number text not null,
  company_id uuid not null,
  constraint sms_numbers_pkey PRIMARY KEY (number, company_id),
  constraint sms_numbers_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE CASCADE
);
CREATE INDEX sms_numbers_company_id_idx ON app.sms_numbers USING btree (company_id);

create table app.sms_seen (
  provider_sid text not null,
  reply text,
  company_id uuid,
  seen_at timestamp(3) with time zone not null default now(),
  constraint sms_seen_pkey PRIMARY KEY (provider_sid)
);
CREATE INDEX sms_seen_age_idx ON app.sms_seen USING btree (seen_at);

create table app.sms_senders (
  number text not null,
  paused_at timestamp(3) with time zone not null default now(),
  provider_code text not null,
  constraint sms_senders_pkey PRIMARY KEY (number)
);

create table app.sms_stops (
  contact_hash bytea not null,
  stopped_at timestamp(3) with time zone not null default now(),
  constraint sms_stops_pkey PRIMARY KEY (contact_hash)
);

create table app.unmatched_inbound (
  id uuid not null,
  received_on text not null,
  received_at timestamp(3) with time zone not null default now(),
  sealed bytea not null,
  constraint unmatched_inbound_pkey PRIMARY KEY (id)
);
CREATE INDEX unmatched_inbound_age_idx ON app.unmatched_inbound USING btree (received_at);

-- functions

CREATE OR REPLACE FUNCTION app.acknowledge_delivery(p_company uuid, p_user uuid, p_conversations uuid[], p_seqs integer[], OUT "position" bigint) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.add_audit_event(p_company uuid, p_index bigint, p_kind text, p_object uuid, p_conversation uuid, p_detail jsonb) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.add_file_bytes(p_company uuid, p_bytes numeric) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.add_message_gap(p_conversation uuid, p_from integer, p_to integer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.allowed(p_company uuid, p_message uuid, p_user uuid) RETURNS SETOF boolean LANGUAGE sql STABLE ROWS 1 BEGIN ATOMIC SELECT true FROM ( SELECT bool_or((a.effect = 'ALLOW'::text)) AS is_narrowed, bool_or(((a.effect = 'ALLOW'::text) AND n.is_named)) AS is_let, bool_or(((a.effect = 'DENY'::text) AND n.is_named)) AS is_denied FROM ((message_access a JOIN users u ON (((u.company_id = a.company_id) AND (u.id = allowed.p_user)))) CROSS JOIN LATERAL ( SELECT COALESCE(((a.user_id = u.id) OR (a.role_id = u.role_id) OR (a.attribute = ('department:'::text || lower(u.department)))), false) AS is_named) n) WHERE ((a.company_id = allowed.p_company) AND (a.message_id = allowed.p_message) AND (a.ended_at IS NULL))) r WHERE ((NOT r.is_denied) AND (r.is_let OR (NOT r.is_narrowed))); END ;
CREATE OR REPLACE FUNCTION app.append_access_change(p_company uuid, p_users uuid[]) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.append_case_event(p_kind text, p_case uuid, p_actor uuid, p_detail jsonb) RETURNS bigint LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.append_event(p_kind text, p_conversation uuid, p_message uuid DEFAULT NULL::uuid, p_seq integer DEFAULT NULL::integer, p_actor uuid DEFAULT NULL::uuid, p_recipient uuid DEFAULT NULL::uuid, p_joined uuid[] DEFAULT '{}'::uuid[], p_left uuid[] DEFAULT '{}'::uuid[], p_permission text DEFAULT NULL::text, p_case uuid DEFAULT NULL::uuid, p_detail jsonb DEFAULT NULL::jsonb) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.append_guest_events(p_kind text, p_about uuid[]) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.attach_files(p_company uuid, p_user uuid, p_message uuid, p_attachments uuid[]) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.audit_consent() RETURNS trigger LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.audit_members() RETURNS trigger LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.audit_roles() RETURNS trigger LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.audit_settings() RETURNS trigger LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.begin_digests() RETURNS trigger LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.begin_export(p_export uuid, p_file uuid) RETURNS boolean LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.begin_upload(p_company uuid, p_user uuid, p_attachment uuid, p_kind text, p_name bytea, p_key bytea, p_size integer, p_duration_ms integer, p_quota bigint, p_max_unsent integer) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.bind(p_company uuid, p_user uuid) RETURNS uuid LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.bind_act(p_company uuid, p_actor uuid, p_request text, p_key bytea, p_origin bytea, p_salt bytea, p_sealed bytea) RETURNS uuid LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.bind_reader(p_company uuid, p_user uuid) RETURNS uuid LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.bind_senders(p_companies uuid[], p_users uuid[]) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.blank_events(p_messages uuid[]) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.blank_guest_events(p_about uuid[]) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.bound_company() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.bound_user() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.cancel_broadcast(p_company uuid, p_user uuid, p_broadcast uuid) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.cancel_guest_message(p_company uuid, p_user uuid, p_message uuid) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.change_consent(p_event uuid, p_guest uuid, p_state text, p_source text, p_words bytea, p_note bytea) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.claim_pushes(p_max integer) RETURNS TABLE(subscription_id uuid, user_id uuid, sealed bytea, conversation_id uuid, message_ids uuid[], unread_count integer) LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.claim_sms(p_ids uuid[], p_contacts bytea[], p_froms text[], p_batch_size integer, p_batch_seconds integer, p_cap integer, p_month text, p_month_ends timestamp with time zone, OUT ids uuid[], OUT wait_until timestamp with time zone, OUT "position" bigint) RETURNS record LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.companies_to_digest() RETURNS SETOF uuid LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.companies_to_push() RETURNS SETOF uuid LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.companies_to_sweep(p_unsent_hours integer) RETURNS SETOF uuid LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.company_named(p_reference text) RETURNS uuid LANGUAGE plpgsql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.conversations_with_old_receipts(p_after uuid, p_max integer) RETURNS SETOF uuid LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.count_broadcast_marks() RETURNS trigger LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.count_file_bytes() RETURNS trigger LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.create_legal_hold(p_company uuid, p_user uuid, p_hold uuid, p_name bytea, p_person uuid, p_conversation uuid, p_from timestamp with time zone, p_to timestamp with time zone) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.create_upload(p_company uuid, p_user uuid, p_attachment uuid, p_kind text, p_name bytea, p_key bytea, p_size integer, p_duration_ms integer, p_quota bigint, p_max_unsent integer) RETURNS boolean LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.current_company() RETURNS uuid LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.day_of(p_at timestamp with time zone) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.day_salt(p_day integer) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.decide_case(p_company uuid, p_user uuid, p_case uuid, p_decision text, p_reason bytea, p_revision integer, p_words bigint[], p_subject bytea, p_body bytea, p_metadata bytea) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.delete_upload(p_company uuid, p_user uuid, p_attachment uuid) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.deliver_broadcast(p_broadcast broadcasts) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.department_key(p_name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.detach_replies(p_messages uuid[], p_max integer, OUT free uuid[], OUT detached integer) RETURNS record LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.due_conversations(p_end timestamp with time zone, p_after uuid, p_max integer) RETURNS TABLE(id uuid, is_due boolean) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.due_digest(p_user uuid) RETURNS TABLE(conversation_id uuid, message_count integer, up_to_seq integer) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.each_member() RETURNS SETOF uuid LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp' SET enable_seqscan TO 'off';
CREATE OR REPLACE FUNCTION app.edit_message(p_company uuid, p_user uuid, p_message uuid, p_revision integer, p_subject bytea, p_body bytea, p_words bigint[], p_replaced_subject bytea, p_replaced_body bytea, p_signals text[], OUT "position" bigint, OUT cooldown_until timestamp with time zone) RETURNS record LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.end_check(p_attachment uuid, p_lease uuid, p_refusal text, p_media_type text, p_content text, p_size integer, p_width integer, p_height integer, p_duration_ms integer, p_thumbnail_size integer) RETURNS boolean LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.end_export(p_export uuid, p_file uuid, p_state text, p_count integer, p_bytes bigint, p_checksum text) RETURNS boolean LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.enqueue_job(p_task text, p_payload json, p_run_at timestamp with time zone, p_job_key text) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.enqueue_next_export() RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.ensure_direct(p_user uuid, p_conversation uuid, p_recipient uuid) RETURNS boolean LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.erase_company() RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.erase_guest(p_company uuid, p_user uuid, p_guest uuid) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.erase_user(p_user uuid, p_external_id_hash bytea, p_email_hash bytea) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.expand_guest_message(p_max integer) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.expire_exports(p_kept interval, p_stuck interval) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.find_digests(p_max integer) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.find_pushes(p_max integer) RETURNS boolean LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.follow_departments(p_company uuid, p_conversation uuid, p_users uuid[], OUT joined uuid[], OUT departed uuid[]) RETURNS record LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.follow_own_send(p_mark participants, p_seq integer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.forget_origins(p_user uuid) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.free_broadcast_at(p_company uuid) RETURNS timestamp with time zone LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.give_up_phones(p_guests uuid[]) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.give_up_sms() RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.guests_with_words(p_words bigint[], p_consent text, p_before uuid, p_max integer) RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100 SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.has_permission(p_company uuid, p_user uuid, p_permission text) RETURNS boolean LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.has_told_of_audit(p_company uuid, p_user uuid, p_conversation uuid) RETURNS boolean LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.hide_conversation(p_company uuid, p_user uuid, p_conversation uuid) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.hide_message(p_company uuid, p_user uuid, p_message uuid, OUT conversation_id uuid, OUT "position" bigint) RETURNS record LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.hold_broadcast(p_company uuid, p_user uuid, p_broadcast uuid) RETURNS broadcasts LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.hold_case(p_company uuid, p_user uuid, p_case uuid) RETURNS moderation_cases LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.hold_message(p_company uuid, p_user uuid, p_message uuid) RETURNS messages LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.index_message(p_company uuid, p_conversation uuid, p_message uuid, p_created_at timestamp with time zone, p_words bigint[]) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.is_begun(p_kind text, p_last_seq integer, p_creator uuid, p_user uuid) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN ((p_kind <> 'DIRECT'::text) OR (p_last_seq > 0) OR (p_creator IS NULL) OR (p_creator = p_user)) ;
CREATE OR REPLACE FUNCTION app.is_digest_queued(p_user uuid, p_queued_at bigint) RETURNS boolean LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.is_held(p_company uuid, p_conversation uuid, p_author uuid, p_created_at timestamp with time zone) RETURNS boolean LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.is_listed(p_kind text, p_access text, p_is_closed boolean) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN ((p_kind = 'GROUP'::text) AND (p_access = ANY (ARRAY['OPEN'::text, 'CLOSED'::text])) AND (NOT p_is_closed)) ;
CREATE OR REPLACE FUNCTION app.is_person_held(p_user uuid) RETURNS boolean LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.is_readable(p_member uuid, p_kind text, p_last_seq integer, p_creator uuid, p_audience text) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN (((p_member IS NOT NULL) AND app.is_begun(p_kind, p_last_seq, p_creator, p_member)) OR (p_audience = 'VISITORS'::text)) ;
CREATE OR REPLACE FUNCTION app.job_tasks() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.join_conversation(p_company uuid, p_conversation uuid, p_user uuid, p_seq integer) RETURNS participants LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.keep_audit_origin() RETURNS trigger LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.keep_checkpoint(p_from bigint, p_size bigint, p_root bytea, p_range bytea, p_note text, p_leaves bytea, p_levels integer[], p_indexes bigint[], p_hashes bytea[]) RETURNS boolean LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.keep_user_words() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.kept_from(p_company uuid, p_conversation uuid, p_message uuid, p_seq integer, p_author uuid, p_is_restricted boolean, p_user uuid) RETURNS SETOF boolean LANGUAGE sql STABLE ROWS 1 BEGIN ATOMIC SELECT true WHERE (((p_seq IS NULL) AND (p_author IS DISTINCT FROM p_user)) OR (p_is_restricted AND (p_author IS DISTINCT FROM p_user) AND (NOT (EXISTS ( SELECT FROM app.allowed(kept_from.p_company, kept_from.p_message, kept_from.p_user) allowed(allowed))))) OR (EXISTS ( SELECT FROM hidden_messages h WHERE ((h.company_id = kept_from.p_company) AND (h.user_id = kept_from.p_user) AND (h.conversation_id = kept_from.p_conversation) AND (h.seq = kept_from.p_seq))))); END ;
CREATE OR REPLACE FUNCTION app.keys_changed(p_destroyed boolean) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.keys_destroyed(p_reference text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.lock_channels(p_company uuid, p_departments text[]) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.lock_membership(p_company uuid, p_user uuid, p_conversation uuid, p_column text, OUT last_seq integer, OUT membership participants) RETURNS record LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.lock_purge() RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.mark_read(p_company uuid, p_user uuid, p_conversation uuid, p_up_to integer, OUT read_seq integer, OUT "position" bigint) RETURNS record LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.mark_unread(p_company uuid, p_user uuid, p_conversation uuid, p_from integer, OUT "position" bigint) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.membership_of(p_company uuid, p_conversation uuid, p_audience text, p_user uuid) RETURNS TABLE(user_id uuid, role text, unread_from_seq integer, hidden_seq integer, is_muted boolean, muted_until timestamp with time zone, last_read_seq integer) LANGUAGE sql STABLE ROWS 1 BEGIN ATOMIC SELECT membership_of.p_user AS p_user, COALESCE(r.role, 'MEMBER'::text) AS "coalesce", r.unread_from_seq, r.hidden_seq, COALESCE(r.is_muted, false) AS "coalesce", r.muted_until, CASE WHEN (r.user_id IS NULL) THEN app.start_seq(membership_of.p_company, membership_of.p_conversation, membership_of.p_user) ELSE r.last_read_seq END AS last_read_seq FROM (( SELECT 1 AS "?column?") asked LEFT JOIN LATERAL ( SELECT r_1.company_id, r_1.conversation_id, r_1.user_id, r_1.role, r_1.joined_at, r_1.joined_seq, r_1.left_at, r_1.last_read_seq, r_1.last_delivered_seq, r_1.unread_from_seq, r_1.is_muted, r_1.muted_until, r_1.hidden_seq, r_1.by_department FROM participants r_1 WHERE ((r_1.company_id = membership_of.p_company) AND (r_1.conversation_id = membership_of.p_conversation) AND (r_1.user_id = membership_of.p_user) AND (r_1.left_at IS NULL)) OFFSET 0) r ON (true)) WHERE ((r.user_id IS NOT NULL) OR (membership_of.p_audience = 'COMPANY'::text)) OFFSET 0; END ;
CREATE OR REPLACE FUNCTION app.membership_signature(p_company text, p_user text) RETURNS text LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.memberships_of(p_issuer text, p_subject text, p_member_reference text) RETURNS TABLE(company_id uuid, company_name text, company_external_id text, user_id uuid, is_enabled boolean, is_tied boolean) LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.message_refusal(p_action text, p_user uuid, p_message messages, p_moderates boolean, p_edit_minutes integer, p_retract_minutes integer, p_max_depth integer, OUT code text, OUT detail text, OUT hint text) RETURNS record LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.message_rules(p_company uuid, p_user uuid, OUT moderates boolean, OUT edit_minutes integer, OUT retract_minutes integer, OUT max_depth integer) RETURNS record LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.messages_with_words(p_words bigint[], p_before timestamp with time zone, p_id uuid, p_from timestamp with time zone, p_max integer, p_conversations uuid[]) RETURNS TABLE(conversation_id uuid, created_at timestamp with time zone, message_id uuid, is_last boolean) LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100 SET search_path TO 'pg_catalog', 'pg_temp' SET enable_seqscan TO 'off' SET enable_indexscan TO 'off' SET jit TO 'off' SET max_parallel_workers_per_gather TO '0';
CREATE OR REPLACE FUNCTION app.mint_ticket(p_hash bytea, p_token_expires_at timestamp with time zone) RETURNS timestamp with time zone LANGUAGE sql SECURITY DEFINER SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.next_digests(p_max integer) RETURNS SETOF uuid LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.people_shown(p_company uuid, p_conversation uuid, p_message uuid) RETURNS uuid[] LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.post_held(p_message messages, p_words bigint[]) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.punish_spam(p_company uuid, p_user uuid, p_signals text[], p_may_hold boolean, OUT penalty text, OUT cooldown_until timestamp with time zone) RETURNS record LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.purge_broadcasts(p_default_days integer, p_max integer) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.purge_events(p_max integer) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.purge_guest_messages(p_default_days integer, p_max integer) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.purge_idempotency_keys(p_max integer) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.purge_inbound_messages(p_default_days integer, p_max integer) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.purge_messages(p_conversation uuid, p_default_days integer, p_after integer, p_max integer, OUT purged integer, OUT next_after integer) RETURNS record LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.purge_receipts(p_conversation uuid, p_max integer) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.push_wanted(p_company uuid, p_message uuid, p_user uuid) RETURNS TABLE(conversation_id uuid, seq integer, unread_count integer) LANGUAGE sql STABLE ROWS 1 SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.queue_digests(p_users uuid[]) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.record_audit(p_kind text, p_object uuid DEFAULT NULL::uuid, p_conversation uuid DEFAULT NULL::uuid, p_detail jsonb DEFAULT NULL::jsonb) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.record_audited_reads(p_company uuid, p_user uuid, p_conversations uuid[], p_details jsonb[]) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.record_audits(p_company uuid, p_kinds text[], p_objects uuid[], p_details jsonb[]) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.record_guest_consent(p_company uuid, p_user uuid, p_event uuid, p_guest uuid, p_state text, p_note bytea, OUT "position" bigint, OUT is_kept boolean) RETURNS record LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.redeem_ticket(p_hash bytea) RETURNS TABLE(company_id uuid, user_id uuid, token_expires_at timestamp with time zone, is_enabled boolean) LANGUAGE sql SECURITY DEFINER SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.refresh_statistics() RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.refuse_ambiguous_company() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.refuse_audit_change() RETURNS trigger LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.refuse_stranger(p_conversation conversations) RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.register_push(p_user uuid, p_id uuid, p_endpoint_hash bytea, p_sealed bytea, p_max integer) RETURNS boolean LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.release_legal_hold(p_company uuid, p_user uuid, p_hold uuid, p_reason bytea) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.remember_membership() RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.remembered_broadcast(p_user uuid, p_key text, p_hash bytea) RETURNS uuid LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.remembered_send(p_user uuid, p_key text, p_hash bytea) RETURNS uuid LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.remind_recipients(p_company uuid, p_user uuid, p_broadcast uuid, OUT unread_count integer, OUT "position" bigint) RETURNS record LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.remove_files(p_attachments uuid[]) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.report_message(p_company uuid, p_user uuid, p_message uuid, p_case uuid, p_reason text, p_note bytea) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.request_export(p_company uuid, p_user uuid, p_export uuid, p_format text, p_from timestamp with time zone, p_to timestamp with time zone, p_filter bytea, p_users uuid[], p_conversations uuid[], p_max integer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.require_message_action(p_action text, p_user uuid, p_message messages) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.require_oldest_events() RETURNS trigger LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.require_open(p_company uuid) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.reschedule_broadcast(p_company uuid, p_user uuid, p_broadcast uuid, p_local_time text, p_time_zone text, p_scheduled_for timestamp with time zone) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.restrict_message(p_company uuid, p_message uuid, p_rules jsonb) RETURNS boolean LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.retention_end(p_default_days integer) RETURNS timestamp with time zone LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.retract_message(p_company uuid, p_user uuid, p_message uuid, p_revision integer, p_subject bytea, p_body bytea, p_metadata bytea) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.schedule_broadcast(p_broadcast uuid, p_at timestamp with time zone) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.seen(p_company uuid, p_conversation uuid, p_message uuid, p_seq integer, p_author uuid, p_is_restricted boolean, p_user uuid) RETURNS TABLE(id uuid, context_type text, sensitivity text) LANGUAGE sql STABLE ROWS 1 BEGIN ATOMIC SELECT c.id, c.context_type, c.sensitivity FROM (conversations c LEFT JOIN LATERAL app.membership_of(c.company_id, c.id, c.audience, seen.p_user) p(user_id, role, unread_from_seq, hidden_seq, is_muted, muted_until, last_read_seq) ON (true)) WHERE ((c.company_id = seen.p_company) AND (c.id = seen.p_conversation) AND app.is_readable(p.user_id, c.kind, c.last_seq, c.created_by_id, c.audience) AND ((seen.p_seq IS NULL) OR (seen.p_seq > COALESCE(p.hidden_seq, 0))) AND (NOT (EXISTS ( SELECT FROM app.kept_from(seen.p_company, seen.p_conversation, seen.p_message, seen.p_seq, seen.p_author, seen.p_is_restricted, seen.p_user) kept_from(kept_from))))); END ;
CREATE OR REPLACE FUNCTION app.seen_message(p_company uuid, p_user uuid, p_message uuid, p_column text) RETURNS messages LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.send_broadcast(p_company uuid, p_user uuid, p_broadcast uuid, p_subject bytea, p_body bytea, p_words bigint[], p_priority text, p_audience text, p_groups uuid[], p_users uuid[], p_local_time text, p_time_zone text, p_scheduled_for timestamp with time zone, p_email_offline boolean, p_replies_allowed boolean, p_key text, p_hash bytea, p_signals text[], p_attachments uuid[] DEFAULT '{}'::uuid[], OUT broadcast_id uuid, OUT replayed boolean, OUT "position" bigint, OUT cooldown_until timestamp with time zone) RETURNS record LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.send_guest_message(p_company uuid, p_user uuid, p_message uuid, p_body bytea, p_from text, p_encoding text, p_segments integer, p_local_time text, p_time_zone text, p_scheduled_for timestamp with time zone, p_guests uuid[], p_reply_to uuid, p_key text, p_hash bytea, OUT guest_message_id uuid, OUT replayed boolean, OUT skipped integer) RETURNS record LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.send_message(p_company uuid, p_user uuid, p_message uuid, p_conversation uuid, p_recipient uuid, p_parent uuid, p_subject bytea, p_body bytea, p_metadata bytea, p_priority text, p_mentions uuid[], p_client_id text, p_key text, p_hash bytea, p_words bigint[] DEFAULT '{}'::bigint[], p_signals text[] DEFAULT '{}'::text[], p_access jsonb DEFAULT '[]'::jsonb, p_case uuid DEFAULT NULL::uuid, p_attachments uuid[] DEFAULT '{}'::uuid[], OUT message_id uuid, OUT replayed boolean, OUT seq integer, OUT depth integer, OUT created_at timestamp with time zone, OUT "position" bigint, OUT penalty text, OUT cooldown_until timestamp with time zone) RETURNS record LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.send_messages(p_companies uuid[], p_users uuid[], p_messages uuid[], p_conversations uuid[], p_subjects bytea[], p_bodies bytea[], p_metadata bytea[], p_priorities text[], p_client_ids text[], p_keys text[], p_hashes bytea[], p_words text[], p_requests text[], p_key_hashes bytea[], p_origins bytea[], p_salts bytea[], p_sealed bytea[]) RETURNS TABLE(item integer, outcome text, seq integer, created_at timestamp with time zone, "position" bigint) LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'pg_catalog', 'pg_temp' SET lock_timeout TO '20ms';
CREATE OR REPLACE FUNCTION app.send_scheduled_broadcast(p_company uuid, p_user uuid, p_broadcast uuid) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.set_message_access(p_company uuid, p_user uuid, p_message uuid, p_rules jsonb) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.set_mute(p_company uuid, p_user uuid, p_conversation uuid, p_is_muted boolean, p_until timestamp with time zone) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.set_reaction(p_company uuid, p_user uuid, p_message uuid, p_emoji text, p_on boolean) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.settle_digest(p_user uuid, p_queued_at bigint, p_conversations uuid[], p_seqs integer[]) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.settle_memberships() RETURNS trigger LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.settle_push(p_subscription uuid, p_messages uuid[], p_outcome text, p_retry_at timestamp with time zone, p_max integer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.settle_sms(p_delivery uuid, p_status text, p_code text, p_sid text, p_due timestamp with time zone, p_event uuid) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.settle_succession(p_company uuid, p_conversation uuid) RETURNS boolean LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.sms_rank(p_status text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.start_direct(p_company uuid, p_user uuid, p_conversation uuid, p_recipient uuid) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.start_seq(p_company uuid, p_conversation uuid, p_user uuid) RETURNS integer LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.take_back(p_message messages, p_user uuid, p_subject bytea, p_body bytea, p_metadata bytea) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.take_inbound(p_sid text, p_contact bytea, p_word text, p_parts jsonb, OUT reply text, OUT reply_company uuid, OUT positions jsonb, OUT replayed boolean) RETURNS record LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.take_sequence(p_company uuid, p_conversation uuid, p_takes boolean) RETURNS conversations LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.tell_access_changed() RETURNS trigger LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.tell_memberships(p_changes jsonb[]) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.tie_member(p_user uuid, p_issuer text, p_subject text) RETURNS boolean LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.unindex_message(p_company uuid, p_message uuid) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.untold_messages(p_user uuid) RETURNS TABLE(conversation_id uuid, seq integer, created_at timestamp with time zone) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.verified_company() RETURNS uuid LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.words_of_day(p_words bigint[], p_day integer) RETURNS bigint[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path TO 'pg_catalog', 'pg_temp';
CREATE OR REPLACE FUNCTION app.write_messages(p_company uuid, p_companies uuid[], p_users uuid[], p_messages uuid[], p_conversations uuid[], p_subjects bytea[], p_bodies bytea[], p_metadata bytea[], p_priorities text[], p_client_ids text[], p_keys text[], p_hashes bytea[], p_words text[], p_requests text[], p_key_hashes bytea[], p_origins bytea[], p_salts bytea[], p_sealed bytea[]) RETURNS TABLE(item integer, outcome text, seq integer, created_at timestamp with time zone, "position" bigint) LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp' SET plan_cache_mode TO 'force_generic_plan' SET enable_seqscan TO 'off';

-- policies

create policy attachments_system on attachments to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy attachments_system_list on attachments for select to colloquy_system using (((message_id IS NULL) OR has_remains));
create policy attachments_tenant on attachments to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy audit_checkpoints_system on audit_checkpoints to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy audit_checkpoints_tenant on audit_checkpoints to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy audit_events_sending on audit_events for insert to the owner with check ((array_position(( SELECT (NULLIF(current_setting('app.sending_companies'::text, true), ''::text))::uuid[] AS "nullif"), company_id) IS NOT NULL));
create policy audit_events_system on audit_events to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy audit_events_tenant on audit_events to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy audit_heads_system on audit_heads to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy audit_heads_system_list on audit_heads for select to colloquy_system using (true);
create policy audit_heads_tenant on audit_heads to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy audit_nodes_system on audit_nodes to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy audit_nodes_tenant on audit_nodes to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy audit_origins_sending on audit_origins for insert to the owner with check ((array_position(( SELECT (NULLIF(current_setting('app.sending_companies'::text, true), ''::text))::uuid[] AS "nullif"), company_id) IS NOT NULL));
create policy audit_origins_system on audit_origins to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy audit_origins_tenant on audit_origins to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy broadcast_groups_system on broadcast_groups to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy broadcast_groups_tenant on broadcast_groups to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy broadcast_users_system on broadcast_users to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy broadcast_users_tenant on broadcast_users to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy broadcasts_system on broadcasts to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy broadcasts_tenant on broadcasts to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy companies_owner_read on companies for select to the owner using (true);
create policy companies_system on companies to colloquy_system using ((id = ( SELECT app.bound_company() AS bound_company))) with check ((id = ( SELECT app.bound_company() AS bound_company)));
create policy companies_system_list on companies for select to colloquy_system using (true);
create policy companies_tenant on companies to colloquy_app using ((id = ( SELECT app.current_company() AS current_company))) with check ((id = ( SELECT app.current_company() AS current_company)));
create policy company_streams_sending on company_streams to the owner using ((array_position(( SELECT (NULLIF(current_setting('app.sending_companies'::text, true), ''::text))::uuid[] AS "nullif"), company_id) IS NOT NULL)) with check ((array_position(( SELECT (NULLIF(current_setting('app.sending_companies'::text, true), ''::text))::uuid[] AS "nullif"), company_id) IS NOT NULL));
create policy company_streams_system on company_streams to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy company_streams_system_list on company_streams for select to colloquy_system using (true);
create policy company_streams_tenant on company_streams to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy connection_tickets_owner on connection_tickets to the owner using (true);
create policy connection_tickets_system on connection_tickets to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy connection_tickets_tenant on connection_tickets to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy consent_events_system on consent_events to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy consent_events_tenant on consent_events to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy conversation_departments_system on conversation_departments to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy conversation_departments_tenant on conversation_departments to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy conversations_sending on conversations to the owner using ((array_position(( SELECT (NULLIF(current_setting('app.sending_companies'::text, true), ''::text))::uuid[] AS "nullif"), company_id) IS NOT NULL)) with check ((array_position(( SELECT (NULLIF(current_setting('app.sending_companies'::text, true), ''::text))::uuid[] AS "nullif"), company_id) IS NOT NULL));
create policy conversations_system on conversations to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy conversations_tenant on conversations to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy data_keys_system on data_keys to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy data_keys_tenant on data_keys to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy digest_marks_system on digest_marks to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy digest_marks_system_list on digest_marks for select to colloquy_system using (true);
create policy digest_marks_tenant on digest_marks to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy events_sending on events for insert to the owner with check ((array_position(( SELECT (NULLIF(current_setting('app.sending_companies'::text, true), ''::text))::uuid[] AS "nullif"), company_id) IS NOT NULL));
create policy events_system on events to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy events_tenant on events to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy exports_system on exports to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy exports_tenant on exports to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy file_usage_system on file_usage to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy file_usage_tenant on file_usage to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy guest_deliveries_system on guest_deliveries to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy guest_deliveries_system_list on guest_deliveries for select to colloquy_system using (true);
create policy guest_deliveries_tenant on guest_deliveries to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy guest_messages_system on guest_messages to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy guest_messages_tenant on guest_messages to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy guests_owner_read on guests for select to the owner using (true);
create policy guests_system on guests to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy guests_tenant on guests to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy hidden_messages_sending on hidden_messages for select to the owner using ((array_position(( SELECT (NULLIF(current_setting('app.sending_companies'::text, true), ''::text))::uuid[] AS "nullif"), company_id) IS NOT NULL));
create policy hidden_messages_system on hidden_messages to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy hidden_messages_tenant on hidden_messages to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy idempotency_keys_past on idempotency_keys to colloquy_system using ((created_at < (now() - '7 days'::interval))) with check (false);
create policy idempotency_keys_sending on idempotency_keys to the owner using ((array_position(( SELECT (NULLIF(current_setting('app.sending_companies'::text, true), ''::text))::uuid[] AS "nullif"), company_id) IS NOT NULL)) with check ((array_position(( SELECT (NULLIF(current_setting('app.sending_companies'::text, true), ''::text))::uuid[] AS "nullif"), company_id) IS NOT NULL));
create policy idempotency_keys_system on idempotency_keys to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy idempotency_keys_tenant on idempotency_keys to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy inbound_messages_system on inbound_messages to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy inbound_messages_tenant on inbound_messages to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy key_states_owner_read on key_states for select to the owner using (true);
create policy key_states_system on key_states to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy key_states_system_list on key_states for select to colloquy_system using (true);
create policy key_states_tenant on key_states to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy legal_holds_system on legal_holds to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy legal_holds_tenant on legal_holds to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy mentions_system on mentions to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy mentions_tenant on mentions to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy message_access_sending on message_access for select to the owner using ((array_position(( SELECT (NULLIF(current_setting('app.sending_companies'::text, true), ''::text))::uuid[] AS "nullif"), company_id) IS NOT NULL));
create policy message_access_system on message_access to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy message_access_tenant on message_access to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy message_days_owner_read on message_days for select to the owner using (true);
create policy message_days_sending on message_days to the owner using ((array_position(( SELECT (NULLIF(current_setting('app.sending_companies'::text, true), ''::text))::uuid[] AS "nullif"), company_id) IS NOT NULL)) with check ((array_position(( SELECT (NULLIF(current_setting('app.sending_companies'::text, true), ''::text))::uuid[] AS "nullif"), company_id) IS NOT NULL));
create policy message_days_system on message_days to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy message_days_tenant on message_days to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy message_gaps_system on message_gaps to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy message_gaps_tenant on message_gaps to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy message_reports_system on message_reports to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy message_reports_tenant on message_reports to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy message_revisions_system on message_revisions to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy message_revisions_tenant on message_revisions to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy message_words_owner_read on message_words for select to the owner using (true);
create policy message_words_sending on message_words to the owner using ((array_position(( SELECT (NULLIF(current_setting('app.sending_companies'::text, true), ''::text))::uuid[] AS "nullif"), company_id) IS NOT NULL)) with check ((array_position(( SELECT (NULLIF(current_setting('app.sending_companies'::text, true), ''::text))::uuid[] AS "nullif"), company_id) IS NOT NULL));
create policy message_words_system on message_words to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy message_words_tenant on message_words to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy messages_sending on messages to the owner using ((array_position(( SELECT (NULLIF(current_setting('app.sending_companies'::text, true), ''::text))::uuid[] AS "nullif"), company_id) IS NOT NULL)) with check ((array_position(( SELECT (NULLIF(current_setting('app.senders'::text, true), ''::text))::bytea[] AS "nullif"), (uuid_send(company_id) || uuid_send(author_id))) IS NOT NULL));
create policy messages_system on messages to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy messages_tenant on messages to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy moderation_cases_system on moderation_cases to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy moderation_cases_tenant on moderation_cases to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy participants_sending on participants to the owner using ((array_position(( SELECT (NULLIF(current_setting('app.sending_companies'::text, true), ''::text))::uuid[] AS "nullif"), company_id) IS NOT NULL)) with check ((array_position(( SELECT (NULLIF(current_setting('app.sending_companies'::text, true), ''::text))::uuid[] AS "nullif"), company_id) IS NOT NULL));
create policy participants_system on participants to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy participants_tenant on participants to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy pending_digests_system on pending_digests to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy pending_digests_system_list on pending_digests for select to colloquy_system using (true);
create policy pending_digests_tenant on pending_digests to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy push_deliveries_system on push_deliveries to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy push_deliveries_tenant on push_deliveries to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy push_marks_system on push_marks to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy push_marks_system_list on push_marks for select to colloquy_system using (true);
create policy push_marks_tenant on push_marks to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy push_subscriptions_system on push_subscriptions to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy push_subscriptions_tenant on push_subscriptions to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy reactions_system on reactions to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy reactions_tenant on reactions to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy receipts_system on receipts to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy receipts_tenant on receipts to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy roles_sending on roles for select to the owner using ((array_position(( SELECT (NULLIF(current_setting('app.sending_companies'::text, true), ''::text))::uuid[] AS "nullif"), company_id) IS NOT NULL));
create policy roles_system on roles to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy roles_tenant on roles to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy sms_pace_system on sms_pace to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy sms_pace_tenant on sms_pace to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy sms_settings_system on sms_settings to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy sms_settings_tenant on sms_settings to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy spam_penalties_sending on spam_penalties for select to the owner using ((array_position(( SELECT (NULLIF(current_setting('app.sending_companies'::text, true), ''::text))::uuid[] AS "nullif"), company_id) IS NOT NULL));
create policy spam_penalties_system on spam_penalties to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy spam_penalties_tenant on spam_penalties to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy told_messages_system on told_messages to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy told_messages_tenant on told_messages to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy user_words_owner on user_words to the owner using (true);
create policy user_words_system on user_words to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy user_words_tenant on user_words to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));
create policy users_owner_read on users for select to the owner using (true);
create policy users_system on users to colloquy_system using ((company_id = ( SELECT app.bound_company() AS bound_company))) with check ((company_id = ( SELECT app.bound_company() AS bound_company)));
create policy users_tenant on users to colloquy_app using ((company_id = ( SELECT app.current_company() AS current_company))) with check ((company_id = ( SELECT app.current_company() AS current_company)));

-- triggers

CREATE TRIGGER count_bytes_added AFTER INSERT ON public.attachments REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app.count_file_bytes();
CREATE TRIGGER count_bytes_changed AFTER UPDATE ON public.attachments REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app.count_file_bytes();
CREATE TRIGGER count_bytes_deleted AFTER DELETE ON public.attachments REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION app.count_file_bytes();
CREATE TRIGGER audit_checkpoints_fixed BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_audit_change();
CREATE TRIGGER audit_events_fixed BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_events FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_audit_change();
CREATE TRIGGER audit_nodes_fixed BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_nodes FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_audit_change();
CREATE TRIGGER audit_origins_fixed BEFORE DELETE OR UPDATE ON public.audit_origins FOR EACH ROW EXECUTE FUNCTION app.keep_audit_origin();
CREATE TRIGGER audit_origins_kept BEFORE TRUNCATE ON public.audit_origins FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_audit_change();
CREATE TRIGGER companies_refuse_ambiguous BEFORE INSERT OR UPDATE OF id, external_id ON public.companies FOR EACH ROW EXECUTE FUNCTION app.refuse_ambiguous_company();
CREATE TRIGGER companies_tell_access_changed AFTER UPDATE ON public.companies REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION app.tell_access_changed();
CREATE TRIGGER companies_trail AFTER UPDATE ON public.companies FOR EACH ROW EXECUTE FUNCTION app.audit_settings();
CREATE TRIGGER company_streams_digests AFTER INSERT ON public.company_streams FOR EACH ROW EXECUTE FUNCTION app.begin_digests();
CREATE TRIGGER consent_events_trail AFTER INSERT ON public.consent_events REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION app.audit_consent();
CREATE TRIGGER events_oldest_first AFTER DELETE ON public.events REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION app.require_oldest_events();
CREATE TRIGGER participants_broadcast_marks AFTER UPDATE OF last_read_seq, last_delivered_seq ON public.participants FOR EACH ROW WHEN ((((old.last_delivered_seq = 0) AND (new.last_delivered_seq > 0)) OR ((old.last_read_seq = 0) AND (new.last_read_seq > 0)))) EXECUTE FUNCTION app.count_broadcast_marks();
CREATE TRIGGER roles_tell_access_changed AFTER UPDATE ON public.roles REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION app.tell_access_changed();
CREATE TRIGGER roles_trail_added AFTER INSERT ON public.roles REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION app.audit_roles();
CREATE TRIGGER roles_trail_changed AFTER UPDATE ON public.roles REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION app.audit_roles();
CREATE TRIGGER roles_trail_deleted AFTER DELETE ON public.roles REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION app.audit_roles();
CREATE TRIGGER sms_settings_trail AFTER INSERT OR UPDATE ON public.sms_settings FOR EACH ROW EXECUTE FUNCTION app.audit_settings();
CREATE TRIGGER users_settle_joined AFTER INSERT ON public.users REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION app.settle_memberships();
CREATE TRIGGER users_settle_memberships AFTER UPDATE ON public.users REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION app.settle_memberships();
CREATE TRIGGER users_tell_access_changed AFTER UPDATE ON public.users REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION app.tell_access_changed();
CREATE TRIGGER users_trail_added AFTER INSERT ON public.users REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION app.audit_members();
CREATE TRIGGER users_trail_changed AFTER UPDATE ON public.users REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION app.audit_members();
CREATE TRIGGER users_words_added AFTER INSERT ON public.users FOR EACH ROW EXECUTE FUNCTION app.keep_user_words();
CREATE TRIGGER users_words_changed AFTER UPDATE ON public.users FOR EACH ROW WHEN ((((old.search_words IS DISTINCT FROM new.search_words) OR (old.name_folded IS DISTINCT FROM new.name_folded)) OR (old.is_enabled IS DISTINCT FROM new.is_enabled))) EXECUTE FUNCTION app.keep_user_words();

-- grants

grant execute on function app.acknowledge_delivery(uuid,uuid,uuid[],integer[]) to colloquy_app;
grant execute on function app.add_audit_event(uuid,bigint,text,uuid,uuid,jsonb) to colloquy_app;
grant execute on function app.add_audit_event(uuid,bigint,text,uuid,uuid,jsonb) to colloquy_system;
grant execute on function app.add_file_bytes(uuid,numeric) to colloquy_app;
grant execute on function app.add_file_bytes(uuid,numeric) to colloquy_system;
grant execute on function app.add_message_gap(uuid,integer,integer) to colloquy_system;
grant execute on function app.allowed(uuid,uuid,uuid) to colloquy_app;
grant execute on function app.allowed(uuid,uuid,uuid) to colloquy_system;
grant execute on function app.append_access_change(uuid,uuid[]) to colloquy_app;
grant execute on function app.append_access_change(uuid,uuid[]) to colloquy_system;
grant execute on function app.append_case_event(text,uuid,uuid,jsonb) to colloquy_app;
grant execute on function app.append_event(text,uuid,uuid,integer,uuid,uuid,uuid[],uuid[],text,uuid,jsonb) to colloquy_app;
grant execute on function app.append_event(text,uuid,uuid,integer,uuid,uuid,uuid[],uuid[],text,uuid,jsonb) to colloquy_system;
grant execute on function app.append_guest_events(text,uuid[]) to colloquy_app;
grant execute on function app.append_guest_events(text,uuid[]) to colloquy_system;
grant execute on function app.attach_files(uuid,uuid,uuid,uuid[]) to colloquy_app;
grant execute on function app.begin_digests() to colloquy_app;
grant execute on function app.begin_digests() to colloquy_system;
grant execute on function app.begin_export(uuid,uuid) to colloquy_system;
grant execute on function app.begin_upload(uuid,uuid,uuid,text,bytea,bytea,integer,integer,bigint,integer) to colloquy_app;
grant execute on function app.bind(uuid,uuid) to colloquy_app;
grant execute on function app.bind_act(uuid,uuid,text,bytea,bytea,bytea,bytea) to colloquy_app;
grant execute on function app.bind_act(uuid,uuid,text,bytea,bytea,bytea,bytea) to colloquy_system;
grant execute on function app.bind_reader(uuid,uuid) to colloquy_app;
grant execute on function app.blank_events(uuid[]) to colloquy_system;
grant execute on function app.blank_guest_events(uuid[]) to colloquy_system;
grant execute on function app.bound_company() to colloquy_app;
grant execute on function app.bound_company() to colloquy_system;
grant execute on function app.bound_user() to colloquy_app;
grant execute on function app.bound_user() to colloquy_system;
grant execute on function app.cancel_broadcast(uuid,uuid,uuid) to colloquy_app;
grant execute on function app.cancel_guest_message(uuid,uuid,uuid) to colloquy_app;
grant execute on function app.change_consent(uuid,uuid,text,text,bytea,bytea) to colloquy_app;
grant execute on function app.change_consent(uuid,uuid,text,text,bytea,bytea) to colloquy_system;
grant execute on function app.claim_pushes(integer) to colloquy_system;
grant execute on function app.claim_sms(uuid[],bytea[],text[],integer,integer,integer,text,timestamp with time zone) to colloquy_system;
grant execute on function app.companies_to_digest() to colloquy_system;
grant execute on function app.companies_to_push() to colloquy_system;
grant execute on function app.companies_to_sweep(integer) to colloquy_system;
grant execute on function app.conversations_with_old_receipts(uuid,integer) to colloquy_system;
grant execute on function app.count_broadcast_marks() to colloquy_app;
grant execute on function app.count_file_bytes() to colloquy_app;
grant execute on function app.count_file_bytes() to colloquy_system;
grant execute on function app.create_legal_hold(uuid,uuid,uuid,bytea,uuid,uuid,timestamp with time zone,timestamp with time zone) to colloquy_app;
grant execute on function app.create_upload(uuid,uuid,uuid,text,bytea,bytea,integer,integer,bigint,integer) to colloquy_app;
grant execute on function app.current_company() to colloquy_app;
grant execute on function app.current_company() to colloquy_system;
grant execute on function app.day_of(timestamp with time zone) to colloquy_app;
grant execute on function app.day_of(timestamp with time zone) to colloquy_system;
grant execute on function app.day_salt(integer) to colloquy_app;
grant execute on function app.day_salt(integer) to colloquy_system;
grant execute on function app.decide_case(uuid,uuid,uuid,text,bytea,integer,bigint[],bytea,bytea,bytea) to colloquy_app;
grant execute on function app.delete_upload(uuid,uuid,uuid) to colloquy_app;
grant execute on function app.deliver_broadcast(broadcasts) to colloquy_app;
grant execute on function app.department_key(text) to colloquy_app;
grant execute on function app.department_key(text) to colloquy_system;
grant execute on function app.detach_replies(uuid[],integer) to colloquy_system;
grant execute on function app.due_conversations(timestamp with time zone,uuid,integer) to colloquy_system;
grant execute on function app.due_digest(uuid) to colloquy_system;
grant execute on function app.each_member() to colloquy_app;
grant execute on function app.edit_message(uuid,uuid,uuid,integer,bytea,bytea,bigint[],bytea,bytea,text[]) to colloquy_app;
grant execute on function app.end_check(uuid,uuid,text,text,text,integer,integer,integer,integer,integer) to colloquy_system;
grant execute on function app.end_export(uuid,uuid,text,integer,bigint,text) to colloquy_system;
grant execute on function app.enqueue_job(text,json,timestamp with time zone,text) to colloquy_app;
grant execute on function app.enqueue_job(text,json,timestamp with time zone,text) to colloquy_system;
grant execute on function app.enqueue_next_export() to colloquy_system;
grant execute on function app.ensure_direct(uuid,uuid,uuid) to colloquy_app;
grant execute on function app.erase_company() to colloquy_system;
grant execute on function app.erase_guest(uuid,uuid,uuid) to colloquy_app;
grant execute on function app.erase_user(uuid,bytea,bytea) to colloquy_system;
grant execute on function app.expand_guest_message(integer) to colloquy_system;
grant execute on function app.expire_exports(interval,interval) to colloquy_system;
grant execute on function app.find_digests(integer) to colloquy_system;
grant execute on function app.find_pushes(integer) to colloquy_system;
grant execute on function app.follow_departments(uuid,uuid,uuid[]) to colloquy_app;
grant execute on function app.follow_departments(uuid,uuid,uuid[]) to colloquy_system;
grant execute on function app.follow_own_send(participants,integer) to colloquy_app;
grant execute on function app.forget_origins(uuid) to colloquy_app;
grant execute on function app.forget_origins(uuid) to colloquy_system;
grant execute on function app.free_broadcast_at(uuid) to colloquy_app;
grant execute on function app.give_up_phones(uuid[]) to colloquy_app;
grant execute on function app.give_up_sms() to colloquy_system;
grant execute on function app.guests_with_words(bigint[],text,uuid,integer) to colloquy_app;
grant execute on function app.has_permission(uuid,uuid,text) to colloquy_app;
grant execute on function app.has_permission(uuid,uuid,text) to colloquy_system;
grant execute on function app.has_told_of_audit(uuid,uuid,uuid) to colloquy_app;
grant execute on function app.hide_conversation(uuid,uuid,uuid) to colloquy_app;
grant execute on function app.hide_message(uuid,uuid,uuid) to colloquy_app;
grant execute on function app.hold_broadcast(uuid,uuid,uuid) to colloquy_app;
grant execute on function app.hold_case(uuid,uuid,uuid) to colloquy_app;
grant execute on function app.hold_message(uuid,uuid,uuid) to colloquy_app;
grant execute on function app.index_message(uuid,uuid,uuid,timestamp with time zone,bigint[]) to colloquy_app;
grant execute on function app.index_message(uuid,uuid,uuid,timestamp with time zone,bigint[]) to colloquy_system;
grant execute on function app.is_begun(text,integer,uuid,uuid) to colloquy_app;
grant execute on function app.is_begun(text,integer,uuid,uuid) to colloquy_system;
grant execute on function app.is_digest_queued(uuid,bigint) to colloquy_system;
grant execute on function app.is_held(uuid,uuid,uuid,timestamp with time zone) to colloquy_app;
grant execute on function app.is_held(uuid,uuid,uuid,timestamp with time zone) to colloquy_system;
grant execute on function app.is_listed(text,text,boolean) to colloquy_app;
grant execute on function app.is_listed(text,text,boolean) to colloquy_system;
grant execute on function app.is_person_held(uuid) to colloquy_system;
grant execute on function app.is_readable(uuid,text,integer,uuid,text) to colloquy_app;
grant execute on function app.is_readable(uuid,text,integer,uuid,text) to colloquy_system;
grant execute on function app.job_tasks() to colloquy_app;
grant execute on function app.job_tasks() to colloquy_system;
grant execute on function app.join_conversation(uuid,uuid,uuid,integer) to colloquy_app;
grant execute on function app.keep_checkpoint(bigint,bigint,bytea,bytea,text,bytea,integer[],bigint[],bytea[]) to colloquy_system;
grant execute on function app.kept_from(uuid,uuid,uuid,integer,uuid,boolean,uuid) to colloquy_app;
grant execute on function app.kept_from(uuid,uuid,uuid,integer,uuid,boolean,uuid) to colloquy_system;
grant execute on function app.keys_changed(boolean) to colloquy_system;
grant execute on function app.keys_destroyed(text) to colloquy_app;
grant execute on function app.lock_channels(uuid,text[]) to colloquy_app;
grant execute on function app.lock_membership(uuid,uuid,uuid,text) to colloquy_app;
grant execute on function app.lock_purge() to colloquy_app;
grant execute on function app.lock_purge() to colloquy_system;
grant execute on function app.mark_read(uuid,uuid,uuid,integer) to colloquy_app;
grant execute on function app.mark_unread(uuid,uuid,uuid,integer) to colloquy_app;
grant execute on function app.membership_of(uuid,uuid,text,uuid) to colloquy_app;
grant execute on function app.membership_of(uuid,uuid,text,uuid) to colloquy_system;
grant execute on function app.memberships_of(text,text,text) to colloquy_app;
grant execute on function app.message_refusal(text,uuid,messages,boolean,integer,integer,integer) to colloquy_app;
grant execute on function app.message_refusal(text,uuid,messages,boolean,integer,integer,integer) to colloquy_system;
grant execute on function app.message_rules(uuid,uuid) to colloquy_app;
grant execute on function app.message_rules(uuid,uuid) to colloquy_system;
grant execute on function app.messages_with_words(bigint[],timestamp with time zone,uuid,timestamp with time zone,integer,uuid[]) to colloquy_app;
grant execute on function app.mint_ticket(bytea,timestamp with time zone) to colloquy_app;
grant execute on function app.next_digests(integer) to colloquy_system;
grant execute on function app.people_shown(uuid,uuid,uuid) to colloquy_app;
grant execute on function app.post_held(messages,bigint[]) to colloquy_app;
grant execute on function app.punish_spam(uuid,uuid,text[],boolean) to colloquy_app;
grant execute on function app.purge_broadcasts(integer,integer) to colloquy_system;
grant execute on function app.purge_events(integer) to colloquy_system;
grant execute on function app.purge_guest_messages(integer,integer) to colloquy_system;
grant execute on function app.purge_idempotency_keys(integer) to colloquy_system;
grant execute on function app.purge_inbound_messages(integer,integer) to colloquy_system;
grant execute on function app.purge_messages(uuid,integer,integer,integer) to colloquy_system;
grant execute on function app.purge_receipts(uuid,integer) to colloquy_system;
grant execute on function app.push_wanted(uuid,uuid,uuid) to colloquy_system;
grant execute on function app.queue_digests(uuid[]) to colloquy_system;
grant execute on function app.record_audit(text,uuid,uuid,jsonb) to colloquy_app;
grant execute on function app.record_audit(text,uuid,uuid,jsonb) to colloquy_system;
grant execute on function app.record_audited_reads(uuid,uuid,uuid[],jsonb[]) to colloquy_app;
grant execute on function app.record_audits(uuid,text[],uuid[],jsonb[]) to colloquy_app;
grant execute on function app.record_audits(uuid,text[],uuid[],jsonb[]) to colloquy_system;
grant execute on function app.record_guest_consent(uuid,uuid,uuid,uuid,text,bytea) to colloquy_app;
grant execute on function app.redeem_ticket(bytea) to colloquy_app;
grant execute on function app.refresh_statistics() to colloquy_system;
grant execute on function app.refuse_stranger(conversations) to colloquy_app;
grant execute on function app.register_push(uuid,uuid,bytea,bytea,integer) to colloquy_system;
grant execute on function app.release_legal_hold(uuid,uuid,uuid,bytea) to colloquy_app;
grant execute on function app.remember_membership() to colloquy_app;
grant execute on function app.remember_membership() to colloquy_system;
grant execute on function app.remembered_broadcast(uuid,text,bytea) to colloquy_app;
grant execute on function app.remembered_send(uuid,text,bytea) to colloquy_app;
grant execute on function app.remind_recipients(uuid,uuid,uuid) to colloquy_app;
grant execute on function app.remove_files(uuid[]) to colloquy_app;
grant execute on function app.remove_files(uuid[]) to colloquy_system;
grant execute on function app.report_message(uuid,uuid,uuid,uuid,text,bytea) to colloquy_app;
grant execute on function app.request_export(uuid,uuid,uuid,text,timestamp with time zone,timestamp with time zone,bytea,uuid[],uuid[],integer) to colloquy_app;
grant execute on function app.require_message_action(text,uuid,messages) to colloquy_app;
grant execute on function app.require_open(uuid) to colloquy_app;
grant execute on function app.require_open(uuid) to colloquy_system;
grant execute on function app.reschedule_broadcast(uuid,uuid,uuid,text,text,timestamp with time zone) to colloquy_app;
grant execute on function app.restrict_message(uuid,uuid,jsonb) to colloquy_app;
grant execute on function app.retention_end(integer) to colloquy_system;
grant execute on function app.retract_message(uuid,uuid,uuid,integer,bytea,bytea,bytea) to colloquy_app;
grant execute on function app.schedule_broadcast(uuid,timestamp with time zone) to colloquy_app;
grant execute on function app.seen(uuid,uuid,uuid,integer,uuid,boolean,uuid) to colloquy_app;
grant execute on function app.seen(uuid,uuid,uuid,integer,uuid,boolean,uuid) to colloquy_system;
grant execute on function app.seen_message(uuid,uuid,uuid,text) to colloquy_app;
grant execute on function app.send_broadcast(uuid,uuid,uuid,bytea,bytea,bigint[],text,text,uuid[],uuid[],text,text,timestamp with time zone,boolean,boolean,text,bytea,text[],uuid[]) to colloquy_app;
grant execute on function app.send_guest_message(uuid,uuid,uuid,bytea,text,text,integer,text,text,timestamp with time zone,uuid[],uuid,text,bytea) to colloquy_app;
grant execute on function app.send_message(uuid,uuid,uuid,uuid,uuid,uuid,bytea,bytea,bytea,text,uuid[],text,text,bytea,bigint[],text[],jsonb,uuid,uuid[]) to colloquy_app;
grant execute on function app.send_messages(uuid[],uuid[],uuid[],uuid[],bytea[],bytea[],bytea[],text[],text[],text[],bytea[],text[],text[],bytea[],bytea[],bytea[],bytea[]) to colloquy_app;
grant execute on function app.send_scheduled_broadcast(uuid,uuid,uuid) to colloquy_app;
grant execute on function app.set_message_access(uuid,uuid,uuid,jsonb) to colloquy_app;
grant execute on function app.set_mute(uuid,uuid,uuid,boolean,timestamp with time zone) to colloquy_app;
grant execute on function app.set_reaction(uuid,uuid,uuid,text,boolean) to colloquy_app;
grant execute on function app.settle_digest(uuid,bigint,uuid[],integer[]) to colloquy_system;
grant execute on function app.settle_push(uuid,uuid[],text,timestamp with time zone,integer) to colloquy_system;
grant execute on function app.settle_sms(uuid,text,text,text,timestamp with time zone,uuid) to colloquy_system;
grant execute on function app.settle_succession(uuid,uuid) to colloquy_app;
grant execute on function app.settle_succession(uuid,uuid) to colloquy_system;
grant execute on function app.sms_rank(text) to colloquy_app;
grant execute on function app.sms_rank(text) to colloquy_system;
grant execute on function app.start_direct(uuid,uuid,uuid,uuid) to colloquy_app;
grant execute on function app.start_seq(uuid,uuid,uuid) to colloquy_app;
grant execute on function app.start_seq(uuid,uuid,uuid) to colloquy_system;
grant execute on function app.take_back(messages,uuid,bytea,bytea,bytea) to colloquy_app;
grant execute on function app.take_inbound(text,bytea,text,jsonb) to colloquy_system;
grant execute on function app.take_sequence(uuid,uuid,boolean) to colloquy_app;
grant execute on function app.tell_memberships(jsonb[]) to colloquy_app;
grant execute on function app.tell_memberships(jsonb[]) to colloquy_system;
grant execute on function app.tie_member(uuid,text,text) to colloquy_app;
grant execute on function app.unindex_message(uuid,uuid) to colloquy_app;
grant execute on function app.unindex_message(uuid,uuid) to colloquy_system;
grant execute on function app.untold_messages(uuid) to colloquy_system;
grant execute on function app.verified_company() to colloquy_app;
grant execute on function app.verified_company() to colloquy_system;
grant execute on function app.words_of_day(bigint[],integer) to colloquy_app;
grant execute on function app.words_of_day(bigint[],integer) to colloquy_system;
grant usage on schema app to colloquy_app;
grant usage on schema app to colloquy_system;
grant usage on schema graphile_worker to colloquy_app;
grant create on schema graphile_worker to colloquy_system;
grant usage on schema graphile_worker to colloquy_system;
grant usage on schema public to public;
grant select on table _prisma_migrations to colloquy_system;
grant delete on table app.push_endpoints to colloquy_system;
grant insert on table app.push_endpoints to colloquy_system;
grant select on table app.push_endpoints to colloquy_system;
grant update on table app.push_endpoints to colloquy_system;
grant insert on table app.sms_contacts to colloquy_system;
grant select on table app.sms_contacts to colloquy_system;
grant update on table app.sms_contacts to colloquy_system;
grant delete on table app.sms_numbers to colloquy_system;
grant insert on table app.sms_numbers to colloquy_system;
grant select on table app.sms_numbers to colloquy_system;
grant delete on table app.sms_seen to colloquy_system;
grant insert on table app.sms_seen to colloquy_system;
grant select on table app.sms_seen to colloquy_system;
grant delete on table app.sms_senders to colloquy_system;
grant insert on table app.sms_senders to colloquy_system;
grant select on table app.sms_senders to colloquy_system;
grant delete on table app.sms_stops to colloquy_system;
grant insert on table app.sms_stops to colloquy_system;
grant select on table app.sms_stops to colloquy_system;
grant delete on table app.unmatched_inbound to colloquy_system;
grant insert on table app.unmatched_inbound to colloquy_system;
grant select on table app.unmatched_inbound to colloquy_system;
grant insert on table attachments to colloquy_app;
grant select on table attachments to colloquy_app;
grant update on table attachments to colloquy_app;
grant delete on table attachments to colloquy_system;
grant select on table attachments to colloquy_system;
grant update on table attachments to colloquy_system;
grant select on table audit_checkpoints to colloquy_app;
grant insert on table audit_checkpoints to colloquy_system;
grant select on table audit_checkpoints to colloquy_system;
grant insert on table audit_events to colloquy_app;
grant select on table audit_events to colloquy_app;
grant insert on table audit_events to colloquy_system;
grant select on table audit_events to colloquy_system;
grant select on table audit_heads to colloquy_app;
grant insert on table audit_heads to colloquy_system;
grant select on table audit_heads to colloquy_system;
grant update on table audit_heads to colloquy_system;
grant select on table audit_nodes to colloquy_app;
grant insert on table audit_nodes to colloquy_system;
grant select on table audit_nodes to colloquy_system;
grant insert on table audit_origins to colloquy_app;
grant select on table audit_origins to colloquy_app;
grant update (salt) on table audit_origins to colloquy_app;
grant update (sealed) on table audit_origins to colloquy_app;
grant insert on table audit_origins to colloquy_system;
grant select on table audit_origins to colloquy_system;
grant update (salt) on table audit_origins to colloquy_system;
grant update (sealed) on table audit_origins to colloquy_system;
grant insert on table broadcast_groups to colloquy_app;
grant select on table broadcast_groups to colloquy_app;
grant select on table broadcast_groups to colloquy_system;
grant insert on table broadcast_users to colloquy_app;
grant select on table broadcast_users to colloquy_app;
grant select on table broadcast_users to colloquy_system;
grant insert on table broadcasts to colloquy_app;
grant select on table broadcasts to colloquy_app;
grant update on table broadcasts to colloquy_app;
grant delete on table broadcasts to colloquy_system;
grant select on table broadcasts to colloquy_system;
grant update (status) on table broadcasts to colloquy_system;
grant select on table companies to colloquy_app;
grant update on table companies to colloquy_app;
grant insert on table companies to colloquy_system;
grant select on table companies to colloquy_system;
grant update on table companies to colloquy_system;
grant select on table company_streams to colloquy_app;
grant update on table company_streams to colloquy_app;
grant insert on table company_streams to colloquy_system;
grant select on table company_streams to colloquy_system;
grant update on table company_streams to colloquy_system;
grant delete on table connection_tickets to colloquy_system;
grant select on table connection_tickets to colloquy_system;
grant insert on table consent_events to colloquy_app;
grant select on table consent_events to colloquy_app;
grant update (note) on table consent_events to colloquy_app;
grant update (words) on table consent_events to colloquy_app;
grant insert on table consent_events to colloquy_system;
grant select on table consent_events to colloquy_system;
grant insert on table conversation_departments to colloquy_app;
grant select on table conversation_departments to colloquy_app;
grant update on table conversation_departments to colloquy_app;
grant delete on table conversation_departments to colloquy_system;
grant select on table conversation_departments to colloquy_system;
grant insert on table conversations to colloquy_app;
grant select on table conversations to colloquy_app;
grant update on table conversations to colloquy_app;
grant select on table conversations to colloquy_system;
grant update (context_id) on table conversations to colloquy_system;
grant update (is_closed) on table conversations to colloquy_system;
grant update (title) on table conversations to colloquy_system;
grant update (title_folded) on table conversations to colloquy_system;
grant insert on table data_keys to colloquy_app;
grant select on table data_keys to colloquy_app;
grant insert on table data_keys to colloquy_system;
grant select on table data_keys to colloquy_system;
grant update (retired_at) on table data_keys to colloquy_system;
grant update (wrapped) on table data_keys to colloquy_system;
grant select on table digest_marks to colloquy_app;
grant insert on table digest_marks to colloquy_system;
grant select on table digest_marks to colloquy_system;
grant update on table digest_marks to colloquy_system;
grant insert on table events to colloquy_app;
grant select on table events to colloquy_app;
grant delete on table events to colloquy_system;
grant insert on table events to colloquy_system;
grant select on table events to colloquy_system;
grant update (about) on table events to colloquy_system;
grant update (actor_id) on table events to colloquy_system;
grant update (case_id) on table events to colloquy_system;
grant update (joined_ids) on table events to colloquy_system;
grant update (kind) on table events to colloquy_system;
grant update (left_ids) on table events to colloquy_system;
grant update (message_id) on table events to colloquy_system;
grant update (recipient_id) on table events to colloquy_system;
grant update (seq) on table events to colloquy_system;
grant insert on table exports to colloquy_app;
grant select on table exports to colloquy_app;
grant select on table exports to colloquy_system;
grant update on table exports to colloquy_system;
grant insert on table file_usage to colloquy_app;
grant select on table file_usage to colloquy_app;
grant update on table file_usage to colloquy_app;
grant insert on table file_usage to colloquy_system;
grant select on table file_usage to colloquy_system;
grant update on table file_usage to colloquy_system;
grant insert on table guest_deliveries to colloquy_app;
grant select on table guest_deliveries to colloquy_app;
grant update (changed_at) on table guest_deliveries to colloquy_app;
grant update (status) on table guest_deliveries to colloquy_app;
grant insert on table guest_deliveries to colloquy_system;
grant select on table guest_deliveries to colloquy_system;
grant update on table guest_deliveries to colloquy_system;
grant insert on table guest_messages to colloquy_app;
grant select on table guest_messages to colloquy_app;
grant update (cancelled_at) on table guest_messages to colloquy_app;
grant update (recipient_count) on table guest_messages to colloquy_app;
grant delete on table guest_messages to colloquy_system;
grant select on table guest_messages to colloquy_system;
grant update (expanded_to) on table guest_messages to colloquy_system;
grant update (in_reply_to_id) on table guest_messages to colloquy_system;
grant update (is_expanded) on table guest_messages to colloquy_system;
grant update (recipient_count) on table guest_messages to colloquy_system;
grant insert on table guests to colloquy_app;
grant select on table guests to colloquy_app;
grant update on table guests to colloquy_app;
grant insert on table guests to colloquy_system;
grant select on table guests to colloquy_system;
grant update on table guests to colloquy_system;
grant insert on table hidden_messages to colloquy_app;
grant select on table hidden_messages to colloquy_app;
grant delete on table hidden_messages to colloquy_system;
grant select on table hidden_messages to colloquy_system;
grant insert on table idempotency_keys to colloquy_app;
grant select on table idempotency_keys to colloquy_app;
grant delete on table idempotency_keys to colloquy_system;
grant select on table idempotency_keys to colloquy_system;
grant select on table inbound_messages to colloquy_app;
grant update (body) on table inbound_messages to colloquy_app;
grant update (guest_id) on table inbound_messages to colloquy_app;
grant update (phone) on table inbound_messages to colloquy_app;
grant update (phone_hash) on table inbound_messages to colloquy_app;
grant delete on table inbound_messages to colloquy_system;
grant insert on table inbound_messages to colloquy_system;
grant select on table inbound_messages to colloquy_system;
grant update (phone_hash) on table inbound_messages to colloquy_system;
grant select on table key_states to colloquy_app;
grant insert on table key_states to colloquy_system;
grant select on table key_states to colloquy_system;
grant update on table key_states to colloquy_system;
grant insert on table legal_holds to colloquy_app;
grant select on table legal_holds to colloquy_app;
grant update (release_reason) on table legal_holds to colloquy_app;
grant update (released_at) on table legal_holds to colloquy_app;
grant update (released_by_id) on table legal_holds to colloquy_app;
grant delete on table legal_holds to colloquy_system;
grant select on table legal_holds to colloquy_system;
grant insert on table mentions to colloquy_app;
grant select on table mentions to colloquy_app;
grant update on table mentions to colloquy_app;
grant select on table mentions to colloquy_system;
grant insert on table message_access to colloquy_app;
grant select on table message_access to colloquy_app;
grant update (ended_at) on table message_access to colloquy_app;
grant select on table message_access to colloquy_system;
grant update (attribute) on table message_access to colloquy_system;
grant insert on table message_days to colloquy_app;
grant select on table message_days to colloquy_app;
grant insert on table message_days to colloquy_system;
grant select on table message_days to colloquy_system;
grant select on table message_gaps to colloquy_app;
grant delete on table message_gaps to colloquy_system;
grant insert on table message_gaps to colloquy_system;
grant select on table message_gaps to colloquy_system;
grant update on table message_gaps to colloquy_system;
grant insert on table message_reports to colloquy_app;
grant select on table message_reports to colloquy_app;
grant select on table message_reports to colloquy_system;
grant insert on table message_revisions to colloquy_app;
grant select on table message_revisions to colloquy_app;
grant select on table message_revisions to colloquy_system;
grant delete on table message_words to colloquy_app;
grant insert on table message_words to colloquy_app;
grant select on table message_words to colloquy_app;
grant update on table message_words to colloquy_app;
grant delete on table message_words to colloquy_system;
grant insert on table message_words to colloquy_system;
grant select on table message_words to colloquy_system;
grant update on table message_words to colloquy_system;
grant insert on table messages to colloquy_app;
grant select on table messages to colloquy_app;
grant update on table messages to colloquy_app;
grant delete on table messages to colloquy_system;
grant select on table messages to colloquy_system;
grant update (parent_id) on table messages to colloquy_system;
grant insert on table moderation_cases to colloquy_app;
grant select on table moderation_cases to colloquy_app;
grant update on table moderation_cases to colloquy_app;
grant select on table moderation_cases to colloquy_system;
grant insert on table participants to colloquy_app;
grant select on table participants to colloquy_app;
grant update on table participants to colloquy_app;
grant select on table participants to colloquy_system;
grant update (is_muted) on table participants to colloquy_system;
grant update (left_at) on table participants to colloquy_system;
grant update (muted_until) on table participants to colloquy_system;
grant update (role) on table participants to colloquy_system;
grant update (unread_from_seq) on table participants to colloquy_system;
grant delete on table pending_digests to colloquy_system;
grant insert on table pending_digests to colloquy_system;
grant select on table pending_digests to colloquy_system;
grant update on table pending_digests to colloquy_system;
grant delete on table push_deliveries to colloquy_system;
grant insert on table push_deliveries to colloquy_system;
grant select on table push_deliveries to colloquy_system;
grant update on table push_deliveries to colloquy_system;
grant delete on table push_marks to colloquy_system;
grant insert on table push_marks to colloquy_system;
grant select on table push_marks to colloquy_system;
grant update on table push_marks to colloquy_system;
grant delete on table push_subscriptions to colloquy_system;
grant insert on table push_subscriptions to colloquy_system;
grant select on table push_subscriptions to colloquy_system;
grant update on table push_subscriptions to colloquy_system;
grant insert on table reactions to colloquy_app;
grant select on table reactions to colloquy_app;
grant update on table reactions to colloquy_app;
grant delete on table reactions to colloquy_system;
grant select on table reactions to colloquy_system;
grant insert on table receipts to colloquy_app;
grant select on table receipts to colloquy_app;
grant delete on table receipts to colloquy_system;
grant select on table receipts to colloquy_system;
grant select on table roles to colloquy_app;
grant delete on table roles to colloquy_system;
grant insert on table roles to colloquy_system;
grant select on table roles to colloquy_system;
grant update on table roles to colloquy_system;
grant select on table sms_pace to colloquy_app;
grant insert on table sms_pace to colloquy_system;
grant select on table sms_pace to colloquy_system;
grant update on table sms_pace to colloquy_system;
grant insert on table sms_settings to colloquy_app;
grant select on table sms_settings to colloquy_app;
grant update on table sms_settings to colloquy_app;
grant insert on table sms_settings to colloquy_system;
grant select on table sms_settings to colloquy_system;
grant update on table sms_settings to colloquy_system;
grant insert on table spam_penalties to colloquy_app;
grant select on table spam_penalties to colloquy_app;
grant update on table spam_penalties to colloquy_app;
grant delete on table spam_penalties to colloquy_system;
grant select on table spam_penalties to colloquy_system;
grant delete on table told_messages to colloquy_system;
grant insert on table told_messages to colloquy_system;
grant select on table told_messages to colloquy_system;
grant update on table told_messages to colloquy_system;
grant select on table user_words to colloquy_app;
grant select on table user_words to colloquy_system;
grant insert on table users to colloquy_app;
grant select on table users to colloquy_app;
grant update on table users to colloquy_app;
grant insert on table users to colloquy_system;
grant select on table users to colloquy_system;
grant update on table users to colloquy_system;
