-- Tenancy: the serving role sees the rows of the bound company, and only while the bound user's membership there is
-- enabled. Nothing bound, or '' after a reset, means no rows.

do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'colloquy_app')
    or not exists (select from pg_catalog.pg_roles where rolname = 'colloquy_system') then
    raise exception 'The roles colloquy_app and colloquy_system must exist before the first migration.';
  end if;
end
$$;

create schema app;
grant usage on schema app to colloquy_app, colloquy_system;
-- PostgreSQL lets everyone run a new function; here each one is granted by name.
alter default privileges revoke execute on functions from public;

create function app.bound_company() returns uuid language sql stable parallel safe set search_path = pg_catalog, pg_temp as $$
  select nullif(current_setting('app.company_id', true), '')::uuid
$$;

create function app.bound_user() returns uuid language sql stable parallel safe set search_path = pg_catalog, pg_temp as $$
  select nullif(current_setting('app.user_id', true), '')::uuid
$$;

-- Runs as the owner, who reads memberships through the policy users_owner_read below and nothing else.
create function app.current_company() returns uuid
language sql stable security definer parallel safe set search_path = pg_catalog, pg_temp as $$
  select u.company_id from public.users u
  where u.company_id = app.bound_company() and u.id = app.bound_user() and u.is_enabled
$$;

grant execute on function app.bound_company(), app.bound_user(), app.current_company() to colloquy_app, colloquy_system;

do $$
declare
  v_table text;
  v_column text;
begin
  for v_table, v_column in
    select c.relname, case c.relname when 'companies' then 'id' else 'company_id' end
    from pg_catalog.pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> '_prisma_migrations'
  loop
    execute format('alter table public.%I enable row level security', v_table);
    execute format('alter table public.%I force row level security', v_table);
    execute format(
      'create policy %I on public.%I to colloquy_app using (%I = (select app.current_company())) with check (%I = (select app.current_company()))',
      v_table || '_tenant', v_table, v_column, v_column
    );
    -- The system role names the company it works on; it acts for no user.
    execute format(
      'create policy %I on public.%I to colloquy_system using (%I = (select app.bound_company())) with check (%I = (select app.bound_company()))',
      v_table || '_system', v_table, v_column, v_column
    );
  end loop;
end
$$;

create policy users_owner_read on users for select to current_user using (true);
create policy companies_owner_read on companies for select to current_user using (true);
create policy connection_tickets_owner on connection_tickets to current_user using (true);
create policy companies_system_list on companies for select to colloquy_system using (true);
create policy company_streams_system_list on company_streams for select to colloquy_system using (true);

-- What stands in pg_temp is found before most else, so no role that serves makes anything there, nor in public. Only the
-- database's owner can say so; others are told by the server, which does not start before it is done.
do $$
begin
  if pg_has_role(current_user, (select d.datdba from pg_catalog.pg_database d where d.datname = current_database()), 'usage') then
    execute format('revoke temporary on database %I from public', current_database());
  end if;
end
$$;

grant usage on schema public to colloquy_app, colloquy_system;

grant select, update on companies, company_streams to colloquy_app;
grant select on roles to colloquy_app;
grant select, insert, update on users, conversations, participants, messages, mentions to colloquy_app;
grant select, insert on data_keys, receipts, events, idempotency_keys to colloquy_app;

-- Also _prisma_migrations: a node that starts reads there whether anything is left to migrate.
grant select on all tables in schema public to colloquy_system;
grant insert, update on companies, company_streams, roles, users to colloquy_system;
grant insert on data_keys, events to colloquy_system;
grant delete on events, idempotency_keys, connection_tickets to colloquy_system;
