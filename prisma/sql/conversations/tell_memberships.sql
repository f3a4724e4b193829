-- Appends an event for each conversation that a change of members has changed, however many people came and went, and records
-- it in the audit trail. It does so in safe mode as well, where nobody else changes a conversation.
create or replace function app.tell_memberships(p_changes jsonb[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_change record;
  v_position bigint;
  v_audited bigint;
begin
  for v_change in
    select (c ->> 'company')::uuid as company_id, (c ->> 'id')::uuid as id, c - '{company,id}'::text[] as people,
      array(select jsonb_array_elements_text(c -> 'joined'))::uuid[] as joined,
      array(select jsonb_array_elements_text(c -> 'left'))::uuid[] as departed
    from unnest(p_changes) with ordinality u (c, at) order by u.at
  loop
    if v_change.joined = '{}' and v_change.departed = '{}' then
      update public.company_streams s set position = s.position + 1
      where s.company_id = v_change.company_id returning s.position into v_position;
      insert into public.events (company_id, position, kind, conversation_id, actor_id)
      values (v_change.company_id, v_position, 'CONVERSATION_CHANGED', v_change.id, app.bound_user());
    else
      update public.company_streams s set position = s.position + 1, audited = s.audited + 1
      where s.company_id = v_change.company_id returning s.position, s.audited into v_position, v_audited;
      insert into public.events (company_id, position, kind, conversation_id, actor_id, joined_ids, left_ids)
      values (
        v_change.company_id, v_position, 'PARTICIPANTS_CHANGED', v_change.id, app.bound_user(), v_change.joined, v_change.departed
      );
      perform app.add_audit_event(v_change.company_id, v_audited - 1, 'conversation.participants_changed', v_change.id, v_change.id,
        v_change.people);
    end if;
  end loop;
end
$$;

revoke all on function app.tell_memberships from public, colloquy_app, colloquy_system;
grant execute on function app.tell_memberships to colloquy_app, colloquy_system;
