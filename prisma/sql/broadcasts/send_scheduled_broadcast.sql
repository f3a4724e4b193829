-- Sends a scheduled broadcast on behalf of its author if its time has come and no other process has sent it; otherwise
-- returns null. The decision is made under the broadcast's lock. While the company has reached its broadcasts per hour,
-- it is delayed until the next one may be sent. Raises CQ401, CQ403 or CQ422 if the author may no longer send it, or
-- there is no recipient.
create or replace function app.send_scheduled_broadcast(p_company uuid, p_user uuid, p_broadcast uuid) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_broadcast public.broadcasts;
  v_free_at timestamptz;
begin
  perform pg_advisory_xact_lock(hashtextextended('broadcasts ' || v_company, 0));
  select b.* into v_broadcast from public.broadcasts b
  where b.company_id = v_company and b.id = p_broadcast and b.author_id = p_user for no key update;
  if v_broadcast.status is distinct from 'SCHEDULED' or v_broadcast.scheduled_for > clock_timestamp() then
    return null;
  end if;
  perform 1 from public.users u join public.roles r on r.company_id = u.company_id and r.id = u.role_id
  where u.company_id = v_company and u.id = p_user and 'CONVERSATION_BROADCAST' = any (r.permissions);
  if not found then
    raise exception using errcode = 'CQ403', message = 'You may not send broadcasts.', hint = 'CONVERSATION_BROADCAST';
  end if;
  v_free_at := app.free_broadcast_at(v_company);
  if v_free_at > clock_timestamp() then
    perform app.schedule_broadcast(p_broadcast, v_free_at);
    return null;
  end if;
  return app.deliver_broadcast(v_broadcast);
end
$$;

revoke all on function app.send_scheduled_broadcast from public, colloquy_app, colloquy_system;
grant execute on function app.send_scheduled_broadcast to colloquy_app;
