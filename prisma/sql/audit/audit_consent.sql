-- Records each change of a guest's consent.
create or replace function app.audit_consent() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform app.record_audits(c.company_id, c.kinds, c.ids, c.details) from (
    select a.company_id, array_agg('consent.' || lower(a.state) order by a.id) as kinds, array_agg(a.guest_id order by a.id) as ids,
      array_agg(jsonb_build_object('source', a.source) order by a.id) as details
    from after a group by a.company_id order by a.company_id
  ) c;
  return null;
end
$$;

revoke all on function app.audit_consent from public, colloquy_app, colloquy_system;
