-- True while the job that was enqueued at this time is the person's current one.
create or replace function app.is_digest_queued(p_user uuid, p_queued_at bigint) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select exists (
    select from public.pending_digests d where d.company_id = app.bound_company() and d.user_id = p_user
      and (extract(epoch from d.queued_at) * 1000)::bigint = p_queued_at
  )
$$;

revoke all on function app.is_digest_queued from public, colloquy_app, colloquy_system;
grant execute on function app.is_digest_queued to colloquy_system;
