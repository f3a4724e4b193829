-- Returns conversations of the bound company with receipts up to a purged message, after this id.
create or replace function app.conversations_with_old_receipts(p_after uuid, p_max int) returns setof uuid
language sql stable set search_path = pg_catalog, pg_temp as $$
  select distinct g.conversation_id from public.message_gaps g
  where g.company_id = app.bound_company() and (p_after is null or g.conversation_id > p_after) and exists (
    select from public.receipts r
    where r.company_id = g.company_id and r.conversation_id = g.conversation_id and r.up_to_seq between g.from_seq and g.to_seq
  )
  order by g.conversation_id limit p_max
$$;

revoke all on function app.conversations_with_old_receipts from public, colloquy_app, colloquy_system;
grant execute on function app.conversations_with_old_receipts to colloquy_system;
