-- Empties the events that tell of these messages, which are about to be deleted, and of their cases. The events keep their
-- positions, so that a company's stream has no gap and every cursor holds.
create or replace function app.blank_events(p_messages uuid[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
begin
  update public.events e set kind = 'PURGED', message_id = null, seq = null, actor_id = null, recipient_id = null,
    joined_ids = '{}', left_ids = '{}'
  where e.company_id = v_company and e.message_id = any (p_messages);
  update public.events e set kind = 'PURGED', case_id = null, actor_id = null
  where e.company_id = v_company and e.case_id = any (array(
    select c.id from public.moderation_cases c where c.company_id = v_company and c.message_id = any (p_messages)
  ));
end
$$;

revoke all on function app.blank_events from public, colloquy_app, colloquy_system;
grant execute on function app.blank_events to colloquy_system;
