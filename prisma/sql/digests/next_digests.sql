-- Returns the next people to check, at most p_max. Concurrent processes get different people. A job that has not ended
-- within an hour counts as lost.
create or replace function app.next_digests(p_max int) returns setof uuid
language sql volatile set search_path = pg_catalog, pg_temp as $$
  update public.pending_digests d set checked_at = clock_timestamp()
  from (
    select n.user_id from public.pending_digests n
    where n.company_id = app.bound_company() and (n.queued_at is null or n.queued_at < now() - interval '1 hour')
    order by n.checked_at nulls first, n.user_id limit p_max for no key update skip locked
  ) n
  where d.company_id = app.bound_company() and d.user_id = n.user_id
  returning d.user_id
$$;

revoke all on function app.next_digests from public, colloquy_app, colloquy_system;
grant execute on function app.next_digests to colloquy_system;
