-- Enqueues the oldest export of the bound company that waits.
create or replace function app.enqueue_next_export() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_next uuid;
begin
  select e.id into v_next from public.exports e
  where e.company_id = app.bound_company() and e.state = 'QUEUED' order by e.requested_at, e.id limit 1;
  if v_next is not null then
    perform app.enqueue_job('export_messages', json_build_object('exportId', v_next), null, 'export ' || v_next);
  end if;
end
$$;

revoke all on function app.enqueue_next_export from public, colloquy_app, colloquy_system;
grant execute on function app.enqueue_next_export to colloquy_system;
