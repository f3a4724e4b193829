-- What the schema language cannot say: allowed values, bounds, and partial indexes.
-- Values are text with a check, not enums: enum equality is not leakproof, so it never becomes an index condition
-- under row-level security.

alter table companies
  add constraint companies_name_check check (name <> ''),
  add constraint companies_group_access_check check (default_group_access in ('OPEN', 'CLOSED', 'PRIVATE')),
  add constraint companies_revisions_check check (revisions_visible_to in ('AUDITORS', 'PARTICIPANTS')),
  add constraint companies_depth_check check (max_thread_depth between 0 and 64),
  add constraint companies_delays_check check (
    coalesce(edit_window_minutes, 0) >= 0 and coalesce(retract_window_minutes, 0) >= 0 and email_delay_minutes >= 0
    and broadcasts_per_hour >= 0 and event_retention_days >= 1
  );

alter table users
  add constraint users_name_check check (name <> ''),
  add constraint users_login_check check ((issuer is null) = (subject is null));

alter table conversations
  add constraint conversations_kind_check check (kind in ('DIRECT', 'GROUP', 'BROADCAST', 'GLOBAL', 'CONTEXT')),
  add constraint conversations_access_check check ((kind = 'GROUP') = (access is not null) and access in ('OPEN', 'CLOSED', 'PRIVATE')),
  add constraint conversations_context_check check (
    (kind = 'CONTEXT') = (context_type is not null) and (context_type is null) = (context_id is null)
    and context_type in ('TRANSACTION', 'PLAN', 'TOPIC')
  ),
  add constraint conversations_sensitivity_check check (sensitivity in ('NORMAL', 'CONFIDENTIAL', 'RESTRICTED')),
  add constraint conversations_last_seq_check check (last_seq >= 0);

alter table participants
  add constraint participants_role_check check (role in ('ADMIN', 'MEMBER')),
  add constraint participants_marks_check check (
    last_read_seq >= 0 and last_delivered_seq >= last_read_seq and joined_seq >= 0 and unread_from_seq >= 1
  ),
  add constraint participants_mute_check check (is_muted or muted_until is null);

alter table messages
  add constraint messages_priority_check check (priority in ('LOW', 'NORMAL', 'HIGH', 'URGENT')),
  add constraint messages_state_check check (state in ('POSTED', 'HELD', 'REJECTED', 'RETRACTED')),
  add constraint messages_seq_check check ((state in ('HELD', 'REJECTED')) = (seq is null) and seq >= 1),
  add constraint messages_depth_check check ((parent_id is null) = (depth = 0) and depth >= 0);

alter table receipts
  add constraint receipts_status_check check (status in ('DELIVERED', 'READ')),
  add constraint receipts_seq_check check (up_to_seq >= 1);

alter table events
  add constraint events_kind_check check (kind in (
    'MESSAGE_SENT', 'READ', 'READ_REMINDER', 'DELIVERED', 'PARTICIPANTS_CHANGED', 'CONVERSATION_CHANGED', 'MUTE_CHANGED',
    'ACCESS_CHANGED'
  )),
  -- A foreign key with a null in it is not checked at all: without its conversation a message could be another company's.
  add constraint events_message_check check (message_id is null or conversation_id is not null);

alter table idempotency_keys add constraint idempotency_keys_key_check check (length(key) between 1 and 128);

-- Unread counts subtract retracted messages; this keeps the cost to their number.
create index messages_retracted_idx on messages (company_id, conversation_id, seq) where state = 'RETRACTED';
-- What somebody has sent, latest first. The condition always holds, and only the statement that repeats it can use this
-- index: the planner takes company and author for independent of each other, believes that an author has next to no
-- messages, and would count the viewer's own in one conversation by reading all that the viewer ever sent.
create index messages_sent_idx on messages (company_id, author_id, created_at, id) where depth >= 0;
-- Replies to a message, in order.
create index messages_replies_idx on messages (company_id, parent_id, seq) where parent_id is not null;
-- Housekeeping by age.
create index idempotency_keys_age_idx on idempotency_keys (created_at);
create index connection_tickets_age_idx on connection_tickets (expires_at);
