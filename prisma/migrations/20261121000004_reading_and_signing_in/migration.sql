-- Migrations run with row security off; creating an SQL function plans its body, which that setting refuses. No data
-- changes here.
set local row_security = on;

-- Signing in happens before a company is bound. These few functions run as the owner, take exact keys, and give no
-- more than the caller needs; everything after them is under row-level security.

-- Where a login may act: the members it is tied to, and those nobody has signed in as yet whose external id is the
-- token's member reference.
create function app.memberships_of(p_issuer text, p_subject text, p_member_reference text)
returns table (company_id uuid, company_name text, company_external_id text, user_id uuid, is_enabled boolean, is_tied boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select u.company_id, c.name, c.external_id, u.id, u.is_enabled, u.subject is not null
  from public.users u join public.companies c on c.id = u.company_id
  where u.issuer = p_issuer and u.subject = p_subject
  union all
  select u.company_id, c.name, c.external_id, u.id, u.is_enabled, false
  from public.users u join public.companies c on c.id = u.company_id
  where u.external_id = p_member_reference and u.subject is null
    and not exists (
      select from public.users t where t.company_id = u.company_id and t.issuer = p_issuer and t.subject = p_subject
    )
  order by 2, 1
$$;

-- A company is named by its id or by its external id, so no company's external id may be the id of another, as a UUID or as
-- the API writes it.
create function app.company_named(p_reference text) returns uuid
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_reference text := p_reference;
begin
  if v_reference ~ '^[A-Za-z0-9_-]{59}$' then
    v_reference := convert_from(decode(translate(v_reference, '-_', '+/') || '=', 'base64'), 'LATIN1');
    v_reference := case when starts_with(v_reference, 'Company:') then substr(v_reference, 9) else '' end;
  end if;
  if lower(v_reference) ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    return v_reference::uuid;
  end if;
  return null;
end
$$;

create function app.refuse_ambiguous_company() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_global_id text := rtrim(translate(encode(convert_to('Company:' || new.id::text, 'UTF8'), 'base64'), '+/', '-_'), '=');
begin
  if exists (select from public.companies c where c.id = app.company_named(new.external_id) and c.id <> new.id)
    or exists (select from public.companies c where c.external_id in (new.id::text, v_global_id) and c.id <> new.id)
  then
    raise exception using errcode = '23514', constraint = 'companies_external_id_check', table = 'companies',
      message = 'The external id of a company must not be the id of another company.';
  end if;
  return new;
end
$$;

create trigger companies_refuse_ambiguous before insert or update of id, external_id on companies
  for each row execute function app.refuse_ambiguous_company();

-- Ties a login to the bound member, for good; false if either of them is tied otherwise.
create function app.tie_member(p_user uuid, p_issuer text, p_subject text) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  update public.users u set issuer = p_issuer, subject = p_subject
  where u.company_id = app.bound_company() and u.id = p_user
    and (u.subject is null or (u.issuer = p_issuer and u.subject = p_subject));
  return found;
exception when unique_violation then
  return false;
end
$$;

-- Makes a ticket for the bound member, and sweeps a few that nobody came back with: rows cannot pile up.
create function app.mint_ticket(p_hash bytea, p_token_expires_at timestamptz) returns timestamptz
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  delete from public.connection_tickets t where t.ticket_hash in (
    select e.ticket_hash from public.connection_tickets e where e.expires_at <= now()
    order by e.expires_at limit 10 for update skip locked
  );
  insert into public.connection_tickets (company_id, ticket_hash, user_id, expires_at, token_expires_at)
  select m.company_id, p_hash, app.bound_user(), least(now() + interval '60 seconds', p_token_expires_at), p_token_expires_at
  from (select app.current_company() as company_id) m where m.company_id is not null
  returning expires_at
$$;

-- Single use is this one statement: whoever deletes the row holds the ticket.
create function app.redeem_ticket(p_hash bytea)
returns table (company_id uuid, user_id uuid, token_expires_at timestamptz, is_enabled boolean)
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  delete from public.connection_tickets t using public.users u
  where t.ticket_hash = p_hash and t.expires_at > now() and u.company_id = t.company_id and u.id = t.user_id
  returning t.company_id, t.user_id, t.token_expires_at, u.is_enabled
$$;

grant execute on function
  app.memberships_of(text, text, text), app.tie_member(uuid, text, text), app.mint_ticket(bytea, timestamptz), app.redeem_ticket(bytea)
to colloquy_app;

-- Binds for one transaction; a call that writes in one round trip starts with it.
create function app.bind(p_company uuid, p_user uuid) returns uuid
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid;
begin
  perform set_config('app.company_id', p_company::text, true), set_config('app.user_id', p_user::text, true);
  v_company := app.current_company();
  if v_company is null then
    raise exception using errcode = 'CQ401', message = 'You have no active membership in this company.';
  end if;
  return v_company;
end
$$;

-- Takes the company's next position as the last lock of a transaction, so positions are gapless and in commit order.
create function app.append_event(
  p_kind text, p_conversation uuid, p_message uuid default null, p_seq int default null, p_actor uuid default null,
  p_recipient uuid default null, p_joined uuid[] default '{}', p_left uuid[] default '{}'
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid;
  v_position bigint;
begin
  update public.company_streams s set position = s.position + 1
  where s.company_id = app.bound_company() returning s.company_id, s.position into v_company, v_position;
  if v_company is null then
    raise exception using errcode = 'CQ401', message = 'You have no active membership in this company.';
  end if;
  insert into public.events
    (company_id, position, kind, conversation_id, message_id, seq, actor_id, recipient_id, joined_ids, left_ids)
  values (v_company, v_position, p_kind, p_conversation, p_message, p_seq, p_actor, p_recipient, p_joined, p_left);
  return v_position;
end
$$;

-- Finds or makes the direct conversation with p_recipient; its id is derived from the two, so a race meets at the key.
create function app.ensure_direct(p_user uuid, p_conversation uuid, p_recipient uuid) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.current_company();
begin
  if p_recipient = p_user then
    raise exception using errcode = 'CQ422', message = 'You cannot write to yourself.', column = 'recipientId';
  end if;
  perform 1 from public.users u where u.company_id = v_company and u.id = p_recipient and u.is_enabled;
  if not found then
    raise exception using errcode = 'CQ404', message = 'There is no such person.', column = 'recipientId';
  end if;
  insert into public.conversations (company_id, id, kind, created_by_id)
  values (v_company, p_conversation, 'DIRECT', p_user)
  on conflict do nothing;
  if not found then
    return false;
  end if;
  insert into public.participants (company_id, conversation_id, user_id)
  values (v_company, p_conversation, p_user), (v_company, p_conversation, p_recipient);
  return true;
end
$$;

-- Starts a direct conversation by itself; the position is null if the caller had it already. An unwritten one shows only
-- to who created it, so once both have started it no creator is named.
create function app.start_direct(p_company uuid, p_user uuid, p_conversation uuid, p_recipient uuid) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform app.bind(p_company, p_user);
  if not app.ensure_direct(p_user, p_conversation, p_recipient) then
    update public.conversations c set created_by_id = null
    where c.company_id = p_company and c.id = p_conversation and c.last_seq = 0 and c.created_by_id <> p_user;
    if not found then
      return null;
    end if;
  end if;
  return app.append_event('CONVERSATION_CHANGED', p_conversation, null, null, p_user, p_user);
end
$$;

-- Reading n reads everything up to n; the mark never goes back. Clears the private reminder.
create function app.mark_read(
  p_company uuid, p_user uuid, p_conversation uuid, p_up_to int,
  out read_seq int, out "position" bigint
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_company uuid := app.bind(p_company, p_user);
  v_mark public.participants;
  v_last int;
  v_target int;
begin
  select c.last_seq into v_last from public.conversations c where c.company_id = v_company and c.id = p_conversation;
  select p.* into v_mark from public.participants p
  where p.company_id = v_company and p.conversation_id = p_conversation and p.user_id = p_user and p.left_at is null
  for no key update;
  if v_last is null or v_mark.user_id is null then
    raise exception using errcode = 'CQ404', message = 'There is no such conversation.', column = 'conversationId';
  end if;
  v_target := coalesce(p_up_to, v_last);
  if v_target > v_last then
    raise exception using errcode = 'CQ422', column = 'upToSeq',
      message = format('The last message is number %s.', v_last);
  end if;
  read_seq := greatest(v_target, v_mark.last_read_seq);
  if read_seq = v_mark.last_read_seq and v_mark.unread_from_seq is null then
    return;
  end if;
  update public.participants p
  set last_read_seq = mark_read.read_seq, last_delivered_seq = greatest(p.last_delivered_seq, mark_read.read_seq),
      unread_from_seq = null
  where p.company_id = v_company and p.conversation_id = p_conversation and p.user_id = p_user;
  if read_seq > v_mark.last_read_seq then
    insert into public.receipts (company_id, conversation_id, user_id, status, up_to_seq)
    values (v_company, p_conversation, p_user, 'READ', read_seq) on conflict do nothing;
    position := app.append_event('READ', p_conversation, null, read_seq, p_user);
  else
    position := app.append_event('READ_REMINDER', p_conversation, null, null, p_user, p_user);
  end if;
end
$$;

-- The viewer's own reminder: unread again from p_from; receipts stay.
create function app.mark_unread(
  p_company uuid, p_user uuid, p_conversation uuid, p_from int, out "position" bigint
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_last int;
begin
  select c.last_seq into v_last from public.conversations c join public.participants p
    on p.company_id = c.company_id and p.conversation_id = c.id and p.user_id = p_user and p.left_at is null
  where c.company_id = v_company and c.id = p_conversation;
  if v_last is null then
    raise exception using errcode = 'CQ404', message = 'There is no such conversation.', column = 'conversationId';
  end if;
  if p_from < 1 or p_from > v_last then
    raise exception using errcode = 'CQ422', column = 'fromSeq',
      message = format('The messages are numbered 1 to %s.', v_last);
  end if;
  update public.participants p set unread_from_seq = p_from
  where p.company_id = v_company and p.conversation_id = p_conversation and p.user_id = p_user;
  position := app.append_event('READ_REMINDER', p_conversation, null, null, p_user, p_user);
end
$$;

-- Moves delivered marks forward, all or none; conversations in id order, so two devices cannot deadlock.
create function app.acknowledge_delivery(
  p_company uuid, p_user uuid, p_conversations uuid[], p_seqs int[], out "position" bigint
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_mark record;
  v_moved uuid[] := '{}';
  v_seqs int[] := '{}';
begin
  for v_mark in
    select m.conversation_id, m.seq, m.index, p.user_id, p.last_delivered_seq, c.last_seq
    from (
      select distinct on (u.conversation_id) u.conversation_id, u.seq, u.index
      from unnest(p_conversations, p_seqs) with ordinality u (conversation_id, seq, index)
      order by u.conversation_id, u.seq desc
    ) m
    left join public.participants p on p.company_id = v_company and p.conversation_id = m.conversation_id
      and p.user_id = p_user and p.left_at is null
    left join public.conversations c on c.company_id = v_company and c.id = m.conversation_id
    order by m.conversation_id
  loop
    if v_mark.user_id is null then
      raise exception using errcode = 'CQ404', message = 'There is no such conversation.',
        column = format('marks.%s.conversationId', v_mark.index - 1);
    end if;
    if v_mark.seq > v_mark.last_seq then
      raise exception using errcode = 'CQ422', message = format('The last message is number %s.', v_mark.last_seq),
        column = format('marks.%s.upToSeq', v_mark.index - 1);
    end if;
    update public.participants p set last_delivered_seq = v_mark.seq
    where p.company_id = v_company and p.conversation_id = v_mark.conversation_id and p.user_id = p_user
      and p.last_delivered_seq < v_mark.seq;
    if found then
      insert into public.receipts (company_id, conversation_id, user_id, status, up_to_seq)
      values (v_company, v_mark.conversation_id, p_user, 'DELIVERED', v_mark.seq) on conflict do nothing;
      v_moved := v_moved || v_mark.conversation_id;
      v_seqs := v_seqs || v_mark.seq;
    end if;
  end loop;
  -- Only now the company's stream: a lock on it taken earlier would be held while waiting for the next mark.
  for v_index in 1 .. cardinality(v_moved) loop
    position := app.append_event('DELIVERED', v_moved[v_index], null, v_seqs[v_index], p_user);
  end loop;
end
$$;

grant execute on function
  app.bind(uuid, uuid), app.append_event(text, uuid, uuid, int, uuid, uuid, uuid[], uuid[]),
  app.ensure_direct(uuid, uuid, uuid), app.start_direct(uuid, uuid, uuid, uuid), app.mark_read(uuid, uuid, uuid, int), app.mark_unread(uuid, uuid, uuid, int),
  app.acknowledge_delivery(uuid, uuid, uuid[], int[])
to colloquy_app;
grant execute on function app.append_event(text, uuid, uuid, int, uuid, uuid, uuid[], uuid[]) to colloquy_system;
