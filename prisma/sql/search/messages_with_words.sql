-- Returns the newest p_max messages of the company, or of these conversations, that contain all words, older than
-- p_before and p_id and not older than p_from. The last row is marked if there may be older ones. If the work ended
-- before p_max messages were found, the marked row is no message but the time that was reached. The caller's statement
-- checks visibility. Runs as the owner: array operators are not leakproof, so under a policy they cannot use an index.
-- Words are hashed with the company's key; the additional condition on the company is written so that it cannot use an
-- index, because scanning all its rows would be slower.
create or replace function app.messages_with_words(
  p_words bigint[], p_before timestamptz, p_id uuid, p_from timestamptz, p_max integer, p_conversations uuid[]
) returns table (conversation_id uuid, created_at timestamptz, message_id uuid, is_last boolean)
language plpgsql stable security definer rows 100
set search_path = pg_catalog, pg_temp set enable_seqscan = off set enable_indexscan = off set jit = off
set max_parallel_workers_per_gather = 0 as $$
#variable_conflict use_column
declare
  c_max_candidates constant integer := 20000;
  c_max_days constant integer := 512;
  c_in_days constant integer := 4000;
  v_company uuid := app.current_company();
  v_days integer[];
  v_first integer := 1;
  v_width integer := 1;
  v_candidates integer := 0;
  v_found integer := 0;
  v_in_days integer;
  v_row record;
  v_holds_all text;
begin
  if v_company is null or cardinality(p_words) = 0 then
    return;
  end if;
  select array_agg(d.day order by d.day desc) into v_days from public.message_days d
  where d.company_id = v_company
    and d.day <= case when isfinite(p_before) then app.day_of(p_before) else 2147483647 end
    and d.day >= case when isfinite(p_from) then app.day_of(p_from) else -2147483648 end;
  while v_first <= coalesce(cardinality(v_days), 0) loop
    if v_candidates >= c_max_candidates then
      return query select null::uuid, to_timestamp((v_days[v_first] + 1) * 86400.0), '00000000-0000-0000-0000-000000000000'::uuid, true;
      return;
    end if;
    -- A message is stored with the hashes of its own day only, so each condition concerns one day.
    select string_agg(format(
      'w.words && %L::bigint[]',
      (select array_agg(p.word # app.day_salt(d.day)) from unnest(v_days[v_first : v_first + v_width - 1]) d (day))
    ), ' and ') into v_holds_all
    from unnest(p_words) p (word);
    for v_row in execute
      'with holding as materialized (
        select w.conversation_id, w.created_at, w.message_id from public.message_words w
        where ' || v_holds_all || ' and w.company_id is not distinct from $1
      )
      select n.candidates, h.* from (select count(*)::integer as candidates from holding) n left join (
        select h.conversation_id, h.created_at, h.message_id from holding h
        where (h.created_at, h.message_id) < ($2, $3) and h.created_at >= $4
          and ($6 is null or h.conversation_id = any ($6))
        order by h.created_at desc, h.message_id desc limit $5
      ) h on true order by h.created_at desc, h.message_id desc'
      using v_company, p_before, p_id, p_from, p_max - v_found, p_conversations
    loop
      v_in_days := v_row.candidates;
      if v_row.message_id is not null then
        v_found := v_found + 1;
        return query select v_row.conversation_id, v_row.created_at, v_row.message_id, v_found = p_max;
      end if;
    end loop;
    if v_found = p_max then
      return;
    end if;
    v_candidates := v_candidates + v_in_days;
    v_first := v_first + v_width;
    -- The number of days per step grows while they contain few messages.
    v_width := greatest(1, least(v_width * 4, c_max_days, v_width * c_in_days / greatest(v_in_days, 1)));
  end loop;
end
$$;

revoke all on function app.messages_with_words from public, colloquy_app, colloquy_system;
grant execute on function app.messages_with_words to colloquy_app;
