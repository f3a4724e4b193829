create or replace function app.reschedule_broadcast(
  p_company uuid, p_user uuid, p_broadcast uuid, p_local_time text, p_time_zone text, p_scheduled_for timestamptz
) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
begin
  perform app.hold_broadcast(v_company, p_user, p_broadcast);
  perform app.free_broadcast_at(v_company);
  update public.broadcasts b set local_time = p_local_time, time_zone = p_time_zone, scheduled_for = p_scheduled_for
  where b.company_id = v_company and b.id = p_broadcast;
  perform app.schedule_broadcast(p_broadcast, p_scheduled_for);
  perform app.record_audit('broadcast.rescheduled', p_broadcast, p_detail => jsonb_build_object('scheduledFor', p_scheduled_for));
end
$$;

revoke all on function app.reschedule_broadcast from public, colloquy_app, colloquy_system;
grant execute on function app.reschedule_broadcast to colloquy_app;
