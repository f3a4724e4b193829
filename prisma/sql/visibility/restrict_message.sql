-- Replaces the access rules of a message by p_rules, an array of objects with effect and one of roleId, userId and attribute.
-- Returns true if there is any. Raises CQ404 for a role or person that the company does not have.
create or replace function app.restrict_message(p_company uuid, p_message uuid, p_rules jsonb) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_last int;
begin
  update public.message_access a set ended_at = now()
  where a.company_id = p_company and a.message_id = p_message and a.ended_at is null;
  select coalesce(max(a.number), 0) into v_last from public.message_access a
  where a.company_id = p_company and a.message_id = p_message;
  insert into public.message_access (company_id, message_id, number, effect, role_id, user_id, attribute)
  select p_company, p_message, v_last + r.number, r.effect, r."roleId", r."userId", lower(r.attribute)
  from rows from (
    jsonb_to_recordset(p_rules) as (effect text, "roleId" uuid, "userId" uuid, attribute text)
  ) with ordinality r (effect, "roleId", "userId", attribute, number);
  return found;
exception when foreign_key_violation then
  -- The links to roles and people begin with the company, so one of another company is unknown, too.
  raise exception using errcode = 'CQ404', message = case
    when sqlerrm like '%role_id%' then 'There is no such role.' else 'There is no such person.' end;
end
$$;

revoke all on function app.restrict_message from public, colloquy_app, colloquy_system;
grant execute on function app.restrict_message to colloquy_app;
