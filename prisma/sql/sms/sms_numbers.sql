-- The numbers that messages are sent from, and the companies that use them. Outside of all tenants, for the system role:
-- an incoming message names a number, and no company yet.
create table if not exists app.sms_numbers (
  number text not null,
  company_id uuid not null references public.companies (id) on delete cascade,
  constraint sms_numbers_pkey primary key (number, company_id)
);
create index if not exists sms_numbers_company_id_idx on app.sms_numbers (company_id);

revoke all on table app.sms_numbers from public, colloquy_app, colloquy_system;
grant delete, insert, select on table app.sms_numbers to colloquy_system;
