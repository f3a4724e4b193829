-- Deletes at most p_max of the bound company's oldest events that have reached their retention time, and returns their
-- number. Only the first events are deleted, so that a cursor either precedes no deleted event or is expired. Events
-- that were not scanned for digests are kept.
create or replace function app.purge_events(p_max int) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_due timestamptz;
  v_digested bigint;
  v_upto bigint;
  v_count int;
begin
  -- One process at a time; others would find nothing to delete.
  if not pg_try_advisory_xact_lock(hashtextextended('purge ' || v_company, 0)) then
    return 0;
  end if;
  select now() - make_interval(days => c.event_retention_days) into v_due from public.companies c where c.id = v_company;
  select d.position into v_digested from public.digest_marks d where d.company_id = v_company;
  select max(e.position) into v_upto from (
    select e.position, bool_and(e.created_at < v_due) over (order by e.position) as is_due
    from (
      select e.position, e.created_at from public.events e
      where e.company_id = v_company and e.position <= v_digested order by e.position limit p_max
    ) e
  ) e where e.is_due;
  delete from public.events e where e.company_id = v_company and e.position <= v_upto;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

revoke all on function app.purge_events from public, colloquy_app, colloquy_system;
grant execute on function app.purge_events to colloquy_system;
