-- True if a legal hold in force names the person, or covers a message of theirs.
create or replace function app.is_person_held(p_user uuid) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select exists (
    select from public.legal_holds h
    where h.company_id = app.bound_company() and h.released_at is null and (h.user_id = p_user or exists (
      select from public.messages m
      where m.company_id = h.company_id and m.author_id = p_user and m.depth >= 0
        and (h.conversation_id is null or m.conversation_id = h.conversation_id)
        and (h.from_at is null or m.created_at >= h.from_at) and (h.to_at is null or m.created_at < h.to_at)
        and app.is_held(m.company_id, m.conversation_id, m.author_id, m.created_at)
    ))
  )
$$;

revoke all on function app.is_person_held from public, colloquy_app, colloquy_system;
grant execute on function app.is_person_held to colloquy_system;
