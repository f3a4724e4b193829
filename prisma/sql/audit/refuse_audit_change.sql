create or replace function app.refuse_audit_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'The audit trail cannot be changed.' using errcode = 'integrity_constraint_violation';
end
$$;

revoke all on function app.refuse_audit_change from public, colloquy_app, colloquy_system;
