-- Settles what a change of members means for conversations. Department channels follow it; groups whose last admin is disabled,
-- and groups without an enabled member in which a person is enabled again, get an admin. Conversations are locked in order of
-- their ids, so that concurrent changes of members are seen, and all of them before the company's stream, as sending does. The
-- names of its triggers therefore sort before those that append events.
create or replace function app.settle_memberships() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_companies uuid[];
  v_moved uuid[];
  v_keys text[];
  v_switched uuid[] := '{}';
  v_enabled uuid[] := '{}';
  v_group record;
  v_joined uuid[];
  v_departed uuid[];
  v_changes jsonb[] := '{}';
begin
  if tg_op = 'INSERT' then
    select array_agg(distinct a.company_id), array_agg(a.id), array_agg(distinct app.department_key(a.department))
    into v_companies, v_moved, v_keys
    from after a where a.is_enabled and a.department is not null;
  else
    select array_agg(distinct a.company_id), array_agg(a.id),
      array_agg(distinct app.department_key(a.department)) || array_agg(distinct app.department_key(b.department)),
      coalesce(array_agg(a.id) filter (where a.is_enabled <> b.is_enabled), '{}'),
      coalesce(array_agg(a.id) filter (where a.is_enabled and not b.is_enabled), '{}')
    into v_companies, v_moved, v_keys, v_switched, v_enabled
    from after a join before b on b.company_id = a.company_id and b.id = a.id
    where a.is_enabled <> b.is_enabled or a.department is distinct from b.department;
  end if;
  -- Most updates change none of this, and some are made by a role that may not lock conversations.
  if v_moved is null then
    return null;
  end if;
  for v_group in
    select c.company_id, c.id, c.is_department_channel from public.conversations c
    where c.kind in ('GROUP', 'CONTEXT') and not c.is_closed and (c.company_id, c.id) in (
      select d.company_id, d.conversation_id from public.conversation_departments d
      where d.company_id = any(v_companies) and d.key = any(v_keys) and d.ended_at is null
      union all
      select p.company_id, p.conversation_id from public.participants p
      where p.company_id = any(v_companies) and p.user_id = any(v_switched) and p.left_at is null
        and (p.role = 'ADMIN' or p.user_id = any(v_enabled))
    )
    order by c.company_id, c.id for no key update
  loop
    v_joined := '{}';
    v_departed := '{}';
    if v_group.is_department_channel then
      select f.joined, f.departed into v_joined, v_departed
      from app.follow_departments(v_group.company_id, v_group.id, v_moved) f;
    end if;
    if app.settle_succession(v_group.company_id, v_group.id) or v_joined <> '{}' or v_departed <> '{}' then
      v_changes := v_changes || jsonb_build_object(
        'company', v_group.company_id, 'id', v_group.id, 'joined', v_joined, 'left', v_departed
      );
    end if;
  end loop;
  perform app.tell_memberships(v_changes);
  return null;
end
$$;

revoke all on function app.settle_memberships from public, colloquy_app, colloquy_system;
