set local check_function_bodies = off;
set local row_security = on;

-- prisma/sql/statistics/refresh_statistics.sql
-- Has the planner look at tables that have grown fourfold since it last did, 500 rows or more, and returns their names. Plans are
-- kept on a connection, those of foreign keys too, and one that was made for a nearly empty table may read all rows of a company
-- each time. Autovacuum comes once a minute by default: a new installation would be slow until then.
create or replace function app.refresh_statistics() returns setof text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_table regclass;
begin
  -- One process at a time: the others have nothing to add.
  if not pg_try_advisory_xact_lock(hashtext('app.refresh_statistics')) then
    return;
  end if;
  for v_table in
    select c.oid from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
      and pg_stat_get_live_tuples(c.oid) >= 4 * greatest(c.reltuples, 125)
  loop
    execute format('analyze %s', v_table);
    return next v_table::text;
  end loop;
end
$$;

revoke all on function app.refresh_statistics from public, colloquy_app, colloquy_system;
grant execute on function app.refresh_statistics to colloquy_system;
