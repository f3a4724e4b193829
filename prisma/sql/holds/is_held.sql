-- True if a legal hold in force keeps what this person wrote in this conversation at this time. A hold on a person covers what they
-- wrote, and all of the conversations that they take part in or have left, but not those of the whole company. SMS are in no
-- conversation, and what guests wrote has no author.
create or replace function app.is_held(p_company uuid, p_conversation uuid, p_author uuid, p_created_at timestamptz) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select exists (
    select from public.legal_holds h
    where h.company_id = p_company and h.released_at is null
      and (h.conversation_id is null or h.conversation_id = p_conversation)
      and (h.from_at is null or p_created_at >= h.from_at) and (h.to_at is null or p_created_at < h.to_at)
      and (h.user_id is null or h.user_id = p_author or exists (
        select from public.participants p join public.conversations c on c.company_id = p.company_id and c.id = p.conversation_id
        where p.company_id = p_company and p.conversation_id = p_conversation and p.user_id = h.user_id
          and c.company_id = p_company and c.id = p_conversation and c.audience <> 'COMPANY'
      ))
  )
$$;

revoke all on function app.is_held from public, colloquy_app, colloquy_system;
grant execute on function app.is_held to colloquy_app, colloquy_system;
