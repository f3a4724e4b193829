-- What is kept for a time only: events as long as their company resumes streams, idempotency keys for a week.

set local row_security = on;

-- Deletes the bound company's oldest events that are past their time, at most p_most, and returns how many. They are always
-- the first ones, so that a cursor is either above all that is gone or too old. What the digests have not seen yet stays.
create function app.purge_events(p_max int) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_due timestamptz;
  v_digested bigint;
  v_upto bigint;
  v_count int;
begin
  -- One process at a time; the others have nothing to add.
  if not pg_try_advisory_xact_lock(hashtextextended('purge ' || v_company, 0)) then
    return 0;
  end if;
  select now() - make_interval(days => c.event_retention_days) into v_due from public.companies c where c.id = v_company;
  select d.position into v_digested from public.digest_marks d where d.company_id = v_company;
  select max(e.position) into v_upto from (
    select e.position, bool_and(e.created_at < v_due) over (order by e.position) as is_due
    from (
      select e.position, e.created_at from public.events e
      where e.company_id = v_company and e.position <= v_digested order by e.position limit p_max
    ) e
  ) e where e.is_due;
  delete from public.events e where e.company_id = v_company and e.position <= v_upto;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

-- Keys are promised for a day at least. Past a week the system role sees those of all companies, and no others.
create policy idempotency_keys_past on idempotency_keys to colloquy_system
  using (created_at < now() - interval '7 days') with check (false);

create function app.purge_idempotency_keys(p_max int) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_count int;
begin
  delete from public.idempotency_keys k where k.ctid = any(array(
    select o.ctid from public.idempotency_keys o
    where o.created_at < now() - interval '7 days' order by o.created_at limit p_max
  ));
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

revoke execute on function app.purge_events(int), app.purge_idempotency_keys(int) from public;
grant execute on function app.purge_events(int), app.purge_idempotency_keys(int) to colloquy_system;
