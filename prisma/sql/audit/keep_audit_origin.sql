-- An origin can be emptied for good, and changes in no other way.
create or replace function app.keep_audit_origin() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'DELETE' or new.salt is not null or new.sealed is not null
    or (new.company_id, new.id) <> (old.company_id, old.id) or new.user_id is distinct from old.user_id
  then
    raise exception 'An origin of the audit trail can only be emptied.' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;

revoke all on function app.keep_audit_origin from public, colloquy_app, colloquy_system;
