-- Of a company's events only the oldest can be deleted. Who resumes reads those that concern it alone: a gap among the others
-- would not be seen. What goes with its conversation is not looked at: nobody can see that any more.

set local row_security = on;

create function app.require_oldest_events() returns trigger
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
revoke execute on function app.require_oldest_events() from public;

create trigger events_oldest_first after delete on events
  referencing old table as deleted
  for each statement execute function app.require_oldest_events();
