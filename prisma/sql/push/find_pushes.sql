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
  -- Browsers that somebody else has registered since, in another company.
  delete from public.push_subscriptions s where s.company_id = v_company and not exists (
    select from app.push_endpoints e where e.company_id = s.company_id and e.subscription_id = s.id
  );
  insert into public.push_deliveries as d (company_id, subscription_id, message_id, due_at)
  select distinct v_company, s.id, m.id, greatest(now(), s.retry_at)
  from public.events e
  join public.conversations c on c.company_id = e.company_id and c.id = e.conversation_id
  join public.messages m on m.company_id = e.company_id and m.id = e.message_id and m.state = 'POSTED'
  join public.push_subscriptions s on s.company_id = e.company_id and s.user_id <> m.author_id and s.created_at <= e.created_at
  where e.company_id = v_company and e.position > v_from and e.position <= v_to
    and e.kind in ('MESSAGE_SENT', 'BROADCAST_SENT', 'BROADCAST_REMINDED') and e.created_at > now() - interval '1 day'
    and (c.audience = 'COMPANY' or exists (
      select from public.participants p
      where p.company_id = c.company_id and p.conversation_id = c.id and p.user_id = s.user_id and p.left_at is null
    ))
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
