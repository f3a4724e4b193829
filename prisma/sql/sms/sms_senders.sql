-- Numbers that the provider does not let send: nothing is claimed for them until an operator resumes them.
create table if not exists app.sms_senders (
  number text not null,
  paused_at timestamptz(3) not null default now(),
  provider_code text not null,
  constraint sms_senders_pkey primary key (number)
);

revoke all on table app.sms_senders from public, colloquy_app, colloquy_system;
grant delete, insert, select on table app.sms_senders to colloquy_system;
