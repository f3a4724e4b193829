-- One row if the access rules of a message let the person see it, else none: a rule that denies wins, and where rules allow,
-- only those they name see it. Without a rule nobody does, so ask only if the message is restricted. Its author always sees
-- it, which the caller decides. The body is bound to its tables as it is created, so that no search path changes its meaning,
-- and the planner merges it into the statement that asks.
create or replace function app.allowed(p_company uuid, p_message uuid, p_user uuid) returns setof boolean
language sql stable rows 1
begin atomic
  select true from (
    select bool_or(a.effect = 'ALLOW') as is_narrowed, bool_or(a.effect = 'ALLOW' and n.is_named) as is_let,
      bool_or(a.effect = 'DENY' and n.is_named) as is_denied
    from public.message_access a
    join public.users u on u.company_id = a.company_id and u.id = p_user
    cross join lateral (
      select coalesce(
        a.user_id = u.id or a.role_id = u.role_id or a.attribute = 'department:' || lower(u.department), false
      ) as is_named
    ) n
    where a.company_id = p_company and a.message_id = p_message and a.ended_at is null
  ) r
  where not r.is_denied and (r.is_let or not r.is_narrowed);
end;

revoke all on function app.allowed from public, colloquy_app, colloquy_system;
grant execute on function app.allowed to colloquy_app, colloquy_system;
