-- Verifies memberships for a batch of messages, p_users[i] in p_companies[i], and binds the active ones for this
-- transaction: policies of the owner let its functions see these companies, and write messages of these members. Setting
-- the two settings in another way opens nothing, because the owner's functions bind before they read.
create or replace function app.bind_senders(p_companies uuid[], p_users uuid[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform
    set_config('app.sending_companies', coalesce(array_agg(distinct m.company_id)::text, ''), true),
    set_config('app.senders', coalesce(array_agg(uuid_send(m.company_id) || uuid_send(m.user_id))::text, ''), true)
  from (select distinct t.* from unnest(p_companies, p_users) t (company_id, user_id)) m
  -- One at a time: joined, the planner may read all members of a company.
  cross join lateral (
    select from public.users u where u.company_id = m.company_id and u.id = m.user_id and u.is_enabled offset 0
  ) u;
end
$$;

revoke all on function app.bind_senders from public, colloquy_app, colloquy_system;
