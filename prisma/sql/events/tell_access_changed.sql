-- Appends an event to each company whose access has changed. Companies are processed in order of their ids, so that two
-- such statements do not deadlock.
create or replace function app.tell_access_changed() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_table_name = 'users' then
    perform app.append_access_change(c.company_id, c.user_ids) from (
      select a.company_id, array_agg(a.id) as user_ids
      from after a join before b on b.company_id = a.company_id and b.id = a.id
      where b.is_enabled and (
        (a.is_enabled, a.role_id, a.department) is distinct from (b.is_enabled, b.role_id, b.department)
        -- Removing a login ends access. Adding one changes nothing for other people.
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

revoke all on function app.tell_access_changed from public, colloquy_app, colloquy_system;
