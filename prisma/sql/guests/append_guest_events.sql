-- Appends an event of the bound company about each of these guests, deliveries or inbound messages, and returns the
-- position of the last one, null if there is none. It is taken as the last lock of a transaction. Unlike app.append_event it
-- does not ask whether the company is open: a guest who says STOP is heard also while messaging is off.
create or replace function app.append_guest_events(p_kind text, p_about uuid[]) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_count int := coalesce(cardinality(p_about), 0);
  v_company uuid;
  v_position bigint;
begin
  if v_count = 0 then
    return null;
  end if;
  update public.company_streams s set position = s.position + v_count
  where s.company_id = app.bound_company() returning s.company_id, s.position into v_company, v_position;
  if v_company is null or app.bound_user() is not null and app.verified_company() is null then
    raise exception using errcode = 'CQ401', message = 'You have no active membership in this company.';
  end if;
  insert into public.events (company_id, position, kind, actor_id, about, permission)
  select v_company, v_position - v_count + a.at, p_kind, app.bound_user(), a.id, 'GUEST_MESSAGE'
  from unnest(p_about) with ordinality a (id, at);
  return v_position;
end
$$;

revoke all on function app.append_guest_events from public, colloquy_app, colloquy_system;
grant execute on function app.append_guest_events to colloquy_app, colloquy_system;
