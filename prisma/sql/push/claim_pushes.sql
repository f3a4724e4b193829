-- Claims messages whose time to be pushed has come, for five minutes, after which they are due again. Those that are no longer wanted
-- are deleted. The others are returned by browser and conversation, with the latest message of each.
create or replace function app.claim_pushes(p_max int) returns table (
  subscription_id uuid, user_id uuid, sealed bytea, conversation_id uuid, message_ids uuid[], unread_count int
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
begin
  return query
  with due as materialized (
    select d.subscription_id, d.message_id from public.push_deliveries d
    where d.company_id = v_company and d.due_at <= now() order by d.due_at limit p_max for update skip locked
  ), judged as materialized (
    select d.subscription_id, d.message_id, s.user_id, s.sealed, w.conversation_id, w.seq, w.unread_count
    from due d join public.push_subscriptions s on s.company_id = v_company and s.id = d.subscription_id
    left join lateral (
      select n.* from app.push_wanted(v_company, d.message_id, s.user_id) n
      where exists (select from app.push_endpoints e where e.company_id = v_company and e.subscription_id = s.id)
    ) w on true
  ), dropped as (
    delete from public.push_deliveries d using judged j
    where d.company_id = v_company and d.subscription_id = j.subscription_id and d.message_id = j.message_id
      and j.conversation_id is null
  ), claimed as (
    update public.push_deliveries d set due_at = now() + interval '5 minutes' from judged j
    where d.company_id = v_company and d.subscription_id = j.subscription_id and d.message_id = j.message_id
      and j.conversation_id is not null
  )
  select j.subscription_id, j.user_id, j.sealed, j.conversation_id, array_agg(j.message_id order by j.seq desc), max(j.unread_count)
  from judged j where j.conversation_id is not null
  group by j.subscription_id, j.user_id, j.sealed, j.conversation_id;
end
$$;

revoke all on function app.claim_pushes from public, colloquy_app, colloquy_system;
grant execute on function app.claim_pushes to colloquy_system;
