-- Notes what became of a push of these messages to a browser. DONE: it is told. GONE: it takes no more. FAILED: it is tried again
-- later with all that waits for it, unless it failed p_max times in a row.
create or replace function app.settle_push(
  p_subscription uuid, p_messages uuid[], p_outcome text, p_retry_at timestamptz, p_max int
) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
begin
  if p_outcome = 'DONE' then
    delete from public.push_deliveries d
    where d.company_id = v_company and d.subscription_id = p_subscription and d.message_id = any(p_messages);
    update public.push_subscriptions s set failures = 0
    where s.company_id = v_company and s.id = p_subscription and s.failures > 0;
  elsif p_outcome = 'GONE' then
    delete from public.push_subscriptions s where s.company_id = v_company and s.id = p_subscription;
  else
    delete from public.push_subscriptions s
    where s.company_id = v_company and s.id = p_subscription and s.failures + 1 >= p_max;
    update public.push_subscriptions s set failures = s.failures + 1
    where s.company_id = v_company and s.id = p_subscription;
    update public.push_deliveries d set due_at = greatest(d.due_at, p_retry_at)
    where d.company_id = v_company and d.subscription_id = p_subscription;
  end if;
end
$$;

revoke all on function app.settle_push from public, colloquy_app, colloquy_system;
grant execute on function app.settle_push to colloquy_system;
