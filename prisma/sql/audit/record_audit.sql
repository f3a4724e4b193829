-- Records an act of the bound company in its audit trail, in the transaction of the act, and returns its index. It takes the
-- company's stream, which is the last lock of every write, so call it last. p_detail holds no text that people have written.
create or replace function app.record_audit(
  p_kind text, p_object uuid default null, p_conversation uuid default null, p_detail jsonb default null
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid;
  v_index bigint;
begin
  update public.company_streams s set audited = s.audited + 1
  where s.company_id = app.bound_company() returning s.company_id, s.audited - 1 into v_company, v_index;
  if v_company is null or app.bound_user() is not null and app.verified_company() is null then
    raise exception using errcode = 'CQ401', message = 'You have no active membership in this company.';
  end if;
  perform app.add_audit_event(v_company, v_index, p_kind, p_object, p_conversation, p_detail);
  return v_index;
end
$$;

revoke all on function app.record_audit from public, colloquy_app, colloquy_system;
grant execute on function app.record_audit to colloquy_app, colloquy_system;
