set local check_function_bodies = off;
set local row_security = on;

-- prisma/sql/statistics/refresh_statistics.sql
-- Has the planner look at one table that has grown fourfold since it last did, 500 rows or more, and returns its name; null if there is
-- none. Plans are kept on a connection, those of foreign keys too, and one that was made for a nearly empty table may read all rows of
-- a company each time. Autovacuum comes once a minute by default: a new installation would be slow until then.
-- Each table has a transaction of its own, because ANALYZE counts its rows at once and takes only its findings back with the transaction.
create or replace function app.refresh_statistics() returns text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_table regclass;
begin
  -- One process at a time: the others have nothing to add.
  if not pg_try_advisory_xact_lock(hashtext('app.refresh_statistics')) then
    return null;
  end if;
  select c.oid into v_table from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
    and pg_stat_get_live_tuples(c.oid) >= 4 * greatest(c.reltuples, 125)
    -- Autovacuum, an index that is being made or a migration has it: they let the planner look as well, or hold it up.
    and not exists (
      select from pg_locks l where l.locktype = 'relation' and l.relation = c.oid and l.database = (
        select d.oid from pg_database d where d.datname = current_database()
      ) and l.mode in ('ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
    )
  order by c.oid limit 1;
  if v_table is not null then
    execute format('analyze (skip_locked) %s', v_table);
  end if;
  return v_table::text;
end
$$;

revoke all on function app.refresh_statistics from public, colloquy_app, colloquy_system;
grant execute on function app.refresh_statistics to colloquy_system;
