-- Makes the next deliveries of a due message to all subscribed guests, at most p_max. Returns their number, null if no message
-- is left to expand.
create or replace function app.expand_guest_message(p_max int) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_message public.guest_messages;
  v_ids uuid[];
begin
  select m.* into v_message from public.guest_messages m
  where m.company_id = app.bound_company() and not m.is_expanded and m.cancelled_at is null
    and coalesce(m.scheduled_for, now()) <= now()
  order by m.created_at limit 1 for no key update skip locked;
  if v_message.id is null then
    return null;
  end if;
  select array_agg(g.id order by g.id) into v_ids from (
    select g.id from public.guests g
    where g.company_id = v_message.company_id and g.consent = 'SUBSCRIBED' and not g.needs_consent_review
      and g.phone_hash is not null and g.erased_at is null and (v_message.expanded_to is null or g.id > v_message.expanded_to)
    order by g.id limit p_max
  ) g;
  insert into public.guest_deliveries (company_id, id, guest_message_id, guest_id, segments, due_at, changed_at)
  select v_message.company_id, gen_random_uuid(), v_message.id, g.id, v_message.segments, now(), now()
  from (
    -- The lock that an opt-out takes: a guest who has opted out meanwhile is left out.
    select g.id from unnest(v_ids) wanted (id)
    cross join lateral (
      select g.id from public.guests g
      where g.company_id = v_message.company_id and g.id = wanted.id and g.consent = 'SUBSCRIBED'
      offset 0 for share
    ) g
  ) g
  on conflict do nothing;
  update public.guest_messages m set expanded_to = coalesce(v_ids[cardinality(v_ids)], m.expanded_to),
    is_expanded = coalesce(cardinality(v_ids), 0) < p_max, recipient_count = m.recipient_count + coalesce(cardinality(v_ids), 0)
  where m.company_id = v_message.company_id and m.id = v_message.id;
  return coalesce(cardinality(v_ids), 0);
end
$$;

revoke all on function app.expand_guest_message from public, colloquy_app, colloquy_system;
grant execute on function app.expand_guest_message to colloquy_system;
