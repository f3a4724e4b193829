-- Returns the number of the last message from before the person joined the company, after which a company-wide
-- conversation starts for a person without a stored membership. Messages are in the order of their times, so it is
-- found by binary search.
create or replace function app.start_seq(p_company uuid, p_conversation uuid, p_user uuid) returns integer
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_joined timestamptz;
  v_low int := 0;
  v_high int;
  v_middle int;
  v_found record;
begin
  select u.joined_at into v_joined from public.users u where u.company_id = p_company and u.id = p_user;
  select c.last_seq into v_high from public.conversations c
  where c.company_id = p_company and c.id = p_conversation and c.created_at < v_joined;
  -- All messages up to v_low are older than the membership, and all above v_high are not.
  while v_low < coalesce(v_high, 0) loop
    v_middle := (v_low + v_high + 1) / 2;
    -- The next stored message downwards, because purged messages leave gaps.
    select m.seq, m.created_at into v_found from public.messages m
    where m.company_id = p_company and m.conversation_id = p_conversation and m.seq <= v_middle
    order by m.seq desc limit 1;
    if v_found.seq is null or v_found.seq <= v_low or v_found.created_at < v_joined then
      v_low := v_middle;
    else
      v_high := v_found.seq - 1;
    end if;
  end loop;
  return v_low;
end
$$;

revoke all on function app.start_seq from public, colloquy_app, colloquy_system;
grant execute on function app.start_seq to colloquy_app, colloquy_system;
