-- Registers a browser of a member of the bound company for push messages, in place of the person and company that had it before.
-- A person has at most p_max; the oldest ones go. False if the person is no active member.
create or replace function app.register_push(p_user uuid, p_id uuid, p_endpoint_hash bytea, p_sealed bytea, p_max int)
returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
begin
  -- Registrations of one endpoint, and those of one person, come one after another.
  perform pg_advisory_xact_lock(hashtextextended('push ' || encode(p_endpoint_hash, 'hex'), 0));
  -- The lock of changes of members, so that erasures of the person and of the company come before or after.
  perform from public.companies c where c.id = v_company for share;
  perform from public.users u where u.company_id = v_company and u.id = p_user and u.is_enabled for no key update;
  if not found then
    return false;
  end if;
  -- Messages from before the first subscription of a company are pushed to nobody.
  insert into public.push_marks as d (company_id, position)
  select s.company_id, s.position from public.company_streams s where s.company_id = v_company
  on conflict (company_id) do update set position = excluded.position
    where (select p.id from public.push_subscriptions p where p.company_id = v_company order by p.id limit 1) is null;
  delete from public.push_subscriptions p where p.company_id = v_company and p.endpoint_hash = p_endpoint_hash;
  insert into public.push_subscriptions (company_id, id, user_id, endpoint_hash, sealed)
  values (v_company, p_id, p_user, p_endpoint_hash, p_sealed);
  insert into app.push_endpoints as e (endpoint_hash, company_id, subscription_id) values (p_endpoint_hash, v_company, p_id)
  on conflict (endpoint_hash) do update set company_id = excluded.company_id, subscription_id = excluded.subscription_id;
  delete from public.push_subscriptions p
  where p.company_id = v_company and p.user_id = p_user and p.id not in (
    select n.id from public.push_subscriptions n
    where n.company_id = v_company and n.user_id = p_user order by n.created_at desc, n.id desc limit p_max
  );
  return true;
end
$$;

revoke all on function app.register_push from public, colloquy_app, colloquy_system;
grant execute on function app.register_push to colloquy_system;
