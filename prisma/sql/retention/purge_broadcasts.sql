-- Deletes at most p_max broadcasts past their retention that were cancelled: those that were sent go with their messages. Returns
-- their number.
create or replace function app.purge_broadcasts(p_default_days int, p_max int) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_end timestamptz;
  v_count int;
begin
  perform app.lock_purge();
  v_end := app.retention_end(p_default_days);
  delete from public.broadcasts b where b.company_id = v_company and b.id = any (array(
    select o.id from public.broadcasts o
    where o.company_id = v_company and o.listed_at < v_end and o.status = 'CANCELLED'
      and not app.is_held(v_company, null, o.author_id, o.listed_at)
    order by o.listed_at limit p_max for update skip locked
  ));
  get diagnostics v_count = row_count;
  if v_count > 0 then
    perform app.record_audit('broadcasts.purged', p_detail => jsonb_build_object('count', v_count));
  end if;
  return v_count;
end
$$;

revoke all on function app.purge_broadcasts from public, colloquy_app, colloquy_system;
grant execute on function app.purge_broadcasts to colloquy_system;
