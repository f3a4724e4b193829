-- Deletes at most p_max receipts of a conversation that tell of purged messages alone: none that is stored lies between a
-- receipt and the one before it. Returns their number.
create or replace function app.purge_receipts(p_conversation uuid, p_max int) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_count int;
begin
  perform app.lock_purge();
  delete from public.receipts r where r.ctid = any (array(
    select r.ctid from public.message_gaps g
    join public.receipts r on r.company_id = g.company_id and r.conversation_id = g.conversation_id
      and r.up_to_seq between g.from_seq and g.to_seq
    where g.company_id = v_company and g.conversation_id = p_conversation and not exists (
      select from public.messages m
      where m.company_id = v_company and m.conversation_id = p_conversation and m.seq < r.up_to_seq and m.seq > coalesce((
        select max(b.up_to_seq) from public.receipts b
        where b.company_id = v_company and b.conversation_id = p_conversation and b.user_id = r.user_id
          and b.status = r.status and b.up_to_seq < r.up_to_seq
      ), 0)
    )
    limit p_max
  ));
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

revoke all on function app.purge_receipts from public, colloquy_app, colloquy_system;
grant execute on function app.purge_receipts to colloquy_system;
