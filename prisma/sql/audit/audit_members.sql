-- Records members that are created or changed. The trail tells which fields have changed, and values of none that names a
-- person.
create or replace function app.audit_members() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    perform app.record_audits(c.company_id, c.kinds, c.ids, c.details) from (
      select a.company_id, array_agg(text 'member.created' order by a.id) as kinds, array_agg(a.id order by a.id) as ids,
        array_agg(jsonb_build_object('roleId', a.role_id, 'isEnabled', a.is_enabled) order by a.id) as details
      from after a group by a.company_id order by a.company_id
    ) c;
    return null;
  end if;
  perform app.record_audits(c.company_id, c.kinds, c.ids, c.details) from (
    select a.company_id, array_agg(d.kind order by a.id, d.kind) as kinds, array_agg(a.id order by a.id, d.kind) as ids,
      array_agg(d.detail order by a.id, d.kind) as details
    from after a join before b on b.company_id = a.company_id and b.id = a.id
    cross join lateral (
      select case when a.is_enabled then 'member.enabled' else 'member.disabled' end as kind, null::jsonb as detail
      where a.is_enabled <> b.is_enabled
      union all
      select 'member.role_changed', jsonb_build_object('from', b.role_id, 'to', a.role_id) where a.role_id <> b.role_id
      union all
      select case when a.subject is null then 'member.untied' else 'member.tied' end, null
      where (a.issuer, a.subject) is distinct from (b.issuer, b.subject)
      union all
      select 'member.updated', jsonb_build_object('fields', f.fields) from (
        select array_remove(array[
          case when a.name <> b.name then 'name' end, case when a.email is distinct from b.email then 'email' end,
          case when a.department is distinct from b.department then 'department' end,
          case when a.avatar_url is distinct from b.avatar_url then 'avatarUrl' end,
          case when a.external_id is distinct from b.external_id then 'externalId' end
        ], null) as fields
      ) f where cardinality(f.fields) > 0
    ) d
    group by a.company_id order by a.company_id
  ) c;
  return null;
end
$$;

revoke all on function app.audit_members from public, colloquy_app, colloquy_system;
