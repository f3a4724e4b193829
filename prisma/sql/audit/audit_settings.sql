-- Records a company's changed settings, by the names of the API. Values of settings for SMS are not told, because they name
-- people and phones.
create or replace function app.audit_settings() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_old jsonb := case when tg_op = 'UPDATE' then to_jsonb(old) else '{}' end;
  v_new jsonb := to_jsonb(new);
  v_company uuid := case tg_table_name when 'companies' then v_new ->> 'id' else v_new ->> 'company_id' end;
  v_changes jsonb;
begin
  select jsonb_object_agg(
    lower(left(n.key, 1)) || substr(replace(initcap(n.key), '_', ''), 2), jsonb_build_array(v_old -> n.key, n.value)
  ) into v_changes
  from jsonb_each(v_new) n where n.value is distinct from v_old -> n.key and n.key not in ('access_version', 'company_id');
  if v_changes is null then
    return null;
  elsif tg_table_name = 'companies' then
    perform app.record_audits(v_company, array['settings.changed'], array[v_company], array[v_changes]);
  else
    perform app.record_audits(v_company, array['sms_settings.changed'], array[v_company],
      array[jsonb_build_object('fields', (select jsonb_agg(k order by k) from jsonb_object_keys(v_changes) k))]);
  end if;
  return null;
end
$$;

revoke all on function app.audit_settings from public, colloquy_app, colloquy_system;
