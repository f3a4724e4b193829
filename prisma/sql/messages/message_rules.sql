-- The settings and the right that decide about every message of a company for one person: whether the person moderates, minutes
-- for edits and retractions (null: no limit), and the maximum depth of a reply.
create or replace function app.message_rules(
  p_company uuid, p_user uuid, out moderates boolean, out edit_minutes int, out retract_minutes int, out max_depth int
) language sql stable set search_path = pg_catalog, pg_temp as $$
  select app.has_permission(p_company, p_user, 'MESSAGE_MODERATE'), c.edit_window_minutes, c.retract_window_minutes,
    c.max_thread_depth
  from public.companies c where c.id = p_company
$$;

revoke all on function app.message_rules from public, colloquy_app, colloquy_system;
grant execute on function app.message_rules to colloquy_app, colloquy_system;
