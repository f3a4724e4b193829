-- Cancels a broadcast, and takes its files from it. Its job is not removed; it finds the broadcast cancelled and does nothing.
create or replace function app.cancel_broadcast(p_company uuid, p_user uuid, p_broadcast uuid) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_broadcast public.broadcasts;
begin
  v_broadcast := app.hold_broadcast(v_company, p_user, p_broadcast);
  update public.broadcasts b set status = 'CANCELLED' where b.company_id = v_company and b.id = p_broadcast;
  perform app.remove_files(v_broadcast.attachment_ids) where v_broadcast.attachment_ids <> '{}';
  perform app.record_audit('broadcast.cancelled', p_broadcast);
end
$$;

revoke all on function app.cancel_broadcast from public, colloquy_app, colloquy_system;
grant execute on function app.cancel_broadcast to colloquy_app;
