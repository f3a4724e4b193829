-- Locks and returns the author's own scheduled broadcast. Raises CQ404 for the broadcast of another author, CQ409 if it
-- has been sent or cancelled.
create or replace function app.hold_broadcast(p_company uuid, p_user uuid, p_broadcast uuid) returns public.broadcasts
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_broadcast public.broadcasts;
begin
  select b.* into v_broadcast from public.broadcasts b
  where b.company_id = p_company and b.id = p_broadcast and b.author_id = p_user for no key update;
  if v_broadcast.id is null then
    raise exception using errcode = 'CQ404', message = 'There is no such broadcast.', column = 'broadcastId';
  elsif v_broadcast.status = 'SENT' then
    raise exception using errcode = 'CQ409', message = 'The broadcast has been sent already.', column = 'broadcastId';
  elsif v_broadcast.status = 'CANCELLED' then
    raise exception using errcode = 'CQ409', message = 'The broadcast has been cancelled.', column = 'broadcastId';
  end if;
  return v_broadcast;
end
$$;

revoke all on function app.hold_broadcast from public, colloquy_app, colloquy_system;
grant execute on function app.hold_broadcast to colloquy_app;
