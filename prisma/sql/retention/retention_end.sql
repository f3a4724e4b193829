-- Returns the time before which messages of the bound company are past their retention, null if they are kept without a limit. It is
-- a midnight in UTC, so that it moves once a day. p_default_days holds where the company has set nothing; 0 means no limit.
create or replace function app.retention_end(p_default_days int) returns timestamptz
language sql stable set search_path = pg_catalog, pg_temp as $$
  select date_trunc('day', now(), 'UTC') - make_interval(hours => 24 * coalesce(c.retention_days, p_default_days))
  from public.companies c
  where c.id = app.bound_company() and coalesce(c.retention_days, p_default_days) > 0
$$;

revoke all on function app.retention_end from public, colloquy_app, colloquy_system;
grant execute on function app.retention_end to colloquy_system;
