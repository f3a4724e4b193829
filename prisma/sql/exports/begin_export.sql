-- Begins an attempt to write an export into a file of its own; what an earlier attempt has written counts no longer. Returns
-- false if the export has ended, or while another one of the company is running, whose end enqueues this one again.
create or replace function app.begin_export(p_export uuid, p_file uuid) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
begin
  perform pg_advisory_xact_lock(hashtextextended('exports ' || v_company, 0));
  update public.exports e set state = 'RUNNING', file_id = p_file
  where e.company_id = v_company and e.id = p_export and e.state in ('QUEUED', 'RUNNING') and not exists (
    select from public.exports o where o.company_id = v_company and o.state = 'RUNNING' and o.id <> p_export
  );
  return found;
end
$$;

revoke all on function app.begin_export from public, colloquy_app, colloquy_system;
grant execute on function app.begin_export to colloquy_system;
