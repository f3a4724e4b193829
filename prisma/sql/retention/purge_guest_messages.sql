-- Deletes at most p_max messages to guests past their retention, with their deliveries and idempotency keys. One that is still
-- being sent is kept. Returns their number.
create or replace function app.purge_guest_messages(p_default_days int, p_max int) returns int
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
    select m.id from public.guest_messages m
    where m.company_id = v_company and m.created_at < v_end and (m.is_expanded or m.cancelled_at is not null)
      and not exists (
        select from public.guest_deliveries d
        where d.company_id = v_company and d.guest_message_id = m.id and d.status in ('QUEUED', 'SENDING')
      )
      and not app.is_held(v_company, null, m.author_id, m.created_at)
    order by m.created_at limit p_max for update skip locked
  );
  if v_due = '{}' then
    return 0;
  end if;
  perform app.blank_guest_events(array(
    select d.id from public.guest_deliveries d where d.company_id = v_company and d.guest_message_id = any (v_due)
  ));
  delete from public.guest_messages m where m.company_id = v_company and m.id = any (v_due);
  get diagnostics v_count = row_count;
  perform app.record_audit('guest_messages.purged', p_detail => jsonb_build_object('count', v_count));
  return v_count;
end
$$;

revoke all on function app.purge_guest_messages from public, colloquy_app, colloquy_system;
grant execute on function app.purge_guest_messages to colloquy_system;
