set local check_function_bodies = off;
set local row_security = on;

-- prisma/sql/members/each_member.sql
-- Returns the ids of all members of the bound company, read by its key: the planner would read the members of all companies
-- where this one has most of them.
create or replace function app.each_member() returns setof uuid
language sql stable set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
  select u.id from public.users u where u.company_id = app.bound_company()
$$;

revoke all on function app.each_member from public, colloquy_app, colloquy_system;
grant execute on function app.each_member to colloquy_app;
