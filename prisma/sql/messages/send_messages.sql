-- Sends many messages in one call: the items of a company follow one another, p_counts says how many are whose. Ordinary ones
-- are SENT; what is unusual or would be refused is ALONE, and has not been written: app.send_message sends it or says why not.
-- It waits for nobody: where somebody holds a row, its items are BUSY, or all of the company's are COMPANY_BUSY. A failure in
-- one company undoes that company's part alone.
-- Every write takes its company's stream last and keeps it until the commit. Taken first here, it keeps still what is judged
-- after it: memberships, permissions, marks and sequences.
create or replace function app.send_messages(
  p_companies uuid[], p_counts int[], p_users uuid[], p_messages uuid[], p_conversations uuid[], p_subjects bytea[],
  p_bodies bytea[], p_metadata bytea[], p_priorities text[], p_client_ids text[], p_keys text[], p_hashes bytea[], p_words text[]
) returns table (outcome text, seq int, created_at timestamptz, "position" bigint)
language plpgsql volatile set search_path = pg_catalog, pg_temp
-- Foreign keys and unique keys do wait; what waits for a stream that is held here would wait in vain.
set lock_timeout = '20ms' as $$
#variable_conflict use_column
declare
  v_company uuid;
  v_user uuid;
  v_from int;
  v_to int := 0;
  v_position bigint;
  v_now timestamptz;
  v_day int;
  v_salt bigint;
  v_outcomes text[];
  v_seqs int[];
  v_times timestamptz[];
  v_positions bigint[];
begin
  for v_index in 1 .. cardinality(p_companies) loop
    v_company := p_companies[v_index];
    v_from := v_to + 1;
    v_to := v_to + p_counts[v_index];
    v_outcomes := array_fill('ALONE'::text, array[p_counts[v_index]]);
    v_seqs := null;
    v_times := null;
    v_positions := null;
    begin
      for v_item in v_from .. v_to loop
        v_user := p_users[v_item];
        perform set_config('app.company_id', v_company::text, true), set_config('app.user_id', v_user::text, true);
        exit when app.remember_membership() is not null;
      end loop;
      select s.position into v_position from public.company_streams s where s.company_id = v_company
      for no key update skip locked;
      if not found then
        v_outcomes := array_fill('COMPANY_BUSY'::text, array[p_counts[v_index]]);
      else
        v_now := date_trunc('milliseconds', clock_timestamp());
        v_day := app.day_of(v_now);
        v_salt := app.day_salt(v_day);
        with item as materialized (
          select t.* from unnest(
            p_users[v_from:v_to], p_messages[v_from:v_to], p_conversations[v_from:v_to], p_subjects[v_from:v_to],
            p_bodies[v_from:v_to], p_metadata[v_from:v_to], p_priorities[v_from:v_to], p_client_ids[v_from:v_to],
            p_keys[v_from:v_to], p_hashes[v_from:v_to], p_words[v_from:v_to]
          ) with ordinality t (
            user_id, message_id, conversation_id, subject, body, metadata, priority, client_id, key, hash, words, number
          )
        ),
        held as materialized (
          select c.id, c.kind, c.last_seq, c.last_activity_at, c.created_by_id, c.replies_allowed, c.is_closed
          from public.conversations c
          where c.company_id = v_company and c.id = any (p_conversations[v_from:v_to])
          order by c.id for no key update skip locked
        ),
        mark as materialized (
          -- One membership at a time: joined, the planner may read all memberships of the company.
          select p.* from (select distinct i.conversation_id, i.user_id from item i) i
          cross join lateral (
            select p.conversation_id, p.user_id, p.last_read_seq, p.unread_from_seq, p.hidden_seq from public.participants p
            where p.company_id = v_company and p.conversation_id = i.conversation_id and p.user_id = i.user_id
              and p.left_at is null
            for no key update skip locked
          ) p
        ),
        author as materialized (
          select u.id from public.users u
          join public.roles r on r.company_id = u.company_id and r.id = u.role_id
          join public.companies c on c.id = u.company_id
          where u.company_id = v_company and u.id = any (p_users[v_from:v_to]) and u.is_enabled
            and 'MESSAGE_WRITE' = any (r.permissions) and c.messaging_enabled and not c.safe_mode
        ),
        judged as materialized (
          select i.number, i.user_id, i.message_id, i.conversation_id, h.last_seq, h.last_activity_at, m.last_read_seq,
            m.unread_from_seq, m.hidden_seq, case
              when a.id is null then 'ALONE'
              when h.id is null then case when exists (
                select from public.conversations c where c.company_id = v_company and c.id = i.conversation_id
              ) then 'BUSY' else 'ALONE' end
              when m.user_id is null then case when exists (
                select from public.participants p where p.company_id = v_company and p.conversation_id = i.conversation_id
                  and p.user_id = i.user_id and p.left_at is null
              ) then 'BUSY' else 'ALONE' end
              when h.is_closed or not h.replies_allowed and h.created_by_id is distinct from i.user_id then 'ALONE'
              when h.kind = 'DIRECT' and (h.last_seq = 0 or not exists (
                select from public.participants p join public.users u on u.company_id = p.company_id and u.id = p.user_id
                where p.company_id = v_company and p.conversation_id = i.conversation_id and p.user_id <> i.user_id
                  and u.company_id = v_company and u.is_enabled
              )) then 'ALONE'
              when i.key is not null and exists (
                select from public.idempotency_keys k where k.company_id = v_company and k.user_id = i.user_id
                  and k.operation = 'sendMessage' and k.key = i.key
              ) then 'ALONE'
              else 'SENT'
            end as outcome
          from item i
          left join author a on a.id = i.user_id
          left join held h on h.id = i.conversation_id
          left join mark m on m.conversation_id = i.conversation_id and m.user_id = i.user_id
        ),
        good as materialized (
          select j.*, v_position + row_number() over (order by j.number) as position,
            (j.last_seq + row_number() over of_conversation)::int as seq,
            first_value(j.user_id) over of_conversation as first_author_id,
            greatest(v_now, j.last_activity_at) as created_at
          from judged j where j.outcome = 'SENT'
          window of_conversation as (partition by j.conversation_id order by j.number)
        ),
        conversation as materialized (
          select g.conversation_id, g.first_author_id, max(g.seq) as last_seq, max(g.created_at) as created_at,
            -- The first author's leading run: what comes after another's message has that one unread before it.
            coalesce(min(g.seq) filter (where g.user_id <> g.first_author_id) - 1, max(g.seq)) as run_seq
          from good g group by g.conversation_id, g.first_author_id
        ),
        written as (
          insert into public.messages (
            company_id, id, conversation_id, seq, author_id, subject, body, metadata, priority, client_message_id, created_at
          )
          select v_company, g.message_id, g.conversation_id, g.seq, g.user_id, i.subject, i.body, i.metadata, i.priority,
            i.client_id, g.created_at
          from good g join item i using (number)
        ),
        days as (
          insert into public.message_days (company_id, day)
          select distinct v_company, app.day_of(c.created_at) from conversation c on conflict do nothing
        ),
        findable as (
          insert into public.message_words (company_id, message_id, conversation_id, created_at, words)
          select v_company, g.message_id, g.conversation_id, g.created_at, case
            when g.created_at = v_now then array(select w.word # v_salt from unnest(i.words::bigint[]) w (word))
            else app.words_of_day(i.words::bigint[], app.day_of(g.created_at))
          end
          from good g join item i using (number)
        ),
        remembered as (
          insert into public.idempotency_keys (company_id, user_id, operation, key, request_hash, message_id)
          select v_company, g.user_id, 'sendMessage', i.key, i.hash, g.message_id
          from good g join item i using (number) where i.key is not null
        ),
        numbered as (
          update public.conversations c set last_seq = n.last_seq, last_activity_at = n.created_at
          from conversation n where c.company_id = v_company and c.id = n.conversation_id
        ),
        -- The own mark follows an own send only if nothing unread lies before it.
        moved as (
          update public.participants p set last_read_seq = n.run_seq, last_delivered_seq = n.run_seq
          from conversation n
          join good g on g.conversation_id = n.conversation_id and g.seq = g.last_seq + 1
          where p.company_id = v_company and p.conversation_id = n.conversation_id and p.user_id = n.first_author_id
            and g.unread_from_seq is null and (g.last_read_seq >= g.last_seq or not exists (
              select from public.messages m
              where m.company_id = v_company and m.conversation_id = n.conversation_id
                and m.seq > greatest(g.last_read_seq, g.hidden_seq)
                and m.author_id <> n.first_author_id and m.state = 'POSTED'
                and (not m.is_restricted or exists (select from app.allowed(m.company_id, m.id, n.first_author_id)))
                and not exists (
                  select from public.hidden_messages h where h.company_id = v_company and h.user_id = n.first_author_id
                    and h.conversation_id = n.conversation_id and h.seq = m.seq
                )
            ))
        ),
        told as (
          insert into public.events (company_id, position, kind, conversation_id, message_id, seq, actor_id)
          select v_company, g.position, 'MESSAGE_SENT', g.conversation_id, g.message_id, g.seq, g.user_id from good g
        ),
        ended as (
          update public.company_streams s set position = n.position
          from (select max(g.position) as position from good g) n where s.company_id = v_company and n.position is not null
        )
        select array_agg(j.outcome order by j.number), array_agg(g.seq order by j.number),
          array_agg(g.created_at order by j.number), array_agg(g.position order by j.number)
        into v_outcomes, v_seqs, v_times, v_positions
        from judged j left join good g using (number);
      end if;
    exception when others then
      -- Sent alone, each is told its own reason, or succeeds without the one that spoiled this.
      v_outcomes := array_fill('ALONE'::text, array[p_counts[v_index]]);
      v_seqs := null;
      v_times := null;
      v_positions := null;
    end;
    return query select t.outcome, t.seq, t.created_at, t.position
    from unnest(v_outcomes, v_seqs, v_times, v_positions) with ordinality t (outcome, seq, created_at, position, number)
    order by t.number;
  end loop;
end
$$;

revoke all on function app.send_messages from public, colloquy_app, colloquy_system;
grant execute on function app.send_messages to colloquy_app;
