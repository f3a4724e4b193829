-- Records several acts of a company at once, in the order of the lists, for triggers.
create or replace function app.record_audits(p_company uuid, p_kinds text[], p_objects uuid[], p_details jsonb[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_end bigint;
  v_count int := coalesce(cardinality(p_kinds), 0);
begin
  if v_count = 0 then
    return;
  end if;
  update public.company_streams s set audited = s.audited + v_count
  where s.company_id = p_company returning s.audited into v_end;
  if v_end is null or app.bound_user() is not null and app.verified_company() is null then
    raise exception using errcode = 'CQ401', message = 'You have no active membership in this company.';
  end if;
  perform app.add_audit_event(p_company, v_end - v_count + a.at - 1, a.kind, a.object_id, null, a.detail)
  from unnest(p_kinds, p_objects, p_details) with ordinality a (kind, object_id, detail, at);
end
$$;

revoke all on function app.record_audits from public, colloquy_app, colloquy_system;
grant execute on function app.record_audits to colloquy_app, colloquy_system;
