-- Scans the bound company's next events, and notes the messages to push, for each browser of a person who has the conversation.
-- Returns whether there may be more. One process at a time does this for a company. Mark, messages and the job are written in one
-- transaction, so nothing is lost and nothing comes twice.
create or replace function app.find_pushes(p_max int) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_from bigint;
  v_to bigint;
begin
  select d.position into v_from from public.push_marks d where d.company_id = v_company for update skip locked;
  select max(e.position) into v_to from (
    select e.position from public.events e
    where e.company_id = v_company and e.position > v_from order by e.position limit p_max
  ) e;
  if v_to is null then
    return false;
  end if;
  with new_messages as materialized (
    select m.id, m.author_id, m.conversation_id, c.audience, e.created_at
    from public.events e
    join public.conversations c on c.company_id = e.company_id and c.id = e.conversation_id
    join public.messages m on m.company_id = e.company_id and m.id = e.message_id and m.state = 'POSTED'
    where e.company_id = v_company and e.position > v_from and e.position <= v_to
      and e.kind in ('MESSAGE_SENT', 'BROADCAST_SENT', 'BROADCAST_REMINDED') and e.created_at > now() - interval '1 day'
  ), readers as (
    select n.id, n.author_id, n.created_at, p.user_id from new_messages n
    join public.participants p on p.company_id = v_company and p.conversation_id = n.conversation_id and p.left_at is null
    where n.audience <> 'COMPANY'
  ), browsers as (
    -- One by one: joined otherwise, all browsers of the company are read for every few messages.
    select r.id as message_id, s.* from readers r
    cross join lateral (
      select s.id as subscription_id, s.retry_at from public.push_subscriptions s
      where s.company_id = v_company and s.user_id = r.user_id and s.created_at <= r.created_at offset 0
    ) s
    where r.user_id <> r.author_id
    union all
    select n.id, s.* from new_messages n
    cross join lateral (
      select s.id, s.retry_at from public.push_subscriptions s
      where s.company_id = v_company and s.user_id <> n.author_id and s.created_at <= n.created_at offset 0
    ) s
    where n.audience = 'COMPANY'
  ), deliveries as materialized (
    select b.*, coalesce(e.is_current, false) as is_current from browsers b
    left join lateral (
      select true as is_current from app.push_endpoints e
      where e.company_id = v_company and e.subscription_id = b.subscription_id limit 1
    ) e on true
  ), stale as (
    -- Browsers that somebody else has registered since, in another company.
    delete from public.push_subscriptions s using (select distinct n.subscription_id from deliveries n where not n.is_current) n
    where s.company_id = v_company and s.id = n.subscription_id
  )
  insert into public.push_deliveries as d (company_id, subscription_id, message_id, due_at)
  select v_company, n.subscription_id, n.message_id, greatest(now(), n.retry_at) from deliveries n where n.is_current
  on conflict (company_id, subscription_id, message_id) do nothing;
  if found then
    perform app.enqueue_job('send_push', '{}', null, 'push');
  end if;
  update public.push_marks d set position = v_to where d.company_id = v_company;
  return v_to - v_from >= p_max;
end
$$;

revoke all on function app.find_pushes from public, colloquy_app, colloquy_system;
grant execute on function app.find_pushes to colloquy_system;
