-- Brings the membership of a department channel in line with the departments that it follows, for the people named, or for
-- everybody where p_users is null. Enabled people of these departments are participants: they begin with everything read, and
-- their earlier marks are kept. Of the others, those whom a department has brought leave; people added by hand stay. The caller
-- holds the locks of members and of the conversation.
create or replace function app.follow_departments(
  p_company uuid, p_conversation uuid, p_users uuid[], out joined uuid[], out departed uuid[]
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_seq int;
  v_keys text[];
  v_come uuid[];
begin
  select c.last_seq into v_seq from public.conversations c where c.company_id = p_company and c.id = p_conversation;
  select coalesce(array_agg(d.key), '{}') into v_keys from public.conversation_departments d
  where d.company_id = p_company and d.conversation_id = p_conversation and d.ended_at is null;
  with gone as (
    update public.participants p set left_at = now(), role = 'MEMBER'
    from public.users u
    where p.company_id = p_company and p.conversation_id = p_conversation and p.left_at is null and p.by_department
      and (p_users is null or p.user_id = any(p_users)) and u.company_id = p.company_id and u.id = p.user_id
      and not (u.is_enabled and coalesce(app.department_key(u.department) = any(v_keys), false))
    returning p.user_id
  )
  select coalesce(array_agg(g.user_id order by g.user_id), '{}') into departed from gone g;
  select coalesce(array_agg(u.id order by u.id), '{}') into v_come from public.users u
  where u.company_id = p_company and (p_users is null or u.id = any(p_users)) and u.is_enabled
    and app.department_key(u.department) = any(v_keys) and not exists (
      select from public.participants p
      where p.company_id = p_company and p.conversation_id = p_conversation and p.user_id = u.id and p.left_at is null
    );
  joined := '{}';
  -- Not every role that changes members may add participants, and nothing but a synchronisation brings any.
  if v_come <> '{}' then
    with come as (
      insert into public.participants as p
        (company_id, conversation_id, user_id, joined_seq, last_read_seq, last_delivered_seq, by_department)
      select p_company, p_conversation, u.id, v_seq, v_seq, v_seq, true from unnest(v_come) u (id)
      on conflict (company_id, conversation_id, user_id) do update
        set left_at = null, role = 'MEMBER', by_department = true, joined_at = excluded.joined_at,
          joined_seq = excluded.joined_seq, unread_from_seq = null,
          last_read_seq = greatest(p.last_read_seq, excluded.last_read_seq),
          last_delivered_seq = greatest(p.last_delivered_seq, excluded.last_delivered_seq)
        where p.left_at is not null
      returning p.user_id
    )
    select coalesce(array_agg(c.user_id order by c.user_id), '{}') into joined from come c;
  end if;
end
$$;

revoke all on function app.follow_departments from public, colloquy_app, colloquy_system;
grant execute on function app.follow_departments to colloquy_app, colloquy_system;
