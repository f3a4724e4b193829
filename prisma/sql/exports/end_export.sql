-- Ends a running export as READY or FAILED, and lets the next one of the company begin. Returns false if another attempt, with
-- another file, has taken its place.
create or replace function app.end_export(
  p_export uuid, p_file uuid, p_state text, p_count int, p_bytes bigint, p_checksum text
) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
begin
  perform pg_advisory_xact_lock(hashtextextended('exports ' || v_company, 0));
  update public.exports e set state = p_state, ended_at = clock_timestamp(), message_count = p_count, bytes = p_bytes,
    checksum = p_checksum, file_id = case when p_state = 'READY' then p_file end,
    note = (
      select c.note from public.audit_checkpoints c where c.company_id = v_company and p_state = 'READY'
      order by c.size desc limit 1
    )
  where e.company_id = v_company and e.id = p_export and e.state = 'RUNNING' and e.file_id = p_file;
  if not found then
    return false;
  end if;
  perform app.enqueue_next_export();
  return true;
end
$$;

revoke all on function app.end_export from public, colloquy_app, colloquy_system;
grant execute on function app.end_export to colloquy_system;
