-- Notes what became of a push of these messages to a browser. DONE: it is told. GONE: it takes no more. FAILED: it is tried again
-- with all that waits for it, after 1, 4, 16 and 64 minutes and not before p_retry_at, unless it failed p_max times in a row. Failures
-- before its next time count once, however many messages there are. Subscriptions are locked before messages, as whoever deletes them does.
create or replace function app.settle_push(
  p_subscription uuid, p_messages uuid[], p_outcome text, p_retry_at timestamptz, p_max int
) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
begin
  if p_outcome = 'DONE' then
    update public.push_subscriptions s set failures = 0, retry_at = null
    where s.company_id = v_company and s.id = p_subscription and s.failures > 0;
    delete from public.push_deliveries d
    where d.company_id = v_company and d.subscription_id = p_subscription and d.message_id = any(p_messages);
  elsif p_outcome = 'GONE' then
    delete from public.push_subscriptions s where s.company_id = v_company and s.id = p_subscription;
  else
    update public.push_subscriptions s set failures = s.failures + 1,
      retry_at = greatest(p_retry_at, now() + interval '1 minute' * power(4, s.failures))
    where s.company_id = v_company and s.id = p_subscription and (s.retry_at is null or s.retry_at <= now());
    delete from public.push_subscriptions s
    where s.company_id = v_company and s.id = p_subscription and s.failures >= p_max;
    update public.push_deliveries d set due_at = s.retry_at from public.push_subscriptions s
    where s.company_id = v_company and s.id = p_subscription and d.company_id = s.company_id and d.subscription_id = s.id;
  end if;
end
$$;

revoke all on function app.settle_push from public, colloquy_app, colloquy_system;
grant execute on function app.settle_push to colloquy_system;
