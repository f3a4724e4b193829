-- Incoming messages that belong to no company. They wait outside of all tenants, encrypted under the deployment's key.
create table if not exists app.unmatched_inbound (
  id uuid not null,
  received_on text not null,
  received_at timestamptz(3) not null default now(),
  sealed bytea not null,
  constraint unmatched_inbound_pkey primary key (id)
);
create index if not exists unmatched_inbound_age_idx on app.unmatched_inbound (received_at);

revoke all on table app.unmatched_inbound from public, colloquy_app, colloquy_system;
grant delete, insert, select on table app.unmatched_inbound to colloquy_system;
