-- Deletes at most p_max SMS past their retention that came in. Answers to them stay for their own time. Returns their number.
create or replace function app.purge_inbound_messages(p_default_days int, p_max int) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_end timestamptz;
  v_due uuid[];
  v_count int;
begin
  perform app.lock_purge();
  v_end := app.retention_end(p_default_days);
  v_due := array(
    select i.id from public.inbound_messages i where i.company_id = v_company and i.received_at < v_end
      and not app.is_held(v_company, null, null, i.received_at)
    order by i.received_at limit p_max for update skip locked
  );
  if v_due = '{}' then
    return 0;
  end if;
  update public.guest_messages m set in_reply_to_id = null where m.company_id = v_company and m.in_reply_to_id = any (v_due);
  perform app.blank_guest_events(v_due);
  delete from public.inbound_messages i where i.company_id = v_company and i.id = any (v_due);
  get diagnostics v_count = row_count;
  perform app.record_audit('inbound_messages.purged', p_detail => jsonb_build_object('count', v_count));
  return v_count;
end
$$;

revoke all on function app.purge_inbound_messages from public, colloquy_app, colloquy_system;
grant execute on function app.purge_inbound_messages to colloquy_system;
