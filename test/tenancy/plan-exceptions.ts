/** The tables that grow with a company. */
export const BIG = [
  'messages',
  'participants',
  'events',
  'receipts',
  'users',
  'user_words',
  'conversations',
  'mentions',
  'idempotency_keys',
  'connection_tickets',
  'hidden_messages',
  'reactions',
  'message_revisions',
  'guests',
  'guest_messages',
  'guest_deliveries',
  'consent_events',
  'inbound_messages',
  'push_subscriptions',
  'push_endpoints',
  'push_deliveries',
]

/** Statements that no request runs, each with the reason. */
export const RARE: Record<string, string> = {
  add_data_key: 'a company needs its first key',
  list_data_keys: 'a company’s keys are loaded, which these companies’ are',
  all_companies: 'an operator migrates',
  named_companies: 'an operator names a company',
  waiting_broadcast: 'a job runs',
  send_scheduled_broadcast: 'a job runs',
  call_off_broadcast: 'a job runs',
  companies_to_digest: 'a timer runs',
  find_digests: 'a timer runs',
  next_digests: 'a timer runs',
  queue_digests: 'a timer runs',
  is_digest_queued: 'a job runs',
  due_digest: 'a job runs',
  settle_digest: 'a job runs',
  find_written_message: 'the answer to a send is lost',
  find_sent_broadcast: 'a company has had its broadcasts of the hour',
  refresh_built_in_roles: 'an operator migrates',
  first_companies: 'a fresh database is seeded',
  companies_with_events: 'a process starts',
  policy_facts_of_person: 'the operator has a policy',
  policy_facts_of_context: 'the operator has a policy',
  policy_facts_of_pairs: 'the operator has a policy',
  policy_conversations_of_cases: 'the operator has a policy',
  conversations_of_messages: 'the operator has a policy',
  ready: 'a probe asks for nothing',
  primary_state: 'there is a replica',
  replica_state: 'there is a replica',
  server_start: 'there is a replica',
  job_counts: 'the metrics are read',
  unlock_abandoned_jobs: 'a runner looks after the others',
  unsubscribe_member: 'a link in an e-mail is opened',
  unsubscribe: 'a link in an e-mail is opened',
  due_sms: 'a job sends SMS',
  paused_sms_senders: 'a job sends SMS',
  defer_sms: 'a job sends SMS',
  claim_sms: 'a job sends SMS',
  settle_sms: 'a job sends SMS',
  pause_sms_sender: 'a job sends SMS',
  expand_guest_message: 'a job sends SMS',
  give_up_sms: 'a job sends SMS',
  next_sms_due: 'a job sends SMS',
  run_sms_again: 'a job sends SMS',
  companies_of_sms_number: 'a provider of SMS calls',
  sms_contacts_of: 'a provider of SMS calls',
  take_inbound: 'a provider of SMS calls',
  add_unmatched_inbound: 'a provider of SMS calls',
  put_off_pushes: 'a job is stopped, or the policy does not answer',
  begin_export: 'a job exports messages',
  end_export: 'a job exports messages',
  keep_export_filter: 'a job exports messages',
  conversations_to_export: 'a job exports messages',
  sequences_to_export: 'an operator asks',
  messages_to_export: 'a job exports messages',
  expire_exports: 'a timer runs',
  export_files_in_use: 'a timer runs',
  requester_of_export: 'a file is downloaded',
  exported_file: 'a file is downloaded',
  keep_upload_lease: 'an upload takes longer than 20 s',
  drop_upload_lease: 'an upload breaks off',
  companies_to_sweep: 'a timer runs',
  refresh_statistics: 'reads the catalogue alone',
  take_upload_checks: 'a timer runs',
  files_to_delete: 'a timer runs',
  forget_files: 'a timer runs',
  remains_to_delete: 'a timer runs',
  export_deliveries: 'an operator asks',
  assign_sms_number: 'an operator asks',
  take_back_sms_number: 'an operator asks',
  resume_sms_sender: 'an operator asks',
  companies_with_waiting_sms: 'an operator asks',
  forget_sms_number: 'an operator asks',
  unmatched_inbound: 'an operator asks',
  count_messages: 'an operator asks',
  holds_in_force: 'an operator destroys a company',
  every_company: 'an operator asks',
  dead_sms: 'an operator asks',
  audit_origins_after: 'an operator asks',
  become_audit_sealer: 'a timer seals',
  unsealed_companies: 'a timer seals',
  audit_restored_from: 'the database is behind a note',
  erase_company: 'an operator destroys a company',
  keys_destroyed: 'somebody has no membership',
  destroyed_key_state: 'keys are made or changed',
  keys_changed_since: 'a timer runs',
}

/**
 * The viewer takes part in 200 conversations and has written 1,200 messages in them; the company has 24,000, of
 * 2,000 people in 800 conversations.
 */
export const MAX_ROWS = 1300

/** Statements that may look at everybody in the company, each with the reason. */
export const COMPANY_WIDE: Record<string, string> = {
  'select count(*) from public.users u where u.company_id = p_broadcast.company_id and u.is_enabled and u.id <> p_broadcast.author_id':
    'a broadcast to all counts its recipients',
  broadcast_non_readers: 'somebody who has read is passed over',
  acquaintances_of_many: 'everybody in the viewer’s conversations is looked at',
  participant_counts: 'a company-wide conversation has every member; they are counted once a statement',
}

/** Statements that may look at everybody in the company, but at nothing else of all that it has. */
export const EACH_MEMBER = new Set([
  'state_counts',
  // Of app.each_member.
  ' select u.id from public.users u where u.company_id = app.bound_company() ',
  // Of app.follow_departments: a channel begins to follow departments, so everybody's is compared.
  `select coalesce(array_agg(u.id order by u.id), '{}') from public.users u where u.company_id = p_company and (p_users is null or u.id = any(p_users)) and u.is_enabled and app.department_key(u.department) = any(v_keys) and not exists ( select from public.participants p where p.company_id = p_company a`,
])

const WHOLE_CONVERSATIONS =
  'before PostgreSQL 17 a list of people is compared with everybody in the conversation where few are in it on average'

/** Statements that read more on an older PostgreSQL, each with the reason. */
export const GREEDIER_ON_OLDEST: Record<string, string> = {
  acquaintances: WHOLE_CONVERSATIONS,
  events_after: WHOLE_CONVERSATIONS,
  inbox_events_after: WHOLE_CONVERSATIONS,
  conversation_events_after: WHOLE_CONVERSATIONS,
}
