-- Migrations run with row security off; creating an SQL function plans its body, which that setting refuses. No data
-- changes here.
set local row_security = on;

-- The words of a message as keyed hashes, in one row: what is said is searched without a word of it being stored. Each
-- hash is mixed with the day (app.day_salt), so that the index holds a word's messages day by day and a frequent word is
-- read from the newest day backwards; an index of this kind has no order of its own.
create table message_words (
  company_id uuid not null,
  message_id uuid not null,
  conversation_id uuid not null,
  -- The message's own: its day is part of its words.
  created_at timestamptz(3) not null,
  words bigint[] not null,
  constraint message_words_pkey primary key (company_id, message_id)
);
-- Every search reads the list of what is not sorted in yet, so it is kept short.
create index message_words_words_idx on message_words using gin (words) with (gin_pending_list_limit = 512);
alter table message_words
  add constraint message_words_company_id_conversation_id_message_id_fkey foreign key (company_id, conversation_id, message_id)
    references messages (company_id, conversation_id, id) on delete cascade on update cascade;
-- The days on which something was said, counted from 1970 (UTC): a search looks at no others.
create table message_days (
  company_id uuid not null,
  day integer not null,
  constraint message_days_pkey primary key (company_id, day)
);
alter table message_days
  add constraint message_days_company_id_fkey foreign key (company_id) references companies (id)
    on delete restrict on update cascade;
do $$
declare
  v_table text;
begin
  foreach v_table in array array['message_words', 'message_days'] loop
    execute format('alter table public.%I enable row level security', v_table);
    execute format('alter table public.%I force row level security', v_table);
    execute format(
      'create policy %I on public.%I to colloquy_app using (company_id = (select app.current_company())) with check (company_id = (select app.current_company()))',
      v_table || '_tenant', v_table
    );
    execute format(
      'create policy %I on public.%I to colloquy_system using (company_id = (select app.bound_company())) with check (company_id = (select app.bound_company()))',
      v_table || '_system', v_table
    );
    -- For app.messages_with_words, which runs as the owner and filters by company itself.
    execute format('create policy %I on public.%I for select to current_user using (true)', v_table || '_owner_read', v_table);
  end loop;
end
$$;
grant select, insert, update, delete on message_words to colloquy_app;
grant select, insert on message_days to colloquy_app;
grant select, insert, update, delete on message_words to colloquy_system;
grant select, insert on message_days to colloquy_system;

-- What people can see without a membership.
create index conversations_without_memberships_idx on conversations (company_id, id) where audience <> 'PARTICIPANTS';

create function app.day_of(p_at timestamptz) returns integer
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select floor(extract(epoch from p_at) / 86400)::integer
$$;

-- What a word's hash is mixed with (#) on a day. It keeps days apart and hides nothing: that is the hash's own key.
create function app.day_salt(p_day integer) returns bigint
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select hashint8extended(p_day, 0)
$$;

-- The words as they are stored with a message of this day.
create function app.words_of_day(p_words bigint[], p_day integer) returns bigint[]
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(w.word # app.day_salt(p_day)), '{}') from unnest(p_words) w (word)
$$;

-- Makes a message findable by these words, and no others; p_created_at is the message's own time.
create function app.index_message(
  p_company uuid, p_conversation uuid, p_message uuid, p_created_at timestamptz, p_words bigint[]
) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_day integer := app.day_of(p_created_at);
begin
  insert into public.message_days (company_id, day) values (p_company, v_day) on conflict do nothing;
  insert into public.message_words (company_id, message_id, conversation_id, created_at, words)
  values (p_company, p_message, p_conversation, p_created_at, app.words_of_day(p_words, v_day))
  on conflict (company_id, message_id) do update set words = excluded.words;
end
$$;

-- Takes a message out of the index, because it is retracted.
create function app.unindex_message(p_company uuid, p_message uuid) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  delete from public.message_words w where w.company_id = p_company and w.message_id = p_message;
end
$$;

-- The newest p_most messages of the company, or of these conversations, that hold all words, older than p_before and
-- p_id and not older than p_from. The last row is marked if there may be more behind it; where the work ended first, that
-- row is no message but the instant that was reached. Whether the caller may see them is for the caller's statement.
-- Runs as the owner: the operators of arrays are not leakproof, so under a policy no index serves them. Words are keyed by
-- company; a condition that cannot use an index makes certain of the company without inviting a scan of all it has.
create function app.messages_with_words(
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
    -- A message has the words of its own day alone: each of these conditions is about the same day.
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
    -- More days at once as long as their messages are few.
    v_width := greatest(1, least(v_width * 4, c_max_days, v_width * c_in_days / greatest(v_in_days, 1)));
  end loop;
end
$$;

drop function app.send_message(uuid, uuid, uuid, uuid, uuid, uuid, bytea, bytea, bytea, text, uuid[], text, text, bytea);

-- A send is one call: it binds the tenant, takes the conversation's next sequence and the company's next position, and
-- writes message, words, mentions, own mark, event and idempotency key. A rejection is an exception, so nothing is half-written.
-- CQ425: a twin of this call has just been committed under the same key; the caller answers from that one.
create function app.send_message(
  p_company uuid, p_user uuid, p_message uuid, p_conversation uuid, p_recipient uuid, p_parent uuid,
  p_subject bytea, p_body bytea, p_metadata bytea, p_priority text, p_mentions uuid[], p_client_id text,
  p_key text, p_hash bytea, p_words bigint[] default '{}',
  out message_id uuid, out replayed boolean, out seq int, out depth int, out created_at timestamptz,
  out "position" bigint
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_company uuid := app.bind(p_company, p_user);
  v_permissions text[];
  v_conversation public.conversations;
  v_mark public.participants;
  v_max_depth int;
  v_count int;
  v_joins boolean := false;
begin
  replayed := false;
  if p_key is not null then
    message_id := app.remembered_send(p_user, p_key, p_hash);
    if message_id is not null then
      replayed := true;
      return;
    end if;
  end if;
  select r.permissions into v_permissions from public.users u
  join public.roles r on r.company_id = u.company_id and r.id = u.role_id
  where u.company_id = v_company and u.id = p_user;
  if not 'MESSAGE_WRITE' = any (v_permissions) then
    raise exception using errcode = 'CQ403', message = 'You may not write messages.', hint = 'MESSAGE_WRITE';
  end if;
  if p_recipient = p_user then
    raise exception using errcode = 'CQ422', message = 'You cannot write to yourself.', column = 'recipientId';
  end if;

  -- The sequence is taken by locking: whoever is refused below gives it back by rolling back.
  update public.conversations c set last_seq = c.last_seq + 1,
    -- Under the lock, and never before the message it follows, should the clock be set back.
    last_activity_at = greatest(date_trunc('milliseconds', clock_timestamp()), c.last_activity_at)
  where c.company_id = v_company and c.id = p_conversation returning c.* into v_conversation;
  if v_conversation.id is null and p_recipient is not null then
    if not 'CONVERSATION_DIRECT' = any (v_permissions) then
      raise exception using errcode = 'CQ403', message = 'You may not start direct conversations.', hint = 'CONVERSATION_DIRECT';
    end if;
    perform app.ensure_direct(p_user, p_conversation, p_recipient);
    update public.conversations c set last_seq = c.last_seq + 1,
      last_activity_at = greatest(date_trunc('milliseconds', clock_timestamp()), c.last_activity_at)
    where c.company_id = v_company and c.id = p_conversation returning c.* into v_conversation;
  end if;
  message_id := p_message;
  seq := v_conversation.last_seq;
  created_at := v_conversation.last_activity_at;

  select p.* into v_mark from public.participants p
  where p.company_id = v_company and p.conversation_id = p_conversation and p.user_id = p_user and p.left_at is null;
  if v_mark.user_id is null and v_conversation.audience = 'COMPANY' then
    select (h.membership).* into v_mark from app.lock_membership(v_company, p_user, p_conversation, 'conversationId') h;
  elsif v_mark.user_id is null and v_conversation.audience = 'VISITORS' then
    v_joins := true;
    v_mark := app.join_conversation(v_company, p_conversation, p_user, seq - 1);
    perform app.settle_succession(v_company, p_conversation);
  end if;
  if v_mark.user_id is null then
    perform app.refuse_stranger(v_conversation);
  end if;
  if v_mark.user_id is null or v_conversation.kind = 'DIRECT' and seq = 1 and p_recipient is null
    and v_conversation.created_by_id <> p_user then
    raise exception using errcode = 'CQ404', message = 'There is no such conversation.', column = 'conversationId';
  end if;
  if v_conversation.is_closed or not v_conversation.replies_allowed and v_conversation.created_by_id is distinct from p_user then
    raise exception using errcode = 'CQ423', message = 'This conversation takes no messages.';
  end if;
  if v_conversation.kind = 'DIRECT' then
    perform 1 from public.participants p join public.users u on u.company_id = p.company_id and u.id = p.user_id
    where p.company_id = v_company and p.conversation_id = p_conversation and p.user_id <> p_user and u.is_enabled;
    if not found then
      raise exception using errcode = 'CQ423', message = 'The other person''s account is disabled.';
    end if;
  end if;

  depth := 0;
  if p_parent is not null then
    select m.depth + 1, c.max_thread_depth into depth, v_max_depth
    from public.messages m join public.companies c on c.id = m.company_id
    where m.company_id = v_company and m.conversation_id = p_conversation and m.id = p_parent and m.seq is not null;
    if not found then
      raise exception using errcode = 'CQ404', message = 'There is no such message in this conversation.', column = 'parentId';
    end if;
    if depth > v_max_depth then
      raise exception using errcode = 'CQ414', message = 'The thread is at its deepest level.', hint = v_max_depth::text;
    end if;
  end if;

  insert into public.messages (
    company_id, id, conversation_id, seq, author_id, parent_id, depth, subject, body, metadata, priority,
    client_message_id, created_at
  ) values (
    v_company, p_message, p_conversation, seq, p_user, p_parent, depth, p_subject, p_body, p_metadata, p_priority,
    p_client_id, created_at
  );
  perform app.index_message(v_company, p_conversation, p_message, created_at, p_words);
  if cardinality(p_mentions) > 0 then
    insert into public.mentions (company_id, message_id, user_id, conversation_id, seq)
    select v_company, p_message, u.id, p_conversation, send_message.seq
    from public.users u
    where u.company_id = v_company and u.id = any (p_mentions) and u.is_enabled and (
      v_conversation.audience <> 'PARTICIPANTS' or exists (
        select from public.participants p where p.company_id = v_company and p.conversation_id = p_conversation
          and p.user_id = u.id and p.left_at is null
      )
    );
    get diagnostics v_count = row_count;
    if v_count < cardinality(p_mentions) then
      raise exception using errcode = 'CQ422', column = 'mentionIds',
        message = 'Only people who can see the conversation can be mentioned.';
    end if;
  end if;

  -- The own mark follows an own send only if nothing unread lies before it.
  if v_mark.unread_from_seq is null then
    update public.participants p set last_read_seq = send_message.seq, last_delivered_seq = send_message.seq
    where p.company_id = v_company and p.conversation_id = p_conversation and p.user_id = p_user
      and p.last_read_seq < send_message.seq and not exists (
        select from public.messages m
        where m.company_id = v_company and m.conversation_id = p_conversation
          and m.seq > greatest(v_mark.last_read_seq, v_mark.hidden_seq)
          and m.seq < send_message.seq and m.author_id <> p_user and m.state = 'POSTED' and not exists (
            select from public.hidden_messages h where h.company_id = v_company and h.user_id = p_user
              and h.conversation_id = p_conversation and h.seq = m.seq
          )
      );
  end if;

  if p_key is not null then
    insert into public.idempotency_keys (company_id, user_id, operation, key, request_hash, message_id)
    values (v_company, p_user, 'sendMessage', p_key, p_hash, p_message) on conflict do nothing;
    if not found then
      raise exception using errcode = 'CQ425', message = 'This was sent a moment ago.';
    end if;
  end if;
  if v_joins then
    perform app.append_event('PARTICIPANTS_CHANGED', p_conversation, null, null, p_user, p_joined => array[p_user]);
  end if;
  position := app.append_event('MESSAGE_SENT', p_conversation, p_message, seq, p_user);
end
$$;

grant execute on function
  app.index_message(uuid, uuid, uuid, timestamptz, bigint[]), app.unindex_message(uuid, uuid),
  app.day_of(timestamptz), app.day_salt(integer), app.words_of_day(bigint[], integer)
to colloquy_app, colloquy_system;
grant execute on function
  app.send_message(uuid, uuid, uuid, uuid, uuid, uuid, bytea, bytea, bytea, text, uuid[], text, text, bytea, bigint[]),
  app.messages_with_words(bigint[], timestamptz, uuid, timestamptz, integer, uuid[])
to colloquy_app;
