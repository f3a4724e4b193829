-- Appends an event. A caller that waited for the lock may have lost its membership meanwhile, so the membership is
-- checked under the lock.
create or replace function app.append_event(
  p_kind text, p_conversation uuid, p_message uuid default null, p_seq int default null, p_actor uuid default null,
  p_recipient uuid default null, p_joined uuid[] default '{}', p_left uuid[] default '{}', p_permission text default null,
  p_case uuid default null
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_bound uuid := app.bound_company();
  v_company uuid;
  v_position bigint;
begin
  update public.company_streams s set position = s.position + 1
  where s.company_id = v_bound returning s.company_id, s.position into v_company, v_position;
  if v_company is null or app.bound_user() is not null and app.verified_company() is null then
    raise exception using errcode = 'CQ401', message = 'You have no active membership in this company.';
  end if;
  perform app.require_open(v_company);
  insert into public.events
    (company_id, position, kind, conversation_id, message_id, seq, actor_id, recipient_id, joined_ids, left_ids, permission,
      case_id)
  values (
    v_company, v_position, p_kind, p_conversation, p_message, p_seq, p_actor, p_recipient, p_joined, p_left, p_permission,
    p_case
  );
  return v_position;
end
$$;

revoke all on function app.append_event from public, colloquy_app, colloquy_system;
grant execute on function app.append_event to colloquy_app, colloquy_system;
