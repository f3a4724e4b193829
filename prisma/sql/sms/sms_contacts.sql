-- Which companies have written to a phone from a number, so that an answer on a number which companies share goes to the
-- one that wrote last. Number and phone are one HMAC under the deployment's key, which no company's key can link to.
create table if not exists app.sms_contacts (
  contact_hash bytea not null,
  company_id uuid not null references public.companies (id) on delete cascade,
  written_at timestamptz(3) not null default now(),
  constraint sms_contacts_pkey primary key (contact_hash, company_id)
);

revoke all on table app.sms_contacts from public, colloquy_app, colloquy_system;
grant insert, select, update on table app.sms_contacts to colloquy_system;
