-- Ends exports of the bound company that were ready for p_kept, and fails those that have not ended p_stuck after they were
-- requested, so that they do not keep others waiting. Returns how many there were.
create or replace function app.expire_exports(p_kept interval, p_stuck interval) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_count int;
begin
  perform pg_advisory_xact_lock(hashtextextended('exports ' || v_company, 0));
  update public.exports e set state = case when e.state = 'READY' then 'EXPIRED' else 'FAILED' end, file_id = null,
    ended_at = coalesce(e.ended_at, clock_timestamp())
  where e.company_id = v_company and (
    e.state = 'READY' and e.ended_at <= clock_timestamp() - p_kept
    or e.state in ('QUEUED', 'RUNNING') and e.requested_at <= clock_timestamp() - p_stuck
  );
  get diagnostics v_count = row_count;
  if v_count > 0 then
    perform app.enqueue_next_export();
  end if;
  return v_count;
end
$$;

revoke all on function app.expire_exports from public, colloquy_app, colloquy_system;
grant execute on function app.expire_exports to colloquy_system;
