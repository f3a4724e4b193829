-- Whatever changes who may read tells the company's stream in the same transaction, so that its subscriptions end there and
-- nothing after it reaches somebody who lost access.

set local row_security = on;

create function app.append_access_change(p_company uuid, p_users uuid[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_position bigint;
begin
  update public.company_streams s set position = s.position + 1
  where s.company_id = p_company returning s.position into v_position;
  if v_position is null or app.bound_user() is not null and app.verified_company() is null then
    raise exception using errcode = 'CQ401', message = 'You have no active membership in this company.';
  end if;
  insert into public.events (company_id, position, kind, actor_id, left_ids)
  values (p_company, v_position, 'ACCESS_CHANGED', app.bound_user(), p_users);
end
$$;

-- Companies in order, so that two such statements wait for one another rather than lock each other out.
create function app.tell_access_changed() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_table_name = 'users' then
    perform app.append_access_change(c.company_id, c.user_ids) from (
      select a.company_id, array_agg(a.id) as user_ids
      from after a join before b on b.company_id = a.company_id and b.id = a.id
      where b.is_enabled and (
        (a.is_enabled, a.role_id) is distinct from (b.is_enabled, b.role_id)
        -- A login that is untied; tying one changes nothing for anybody else.
        or b.subject is not null and (a.issuer, a.subject) is distinct from (b.issuer, b.subject)
      )
      group by a.company_id order by a.company_id
    ) c;
  elsif tg_table_name = 'roles' then
    perform app.append_access_change(c.company_id, '{}') from (
      select distinct a.company_id
      from after a join before b on b.company_id = a.company_id and b.id = a.id
      where a.permissions is distinct from b.permissions
      order by a.company_id
    ) c;
  else
    perform app.append_access_change(c.id, '{}') from (
      select a.id from after a join before b on b.id = a.id
      where (a.messaging_enabled, a.safe_mode) is distinct from (b.messaging_enabled, b.safe_mode)
      order by a.id
    ) c;
  end if;
  return null;
end
$$;

-- A group or a context whose admins are all gone or disabled is its longest-standing enabled member's; true if somebody has
-- become admin. The caller holds the conversation's lock.
create function app.settle_succession(p_company uuid, p_conversation uuid) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform 1 from public.participants p join public.users u on u.company_id = p.company_id and u.id = p.user_id
  where p.company_id = p_company and p.conversation_id = p_conversation and p.left_at is null and p.role = 'ADMIN'
    and u.is_enabled;
  if found then
    return false;
  end if;
  update public.participants p set role = 'ADMIN'
  from (
    select q.user_id from public.participants q
    join public.users u on u.company_id = q.company_id and u.id = q.user_id and u.is_enabled
    where q.company_id = p_company and q.conversation_id = p_conversation and q.left_at is null
    order by q.joined_at, q.user_id limit 1
  ) heir
  where p.company_id = p_company and p.conversation_id = p_conversation and p.user_id = heir.user_id;
  return found;
end
$$;

-- Disabling the last admin of a group hands it over, and so does enabling somebody in a group where nobody was left to take
-- it. Conversations are locked in order, so that a change of members at the same instant is seen, and all of them before the
-- company's stream, as sending does; the trigger's name therefore comes before the one that tells the stream.
create function app.settle_successions() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_group record;
  v_companies uuid[] := '{}';
  v_conversations uuid[] := '{}';
  v_position bigint;
begin
  -- Most updates enable and disable nobody, and some are those of a role that may not lock conversations.
  perform 1 from after a join before b on b.company_id = a.company_id and b.id = a.id and a.is_enabled <> b.is_enabled;
  if not found then
    return null;
  end if;
  for v_group in
    select c.company_id, c.id from public.conversations c
    where c.kind in ('GROUP', 'CONTEXT') and not c.is_closed and (c.company_id, c.id) in (
      select p.company_id, p.conversation_id
      from after a join before b on b.company_id = a.company_id and b.id = a.id and a.is_enabled <> b.is_enabled
      join public.participants p on p.company_id = a.company_id and p.user_id = a.id and p.left_at is null
      where a.is_enabled or p.role = 'ADMIN'
    )
    order by c.company_id, c.id for no key update
  loop
    if app.settle_succession(v_group.company_id, v_group.id) then
      v_companies := v_companies || v_group.company_id;
      v_conversations := v_conversations || v_group.id;
    end if;
  end loop;
  for v_index in 1 .. cardinality(v_conversations) loop
    update public.company_streams s set position = s.position + 1
    where s.company_id = v_companies[v_index] returning s.position into v_position;
    insert into public.events (company_id, position, kind, conversation_id, actor_id)
    values (v_companies[v_index], v_position, 'CONVERSATION_CHANGED', v_conversations[v_index], app.bound_user());
  end loop;
  return null;
end
$$;

create trigger users_settle_successions after update on users
  referencing old table as before new table as after
  for each statement execute function app.settle_successions();
create trigger users_tell_access_changed after update on users
  referencing old table as before new table as after
  for each statement execute function app.tell_access_changed();
create trigger roles_tell_access_changed after update on roles
  referencing old table as before new table as after
  for each statement execute function app.tell_access_changed();
create trigger companies_tell_access_changed after update on companies
  referencing old table as before new table as after
  for each statement execute function app.tell_access_changed();

-- A write that was let in before the company was closed to it may get here after that, and is refused.
create function app.require_open(p_company uuid) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_enabled boolean;
  v_safe boolean;
begin
  select c.messaging_enabled, c.safe_mode into v_enabled, v_safe from public.companies c where c.id = p_company;
  if not v_enabled then
    raise exception using errcode = 'CQ410', message = 'Messaging is switched off in this company.';
  elsif v_safe then
    raise exception using errcode = 'CQ405', message = 'The company is in safe mode: nothing can be written.';
  end if;
end
$$;

create or replace function app.append_event(
  p_kind text, p_conversation uuid, p_message uuid default null, p_seq int default null, p_actor uuid default null,
  p_recipient uuid default null, p_joined uuid[] default '{}', p_left uuid[] default '{}'
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
    (company_id, position, kind, conversation_id, message_id, seq, actor_id, recipient_id, joined_ids, left_ids)
  values (v_company, v_position, p_kind, p_conversation, p_message, p_seq, p_actor, p_recipient, p_joined, p_left);
  return v_position;
end
$$;

revoke execute on function
  app.append_access_change(uuid, uuid[]), app.tell_access_changed(), app.require_open(uuid),
  app.settle_succession(uuid, uuid), app.settle_successions() from public;
grant execute on function
  app.append_access_change(uuid, uuid[]), app.require_open(uuid), app.settle_succession(uuid, uuid)
to colloquy_app, colloquy_system;
