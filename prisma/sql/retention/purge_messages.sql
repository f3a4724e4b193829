-- Deletes the messages past their retention among the next p_max of a conversation, from the one after number p_after on, with
-- all that depends on them: texts and earlier texts, files, words, mentions, reactions, rules, hides, cases, reports, idempotency keys,
-- and for a broadcast the broadcast. Those without a number go with the first slice. The transaction leaves a gap for them, so
-- that unread counts agree at any time. Returns their number, and the number to go on after, null at the end. Messages that
-- somebody else has locked are left for the next night, those under a legal hold for as long as it lasts.
-- Sends wait for the lock of the conversation, so slices are small. It is taken first, as sending does.
create or replace function app.purge_messages(
  p_conversation uuid, p_default_days int, p_after int, p_max int, out purged int, out next_after int
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  c_max_replies constant int := 300;
  v_company uuid := app.bound_company();
  v_end timestamptz;
  v_due uuid[];
  v_detached int;
  v_seqs int[];
begin
  purged := 0;
  -- No send waits for the disk while this holds the conversation: a slice that a crash undoes is repeated the next night.
  perform set_config('synchronous_commit', 'off', true);
  perform app.lock_purge();
  -- Under the lock: the company may have changed its setting meanwhile.
  v_end := app.retention_end(p_default_days);
  select case when count(*) = p_max and bool_and(w.created_at < v_end) then max(w.seq) end into next_after from (
    select m.seq, m.created_at from public.messages m
    where m.company_id = v_company and m.conversation_id = p_conversation and m.seq > p_after order by m.seq limit p_max
  ) w;
  perform from public.conversations c where c.company_id = v_company and c.id = p_conversation for no key update;
  v_due := array(
    select m.id from public.messages m
    where m.company_id = v_company and m.conversation_id = p_conversation and m.seq > p_after
      and (next_after is null or m.seq <= next_after) and m.created_at < v_end
      and not app.is_held(v_company, m.conversation_id, m.author_id, m.created_at)
    order by m.seq limit p_max for update skip locked
  ) || array(
    select m.id from public.messages m
    where p_after = 0 and m.company_id = v_company and m.conversation_id = p_conversation and m.seq is null
      and m.created_at < v_end and not app.is_held(v_company, m.conversation_id, m.author_id, m.created_at)
    limit p_max for update skip locked
  );
  if v_due = '{}' then
    return;
  end if;
  select d.free, d.detached into v_due, v_detached from app.detach_replies(v_due, c_max_replies) d;
  if v_detached = c_max_replies then
    -- A message of many replies loses them slice by slice.
    next_after := p_after;
  end if;
  perform app.blank_events(v_due);
  delete from public.broadcasts b where b.company_id = v_company and b.id = any (v_due);
  perform app.remove_files(array(
    select a.id from public.messages m join public.attachments a on a.company_id = m.company_id and a.message_id = m.id
    where m.company_id = v_company and m.id = any (v_due)
      and not app.is_held(v_company, m.conversation_id, m.author_id, m.created_at)
  ));
  with gone as (
    delete from public.messages m
    where m.company_id = v_company and m.id = any (v_due)
      and not app.is_held(v_company, m.conversation_id, m.author_id, m.created_at)
    returning m.seq
  )
  select count(*), array_agg(g.seq order by g.seq) filter (where g.seq is not null) into purged, v_seqs from gone g;
  if purged = 0 then
    return;
  end if;
  perform app.add_message_gap(p_conversation, r.first, r.last) from (
    select min(s.seq) as first, max(s.seq) as last from unnest(v_seqs) with ordinality s (seq, at) group by s.seq - s.at
  ) r;
  perform app.record_audit('messages.purged', p_conversation, p_conversation,
    jsonb_build_object('count', purged, 'fromSeq', v_seqs[1], 'toSeq', v_seqs[cardinality(v_seqs)]));
end
$$;

revoke all on function app.purge_messages from public, colloquy_app, colloquy_system;
grant execute on function app.purge_messages to colloquy_system;
