-- Replaces the access rules of a message by p_rules, an array of objects with effect and one of roleId, userId and attribute.
-- Returns true if there is any. Raises CQ404 for a role or person that the company does not have.
create or replace function app.restrict_message(p_company uuid, p_message uuid, p_rules jsonb) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_unknown record;
  v_last int;
begin
  update public.message_access a set ended_at = now()
  where a.company_id = p_company and a.message_id = p_message and a.ended_at is null;
  select coalesce(max(a.number), 0) into v_last from public.message_access a
  where a.company_id = p_company and a.message_id = p_message;
  select r.number - 1 as number, r.rule ? 'roleId' as is_role into v_unknown
  from jsonb_array_elements(p_rules) with ordinality r (rule, number)
  -- Each is looked up by its key: for `not exists` the planner would read all people of the company.
  where r.rule ? 'roleId' and (
      select o.id from public.roles o where o.company_id = p_company and o.id = (r.rule ->> 'roleId')::uuid
    ) is null or r.rule ? 'userId' and (
      select u.id from public.users u where u.company_id = p_company and u.id = (r.rule ->> 'userId')::uuid
    ) is null
  order by r.number limit 1;
  if found then
    raise exception using errcode = 'CQ404', message = case
      when v_unknown.is_role then 'There is no such role.' else 'There is no such person.' end;
  end if;
  insert into public.message_access (company_id, message_id, number, effect, role_id, user_id, attribute)
  select p_company, p_message, v_last + r.number, r.rule ->> 'effect', (r.rule ->> 'roleId')::uuid, (r.rule ->> 'userId')::uuid,
    lower(r.rule ->> 'attribute')
  from jsonb_array_elements(p_rules) with ordinality r (rule, number);
  return found;
end
$$;

revoke all on function app.restrict_message from public, colloquy_app, colloquy_system;
grant execute on function app.restrict_message to colloquy_app;
