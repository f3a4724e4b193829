-- Phones that have said STOP to a number, as the HMAC of app.sms_contacts: no company sends from that number to that phone.
create table if not exists app.sms_stops (
  contact_hash bytea not null,
  stopped_at timestamptz(3) not null default now(),
  constraint sms_stops_pkey primary key (contact_hash)
);

revoke all on table app.sms_stops from public, colloquy_app, colloquy_system;
grant delete, insert, select on table app.sms_stops to colloquy_system;
