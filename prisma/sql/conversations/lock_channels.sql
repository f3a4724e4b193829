-- Locks the channels that follow any of these departments, in order of their ids. A change of members calls it first: the
-- triggers that change memberships run after others that take the company's stream, which is the last lock of every write.
create or replace function app.lock_channels(p_company uuid, p_departments text[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform from public.conversations c
  where c.company_id = p_company and not c.is_closed and c.id in (
    select d.conversation_id from public.conversation_departments d
    where d.company_id = p_company and d.ended_at is null and d.key in (select app.department_key(n.name) from unnest(p_departments) n (name))
  )
  order by c.id for no key update;
end
$$;

revoke all on function app.lock_channels from public, colloquy_app, colloquy_system;
grant execute on function app.lock_channels to colloquy_app;
