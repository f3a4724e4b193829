-- Adding a foreign key reads the companies.
alter table public.companies no force row level security;

-- CreateTable
CREATE TABLE "key_states" (
    "company_id" UUID NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "destroyed_at" TIMESTAMPTZ(3),

    CONSTRAINT "key_states_pkey" PRIMARY KEY ("company_id")
);

-- CreateIndex
CREATE INDEX "key_states_changed_at_idx" ON "key_states"("changed_at");

-- AddForeignKey
ALTER TABLE "key_states" ADD CONSTRAINT "key_states_company_id_fkey" FOREIGN KEY ("company_id") REFERENCES "companies"("id") ON DELETE CASCADE ON UPDATE CASCADE;

alter table public.companies force row level security;

set local check_function_bodies = off;
set local row_security = on;

-- prisma/sql/companies/erase_company.sql
-- Erases the plaintext of the bound company, whose keys are destroyed: names, addresses, titles, the ids of contexts and
-- logins. Everybody is disabled, so that no policy shows anything of it from the commit on. Ciphertext stays.
create or replace function app.erase_company() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
begin
  -- The lock of all changes of keys: those under way end first, and later ones see that the keys are destroyed.
  perform pg_advisory_xact_lock(hashtextextended('keys ' || v_company, 0));
  perform app.keys_changed(true);
  -- A closed conversation needs no other admin when all of its people are disabled.
  update public.conversations c set title = '', title_folded = '', is_closed = true,
    context_id = case when c.context_id is not null then c.id::text end
  where c.company_id = v_company;
  update public.users u set name = 'Former member', name_folded = 'former member', search_words = '{former,member}',
    search_source = E'Former member\n', email = null, department = null, external_id = null, issuer = null, subject = null,
    is_enabled = false
  where u.company_id = v_company;
  update public.roles r set name = r.id::text where r.company_id = v_company and not r.is_built_in;
  update public.message_access a set attribute = 'erased' where a.company_id = v_company and a.attribute is not null;
  delete from public.reactions r where r.company_id = v_company;
  delete from public.idempotency_keys k where k.company_id = v_company;
  delete from public.connection_tickets t where t.company_id = v_company;
  delete from public.pending_digests d where d.company_id = v_company;
  update public.broadcasts b set status = 'CANCELLED' where b.company_id = v_company and b.status = 'SCHEDULED';
  update public.guest_deliveries d set status = 'DROPPED', changed_at = clock_timestamp()
  where d.company_id = v_company and d.status = 'QUEUED';
  update public.guests g set external_id = null, name = null, phone = null, email = null, phone_hash = null,
    email_hash = null, words = '{}', time_zone = null, erased_at = coalesce(g.erased_at, now())
  where g.company_id = v_company;
  update public.sms_settings s set from_number = null, help_business = null, help_purpose = null, help_phone = null,
    help_email = null, help_website = null, help_disclaimer = null, stop_words = '{}', meta = null
  where s.company_id = v_company;
  delete from app.sms_numbers n where n.company_id = v_company;
  update public.companies c set name = 'Destroyed company', spam = null where c.id = v_company;
  perform app.record_audit('keys.destroyed', v_company);
end
$$;

revoke all on function app.erase_company from public, colloquy_app, colloquy_system;
grant execute on function app.erase_company to colloquy_system;

-- prisma/sql/companies/keys_changed.sql
-- Notes that the keys of the bound company have changed, so that every process loads them anew.
create or replace function app.keys_changed(p_destroyed boolean) returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
  insert into public.key_states as s (company_id, changed_at, destroyed_at)
  values (app.bound_company(), clock_timestamp(), case when p_destroyed then clock_timestamp() end)
  on conflict (company_id) do update
    set changed_at = greatest(excluded.changed_at, s.changed_at + interval '1 millisecond'),
      destroyed_at = coalesce(s.destroyed_at, excluded.destroyed_at)
$$;

revoke all on function app.keys_changed from public, colloquy_app, colloquy_system;
grant execute on function app.keys_changed to colloquy_system;

-- prisma/sql/companies/keys_destroyed.sql
-- True if the keys of the company with this id or external id were destroyed. It tells a login that was erased with the
-- company why it is refused.
create or replace function app.keys_destroyed(p_reference text) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select exists (
    select from public.key_states s join public.companies c on c.id = s.company_id
    where s.destroyed_at is not null and (c.id = app.company_named(p_reference) or c.external_id = p_reference)
  )
$$;

revoke all on function app.keys_destroyed from public, colloquy_app, colloquy_system;
grant execute on function app.keys_destroyed to colloquy_app;

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
grant insert, select, update (wrapped, retired_at) on table public.data_keys to colloquy_system;

-- prisma/sql/companies/key_states.sql
alter table public.key_states enable row level security;
alter table public.key_states force row level security;

drop policy if exists key_states_owner_read on public.key_states;
create policy key_states_owner_read on public.key_states for select to current_user using (true);

drop policy if exists key_states_system on public.key_states;
create policy key_states_system on public.key_states to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

-- Every process looks for the keys of all companies that have changed.
drop policy if exists key_states_system_list on public.key_states;
create policy key_states_system_list on public.key_states for select to colloquy_system using (true);

drop policy if exists key_states_tenant on public.key_states;
create policy key_states_tenant on public.key_states to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.key_states from public, colloquy_app, colloquy_system;
grant select on table public.key_states to colloquy_app;
grant insert, select, update on table public.key_states to colloquy_system;

-- prisma/sql/conversations/conversations.sql
alter table public.conversations enable row level security;
alter table public.conversations force row level security;

drop policy if exists conversations_sending on public.conversations;
create policy conversations_sending on public.conversations to current_user
  using (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null)
  with check (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null);

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
-- The erasure of a company changes the others.
grant select, update (context_id, is_closed, title, title_folded) on table public.conversations to colloquy_system;

-- Every message changes its conversation's row, and room for the next version in the same page saves the index's part.
alter table public.conversations set (fillfactor = 50);

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
grant delete, select on table public.reactions to colloquy_system;

-- prisma/sql/visibility/message_access.sql
alter table public.message_access enable row level security;
alter table public.message_access force row level security;

drop policy if exists message_access_sending on public.message_access;
create policy message_access_sending on public.message_access for select to current_user
  using (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null);

drop policy if exists message_access_system on public.message_access;
create policy message_access_system on public.message_access to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists message_access_tenant on public.message_access;
create policy message_access_tenant on public.message_access to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.message_access from public, colloquy_app, colloquy_system;
grant insert, select, update (ended_at) on table public.message_access to colloquy_app;
grant select, update (attribute) on table public.message_access to colloquy_system;
