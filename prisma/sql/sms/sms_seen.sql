-- Incoming messages that were taken, by the provider's id, so that a repeated webhook has no effect. The reply is the word
-- that was answered, and is answered again.
create table if not exists app.sms_seen (
  provider_sid text not null,
  reply text,
  company_id uuid,
  seen_at timestamptz(3) not null default now(),
  constraint sms_seen_pkey primary key (provider_sid)
);
create index if not exists sms_seen_age_idx on app.sms_seen (seen_at);

revoke all on table app.sms_seen from public, colloquy_app, colloquy_system;
grant delete, insert, select on table app.sms_seen to colloquy_system;
