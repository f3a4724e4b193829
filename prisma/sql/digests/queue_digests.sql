-- Enqueues a digest job for each of these people with a due message, and deletes those with nothing to report. It waits
-- for messages that are due soon, but not longer than one e-mail delay, so that a burst of messages becomes one e-mail, and for
-- the end of do-not-disturb.
-- Returns the number of jobs.
create or replace function app.queue_digests(p_users uuid[]) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_delay interval;
  v_user uuid;
  v_wants boolean;
  v_count int;
  v_oldest timestamptz;
  v_latest timestamptz;
  v_queued_at timestamptz;
  v_jobs int := 0;
begin
  select make_interval(mins => c.email_delay_minutes) into v_delay from public.companies c where c.id = v_company;
  for v_user in
    select d.user_id from public.pending_digests d
    where d.company_id = v_company and d.user_id = any (p_users)
      and (d.queued_at is null or d.queued_at < now() - interval '1 hour')
      and not exists (
        select from public.users u
        where u.company_id = v_company and u.id = d.user_id and u.do_not_disturb_until > now()
      )
    for update skip locked
  loop
    select u.is_enabled and u.email_when_offline and u.email is not null into v_wants
    from public.users u where u.company_id = v_company and u.id = v_user;
    select count(*), min(m.created_at), max(m.created_at) into v_count, v_oldest, v_latest
    from app.untold_messages(v_user) m where v_wants;
    if v_count = 0 then
      delete from public.pending_digests d where d.company_id = v_company and d.user_id = v_user;
    elsif v_latest <= now() - v_delay or v_oldest <= now() - 2 * v_delay then
      v_queued_at := date_trunc('milliseconds', clock_timestamp());
      update public.pending_digests d set queued_at = v_queued_at where d.company_id = v_company and d.user_id = v_user;
      perform app.enqueue_job(
        'send_digest',
        json_build_object('userId', v_user, 'queuedAt', (extract(epoch from v_queued_at) * 1000)::bigint),
        null, 'digest ' || v_user
      );
      v_jobs := v_jobs + 1;
    end if;
  end loop;
  return v_jobs;
end
$$;

revoke all on function app.queue_digests from public, colloquy_app, colloquy_system;
grant execute on function app.queue_digests to colloquy_system;
