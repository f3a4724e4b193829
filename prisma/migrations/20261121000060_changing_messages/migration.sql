-- Migrations run with row security off; creating an SQL function plans its body, which that setting refuses. No data
-- changes here.
set local row_security = on;

-- A message's earlier texts, each as it was until an edit replaced it.
create table message_revisions (
  company_id uuid not null,
  message_id uuid not null,
  revision integer not null,
  subject bytea,
  body bytea not null,
  edited_at timestamptz(3) not null,
  edited_by_id uuid not null,
  constraint message_revisions_pkey primary key (company_id, message_id, revision)
);
alter table message_revisions
  add constraint message_revisions_company_id_message_id_fkey foreign key (company_id, message_id)
    references messages (company_id, id) on delete cascade on update cascade,
  add constraint message_revisions_company_id_edited_by_id_fkey foreign key (company_id, edited_by_id)
    references users (company_id, id) on delete no action on update no action;

-- One per person and emoji; taken back, it stays as a row that is off.
create table reactions (
  company_id uuid not null,
  message_id uuid not null,
  emoji text not null,
  user_id uuid not null,
  is_on boolean not null default true,
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint reactions_pkey primary key (company_id, message_id, emoji, user_id)
);
alter table reactions
  add constraint reactions_company_id_message_id_fkey foreign key (company_id, message_id)
    references messages (company_id, id) on delete cascade on update cascade,
  add constraint reactions_company_id_user_id_fkey foreign key (company_id, user_id)
    references users (company_id, id) on delete cascade on update cascade;

do $$
declare
  v_table text;
begin
  foreach v_table in array array['message_revisions', 'reactions'] loop
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
  end loop;
end
$$;
grant select, insert on message_revisions to colloquy_app;
grant select, insert, update on reactions to colloquy_app;
grant select on message_revisions, reactions to colloquy_system;

-- The message, locked, if the person may read it now; CQ404 otherwise, and CQ409 once it is retracted.
create function app.hold_message(p_company uuid, p_user uuid, p_message uuid) returns public.messages
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_message public.messages;
begin
  perform app.seen_message(p_company, p_user, p_message, 'messageId');
  select m.* into v_message from public.messages m where m.company_id = p_company and m.id = p_message for no key update;
  return v_message;
end
$$;

create function app.has_permission(p_company uuid, p_user uuid, p_permission text) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return exists (
    select from public.users u join public.roles r on r.company_id = u.company_id and r.id = u.role_id
    where u.company_id = p_company and u.id = p_user and p_permission = any (r.permissions)
  );
end
$$;

-- Replaces a message's text with one encrypted for the revision after p_revision. The earlier one is kept, encrypted anew as
-- one that was replaced: its ciphertext as the current text is in no table any more and cannot be put back.
create function app.edit_message(
  p_company uuid, p_user uuid, p_message uuid, p_revision int, p_subject bytea, p_body bytea, p_words bigint[],
  p_replaced_subject bytea, p_replaced_body bytea, out "position" bigint
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_message public.messages := app.hold_message(v_company, p_user, p_message);
  v_minutes int;
begin
  if v_message.author_id <> p_user then
    raise exception using errcode = 'CQ403', message = 'Only its author may edit a message.';
  elsif v_message.state = 'RETRACTED' then
    raise exception using errcode = 'CQ409', message = 'The message has been retracted.', column = 'messageId';
  elsif v_message.revision <> p_revision then
    raise exception using errcode = 'CQ409', message = 'The message has been edited meanwhile: read it again.', column = 'messageId';
  end if;
  select c.edit_window_minutes into v_minutes from public.companies c where c.id = v_company;
  if v_message.created_at + make_interval(mins => v_minutes) <= now() then
    raise exception using errcode = 'CQ403', message = case v_minutes
      when 0 then 'Messages cannot be edited in this company.'
      else format('Messages can be edited for %s minutes.', v_minutes)
    end;
  end if;
  insert into public.message_revisions (company_id, message_id, revision, subject, body, edited_at, edited_by_id)
  values (v_company, p_message, p_revision, p_replaced_subject, p_replaced_body, now(), p_user);
  update public.messages m set subject = p_subject, body = p_body, revision = p_revision + 1, edited_at = now()
  where m.company_id = v_company and m.id = p_message;
  perform app.index_message(v_company, v_message.conversation_id, p_message, v_message.created_at, p_words);
  position := app.append_event('MESSAGE_EDITED', v_message.conversation_id, p_message, v_message.seq, p_user);
end
$$;

-- Takes a message back for everyone: its sequence number stays, its text too, encrypted anew as retracted from that of p_revision. The
-- position is null if it was retracted already.
create function app.retract_message(
  p_company uuid, p_user uuid, p_message uuid, p_revision int, p_subject bytea, p_body bytea, p_metadata bytea
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_message public.messages := app.hold_message(v_company, p_user, p_message);
  v_minutes int;
begin
  if v_message.state = 'RETRACTED' then
    return null;
  end if;
  select c.retract_window_minutes into v_minutes from public.companies c where c.id = v_company;
  if v_message.author_id <> p_user or v_message.created_at + make_interval(mins => v_minutes) <= now() then
    if not app.has_permission(v_company, p_user, 'MESSAGE_MODERATE') then
      raise exception using errcode = 'CQ403', hint = 'MESSAGE_MODERATE', message = case
        when v_message.author_id <> p_user then 'Only its author or a moderator may retract a message.'
        when v_minutes = 0 then 'Authors cannot retract messages in this company.'
        else format('Messages can be retracted for %s minutes.', v_minutes)
      end;
    end if;
  end if;
  if v_message.revision <> p_revision then
    raise exception using errcode = 'CQ409', message = 'The message has been edited meanwhile: read it again.', column = 'messageId';
  end if;
  update public.messages m
  set state = 'RETRACTED', retracted_at = now(), subject = p_subject, body = p_body, metadata = p_metadata
  where m.company_id = v_company and m.id = p_message;
  perform app.unindex_message(v_company, p_message);
  return app.append_event('MESSAGE_RETRACTED', v_message.conversation_id, p_message, v_message.seq, p_user);
end
$$;

-- Sets or takes back one reaction; at most 20 kinds a message. The position is null if nothing changed.
create function app.set_reaction(p_company uuid, p_user uuid, p_message uuid, p_emoji text, p_on boolean) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_message public.messages := app.hold_message(v_company, p_user, p_message);
begin
  if v_message.state <> 'POSTED' then
    raise exception using errcode = 'CQ409', message = 'The message has been retracted.', column = 'messageId';
  end if;
  if p_on then
    if (
      select count(distinct r.emoji) from public.reactions r
      where r.company_id = v_company and r.message_id = p_message and r.emoji <> p_emoji and r.is_on
    ) >= 20 then
      raise exception using errcode = 'CQ422', message = 'A message has at max 20 kinds of reactions.', column = 'emoji';
    end if;
    insert into public.reactions as r (company_id, message_id, emoji, user_id)
    values (v_company, p_message, p_emoji, p_user)
    on conflict (company_id, message_id, emoji, user_id) do update set is_on = true, created_at = excluded.created_at
      where not r.is_on;
  else
    update public.reactions r set is_on = false
    where r.company_id = v_company and r.message_id = p_message and r.emoji = p_emoji and r.user_id = p_user and r.is_on;
  end if;
  if not found then
    return null;
  end if;
  return app.append_event('REACTIONS_CHANGED', v_message.conversation_id, p_message, v_message.seq, p_user);
end
$$;

grant execute on function
  app.hold_message(uuid, uuid, uuid), app.has_permission(uuid, uuid, text),
  app.edit_message(uuid, uuid, uuid, int, bytea, bytea, bigint[], bytea, bytea),
  app.retract_message(uuid, uuid, uuid, int, bytea, bytea, bytea),
  app.set_reaction(uuid, uuid, uuid, text, boolean)
to colloquy_app;
