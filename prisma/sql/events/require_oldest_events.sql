create or replace function app.require_oldest_events() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if exists (
    select from (select d.company_id, max(d.position) as upto from deleted d group by d.company_id) d
    where exists (select from public.events e where e.company_id = d.company_id and e.position < d.upto)
  ) then
    raise exception 'Only the oldest events of a company can be deleted.' using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end
$$;

revoke all on function app.require_oldest_events from public, colloquy_app, colloquy_system;
