-- Judges and writes a batch of messages for app.send_messages: those of one company, or of all if it is null. Runs as the
-- owner, whom policies let see the companies of the batch alone, and write messages of its verified authors alone.
-- Every write takes its company's stream last and keeps it until the commit. Taken first here, it keeps still what is judged
-- after it: memberships, permissions, marks and sequences.
create or replace function app.write_messages(
  p_company uuid, p_companies uuid[], p_users uuid[], p_messages uuid[], p_conversations uuid[], p_subjects bytea[],
  p_bodies bytea[], p_metadata bytea[], p_priorities text[], p_client_ids text[], p_keys text[], p_hashes bytea[], p_words text[],
  p_requests text[], p_key_hashes bytea[], p_origins bytea[], p_salts bytea[], p_sealed bytea[]
) returns table (item int, outcome text, seq int, created_at timestamptz, "position" bigint)
language plpgsql volatile set search_path = pg_catalog, pg_temp
-- One plan for all batches, made once on a connection; and none that reads a table through, however small it was then.
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
#variable_conflict use_column
declare
  v_companies uuid[];
  v_positions bigint[];
  v_audited bigint[];
  v_streams tid[];
  v_now timestamptz;
  v_day int;
  v_salt bigint;
begin
  perform app.bind_senders(p_companies, p_users);
  with held as (
    select s.* from (
      select distinct t.company_id from unnest(p_companies) t (company_id)
      where p_company is null or t.company_id = p_company
    ) t cross join lateral (
      select s.company_id, s.position, s.audited, s.ctid as row_id from public.company_streams s where s.company_id = t.company_id
      for no key update skip locked
    ) s
  )
  select array_agg(h.company_id), array_agg(h.position), array_agg(h.audited), array_agg(h.row_id)
  into v_companies, v_positions, v_audited, v_streams from held h;
  v_now := date_trunc('milliseconds', clock_timestamp());
  v_day := app.day_of(v_now);
  v_salt := app.day_salt(v_day);
  return query
  with given as materialized (
    select t.* from unnest(
      p_companies, p_users, p_messages, p_conversations, p_subjects, p_bodies, p_metadata, p_priorities, p_client_ids,
      p_keys, p_hashes, p_words, p_requests, p_key_hashes, p_origins, p_salts, p_sealed
    ) with ordinality t (
      company_id, user_id, message_id, conversation_id, subject, body, metadata, priority, client_id, key, hash, words,
      request_id, key_hash, origin_id, salt, sealed, item
    )
    where p_company is null or t.company_id = p_company
  ),
  stream as materialized (
    select s.* from unnest(v_companies, v_positions, v_audited, v_streams) s (company_id, position, audited, row_id)
  ),
  -- Rows are looked up one at a time: joined, the planner may read all that a company has. Locked rows stay in their place,
  -- and are changed by their row ids.
  author as materialized (
    select a.* from (select distinct g.company_id, g.user_id from given g) g
    cross join lateral (
      select u.company_id, u.id from public.users u
      join public.roles r on r.company_id = u.company_id and r.id = u.role_id
      join public.companies c on c.id = u.company_id
      where u.company_id = g.company_id and u.id = g.user_id and u.is_enabled
        and 'MESSAGE_WRITE' = any (r.permissions) and c.messaging_enabled and not c.safe_mode
        and not exists (
          select from public.spam_penalties s
          where s.company_id = u.company_id and s.user_id = u.id and s.cooldown_until > v_now
        )
      offset 0
    ) a
  ),
  held as materialized (
    select c.* from (
      select distinct g.company_id, g.conversation_id from given g join stream s using (company_id)
    ) g
    cross join lateral (
      select c.ctid as row_id, c.company_id, c.id, c.kind, c.last_seq, c.last_activity_at, c.created_by_id, c.replies_allowed,
        c.is_closed
      from public.conversations c where c.company_id = g.company_id and c.id = g.conversation_id
      for no key update skip locked
    ) c
  ),
  mark as materialized (
    select p.* from (
      select distinct g.company_id, g.conversation_id, g.user_id from given g join stream s using (company_id)
    ) g
    cross join lateral (
      select p.ctid as row_id, p.company_id, p.conversation_id, p.user_id, p.last_read_seq, p.unread_from_seq, p.hidden_seq
      from public.participants p
      where p.company_id = g.company_id and p.conversation_id = g.conversation_id and p.user_id = g.user_id
        and p.left_at is null
      for no key update skip locked
    ) p
  ),
  judged as materialized (
    select g.*, s.position as last_position, s.audited, h.last_seq, h.last_activity_at, h.row_id as conversation_row_id, m.last_read_seq,
      m.unread_from_seq, m.hidden_seq, m.row_id as mark_row_id, case
        when s.company_id is null then 'COMPANY_BUSY'
        when a.id is null then 'ALONE'
        when h.id is null then case when exists (
          select from public.conversations c where c.company_id = g.company_id and c.id = g.conversation_id
        ) then 'BUSY' else 'ALONE' end
        when m.user_id is null then case when exists (
          select from public.participants p where p.company_id = g.company_id and p.conversation_id = g.conversation_id
            and p.user_id = g.user_id and p.left_at is null
        ) then 'BUSY' else 'ALONE' end
        when h.is_closed or not h.replies_allowed and h.created_by_id is distinct from g.user_id then 'ALONE'
        -- The first mark in a broadcast's conversation is counted with the broadcast.
        when h.kind = 'BROADCAST' and m.last_read_seq = 0 then 'ALONE'
        when h.kind = 'DIRECT' and (h.last_seq = 0 or not exists (
          select from public.participants p join public.users u on u.company_id = p.company_id and u.id = p.user_id
          where p.company_id = g.company_id and p.conversation_id = g.conversation_id and p.user_id <> g.user_id
            and u.company_id = g.company_id and u.is_enabled
        )) then 'ALONE'
        when g.key is not null and exists (
          select from public.idempotency_keys k where k.company_id = g.company_id and k.user_id = g.user_id
            and k.operation = 'sendMessage' and k.key = g.key
        ) then 'ALONE'
        else 'SENT'
      end as outcome
    from given g
    left join stream s on s.company_id = g.company_id
    left join author a on a.company_id = g.company_id and a.id = g.user_id
    left join held h on h.company_id = g.company_id and h.id = g.conversation_id
    left join mark m on m.company_id = g.company_id and m.conversation_id = g.conversation_id and m.user_id = g.user_id
  ),
  -- In the order in which they were given.
  good as materialized (
    select j.*, j.last_position + row_number() over of_company as position,
      j.audited + row_number() over of_company - 1 as audit_index,
      (j.last_seq + row_number() over of_conversation)::int as seq,
      first_value(j.user_id) over of_conversation as first_author_id,
      greatest(v_now, j.last_activity_at) as created_at
    from judged j where j.outcome = 'SENT'
    window of_company as (partition by j.company_id order by j.item),
      of_conversation as (partition by j.company_id, j.conversation_id order by j.item)
  ),
  conversation as materialized (
    select g.company_id, g.conversation_id, g.conversation_row_id, g.first_author_id, max(g.seq) as last_seq,
      max(g.created_at) as created_at,
      -- The first author's leading run: what comes after another's message has that one unread before it.
      coalesce(min(g.seq) filter (where g.user_id <> g.first_author_id) - 1, max(g.seq)) as run_seq
    from good g group by g.company_id, g.conversation_id, g.conversation_row_id, g.first_author_id
  ),
  written as (
    insert into public.messages (
      company_id, id, conversation_id, seq, author_id, subject, body, metadata, priority, client_message_id, created_at
    )
    select g.company_id, g.message_id, g.conversation_id, g.seq, g.user_id, g.subject, g.body, g.metadata, g.priority,
      g.client_id, g.created_at
    from good g
  ),
  days as (
    insert into public.message_days (company_id, day)
    select distinct c.company_id, case when c.created_at = v_now then v_day else app.day_of(c.created_at) end
    from conversation c on conflict do nothing
  ),
  findable as (
    insert into public.message_words (company_id, message_id, conversation_id, created_at, words)
    select g.company_id, g.message_id, g.conversation_id, g.created_at, case
      when g.created_at = v_now then array(select w.word # v_salt from unnest(g.words::bigint[]) w (word))
      else app.words_of_day(g.words::bigint[], app.day_of(g.created_at))
    end
    from good g
  ),
  remembered as (
    insert into public.idempotency_keys (company_id, user_id, operation, key, request_hash, message_id)
    select g.company_id, g.user_id, 'sendMessage', g.key, g.hash, g.message_id from good g where g.key is not null
  ),
  numbered as (
    update public.conversations c set last_seq = n.last_seq, last_activity_at = n.created_at
    from conversation n where c.ctid = n.conversation_row_id
  ),
  -- The own mark follows an own send only if nothing unread lies before it.
  moved as (
    update public.participants p set last_read_seq = n.run_seq, last_delivered_seq = n.run_seq
    from conversation n
    join good g on g.company_id = n.company_id and g.conversation_id = n.conversation_id and g.seq = g.last_seq + 1
    where p.ctid = g.mark_row_id and g.unread_from_seq is null and (g.last_read_seq >= g.last_seq or not exists (
        select from public.messages m
        where m.company_id = n.company_id and m.conversation_id = n.conversation_id
          and m.seq > greatest(g.last_read_seq, g.hidden_seq)
          and m.author_id <> n.first_author_id and m.state = 'POSTED'
          and (not m.is_restricted or exists (select from app.allowed(m.company_id, m.id, n.first_author_id)))
          and not exists (
            select from public.hidden_messages h where h.company_id = n.company_id and h.user_id = n.first_author_id
              and h.conversation_id = n.conversation_id and h.seq = m.seq
          )
      ))
  ),
  told as (
    insert into public.events (company_id, position, kind, conversation_id, message_id, seq, actor_id)
    select g.company_id, g.position, 'MESSAGE_SENT', g.conversation_id, g.message_id, g.seq, g.user_id from good g
  ),
  seen as (
    insert into public.audit_origins (company_id, id, user_id, salt, sealed)
    select distinct on (g.company_id, g.origin_id) g.company_id, g.origin_id, g.user_id, g.salt, g.sealed
    from good g where g.sealed is not null
    on conflict do nothing
  ),
  audited as (
    insert into public.audit_events
      (company_id, index, kind, actor_id, object_id, conversation_id, at, request_id, key_hash, origin_id)
    select g.company_id, g.audit_index, 'message.created', g.user_id, g.message_id, g.conversation_id, v_now, g.request_id,
      g.key_hash, g.origin_id
    from good g
  ),
  ended as (
    update public.company_streams s set position = n.position, audited = n.audited
    from (
      select t.row_id, max(g.position) as position, max(g.audit_index) + 1 as audited from good g join stream t using (company_id) group by t.row_id
    ) n
    where s.ctid = n.row_id
  )
  select g.item::int, g.outcome, g.seq, g.created_at, g.position from good g
  union all
  select j.item::int, j.outcome, null, null, null from judged j where j.outcome <> 'SENT';
end
$$;

revoke all on function app.write_messages from public, colloquy_app, colloquy_system;
