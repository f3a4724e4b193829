-- Cancels what of a message has not been handed to the provider. Returns the position of the last event, null if all of it
-- was. Raises CQ404 for an unknown message, CQ409 for one that is cancelled or sent to everybody.
create or replace function app.cancel_guest_message(p_company uuid, p_user uuid, p_message uuid) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_message public.guest_messages;
  v_cancelled uuid[];
begin
  perform app.require_open(v_company);
  select m.* into v_message from public.guest_messages m
  where m.company_id = v_company and m.id = p_message for no key update;
  if v_message.id is null then
    raise exception using errcode = 'CQ404', message = 'There is no such message.', column = 'guestMessageId';
  elsif v_message.cancelled_at is not null then
    raise exception using errcode = 'CQ409', message = 'The message has been cancelled.', column = 'guestMessageId';
  end if;
  with cancelled as (
    update public.guest_deliveries d set status = 'CANCELLED', changed_at = clock_timestamp()
    where d.company_id = v_company and d.guest_message_id = p_message and d.status = 'QUEUED' returning d.id
  )
  select array_agg(c.id) into v_cancelled from cancelled c;
  if v_cancelled is null and v_message.is_expanded then
    raise exception using errcode = 'CQ409', message = 'The message has been sent to everybody already.', column = 'guestMessageId';
  end if;
  update public.guest_messages m set cancelled_at = now() where m.company_id = v_company and m.id = p_message;
  perform app.record_audit('guest_message.cancelled', p_message);
  return app.append_guest_events('GUEST_DELIVERY', v_cancelled);
end
$$;

revoke all on function app.cancel_guest_message from public, colloquy_app, colloquy_system;
grant execute on function app.cancel_guest_message to colloquy_app;
