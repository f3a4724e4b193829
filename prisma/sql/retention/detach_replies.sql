-- Takes replies, at most p_max, off these messages, which are about to be deleted. They keep their depth. Returns the messages
-- that have no reply left but among themselves, and the number of replies: one that somebody else holds is not waited for.
create or replace function app.detach_replies(p_messages uuid[], p_max int, out free uuid[], out detached int)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_kept uuid[];
begin
  with loose as (
    select r.id from public.messages r
    where r.company_id = v_company and r.parent_id = any (p_messages) and r.id <> all (p_messages)
    limit p_max for no key update skip locked
  )
  update public.messages r set parent_id = null from loose l where r.company_id = v_company and r.id = l.id;
  get diagnostics detached = row_count;
  free := p_messages;
  loop
    v_kept := array(
      select r.parent_id from public.messages r
      where r.company_id = v_company and r.parent_id = any (free) and r.id <> all (free)
    );
    exit when v_kept = '{}';
    -- One that is kept may be a reply to another.
    free := array(select m.id from unnest(free) m (id) where m.id <> all (v_kept));
  end loop;
end
$$;

revoke all on function app.detach_replies from public, colloquy_app, colloquy_system;
grant execute on function app.detach_replies to colloquy_system;
