-- Records roles that are created, changed or deleted, with their permissions.
create or replace function app.audit_roles() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    perform app.record_audits(c.company_id, c.kinds, c.ids, c.details) from (
      select a.company_id, array_agg(text 'role.updated' order by a.id) as kinds, array_agg(a.id order by a.id) as ids,
        array_agg(jsonb_build_object('name', a.name, 'permissions', a.permissions) order by a.id) as details
      from after a join before b on b.company_id = a.company_id and b.id = a.id
      where (a.name, a.permissions) is distinct from (b.name, b.permissions)
      group by a.company_id order by a.company_id
    ) c;
  elsif tg_op = 'INSERT' then
    perform app.record_audits(c.company_id, c.kinds, c.ids, c.details) from (
      select a.company_id, array_agg(text 'role.created' order by a.id) as kinds, array_agg(a.id order by a.id) as ids,
        array_agg(jsonb_build_object('name', a.name, 'permissions', a.permissions) order by a.id) as details
      from after a group by a.company_id order by a.company_id
    ) c;
  else
    perform app.record_audits(c.company_id, c.kinds, c.ids, c.details) from (
      select b.company_id, array_agg(text 'role.deleted' order by b.id) as kinds, array_agg(b.id order by b.id) as ids,
        array_agg(jsonb_build_object('name', b.name) order by b.id) as details
      from before b group by b.company_id order by b.company_id
    ) c;
  end if;
  return null;
end
$$;

revoke all on function app.audit_roles from public, colloquy_app, colloquy_system;
