-- Releases a legal hold. Its row stays, with the reason. Texts of erased guests that it alone has kept go now. Releasing twice
-- changes nothing. Raises CQ403 without CONVERSATION_AUDIT, CQ404 for an unknown hold.
create or replace function app.release_legal_hold(p_company uuid, p_user uuid, p_hold uuid, p_reason bytea) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_hold public.legal_holds;
begin
  if not app.has_permission(v_company, p_user, 'CONVERSATION_AUDIT') then
    raise exception using errcode = 'CQ403', hint = 'CONVERSATION_AUDIT',
      message = 'Your role lacks the permission CONVERSATION_AUDIT.';
  end if;
  perform app.lock_purge();
  select h.* into v_hold from public.legal_holds h where h.company_id = v_company and h.id = p_hold for no key update;
  if v_hold.id is null then
    raise exception using errcode = 'CQ404', message = 'There is no such hold.', column = 'holdId';
  elsif v_hold.released_at is not null then
    return;
  end if;
  update public.legal_holds h set released_at = clock_timestamp(), released_by_id = p_user, release_reason = p_reason
  where h.company_id = v_company and h.id = p_hold;
  update public.inbound_messages i set body = null
  where i.company_id = v_company and i.body is not null and i.guest_id in (
      select g.id from public.guests g where g.company_id = v_company and g.erased_at is not null
    )
    and not app.is_held(v_company, null, null, i.received_at);
  perform app.record_audit('hold.released', p_hold, v_hold.conversation_id);
end
$$;

revoke all on function app.release_legal_hold from public, colloquy_app, colloquy_system;
grant execute on function app.release_legal_hold to colloquy_app;
