-- Migrations run with row security off; creating an SQL function plans its body, which that setting refuses. No data
-- changes here.
set local row_security = on;

-- The policies ask for the company in every statement of a call. A call that binds its member verifies the membership
-- then, remembers it for its transaction, and once more as its last lock is taken (append_event). Every role may write any
-- setting, so what is remembered there is signed with a secret that only functions of the owner read.

create table app.secrets (
  name text primary key,
  key bytea not null check (octet_length(key) = 32)
);
-- Random UUIDs come from the system's own source of secrets; each fixes six of its bits.
insert into app.secrets (name, key) values (
  'membership',
  sha256(decode(replace(concat(gen_random_uuid(), gen_random_uuid(), gen_random_uuid()), '-', ''), 'hex'))
);

-- Signs a member for this transaction of this connection alone. Nobody but the owner may call it.
create function app.membership_signature(p_company text, p_user text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select encode(sha256(s.key || convert_to(
      concat_ws(' ', p_company, p_user, pg_backend_pid(), extract(epoch from transaction_timestamp())), 'UTF8'
    ) || s.key), 'hex') from app.secrets s where s.name = 'membership'
  );
end
$$;

-- Runs as the owner, who reads memberships through the policy users_owner_read and nothing else.
create function app.verified_company() returns uuid
language plpgsql stable security definer parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_user uuid := app.bound_user();
begin
  return (select u.company_id from public.users u where u.company_id = v_company and u.id = v_user and u.is_enabled);
end
$$;

-- One look-up a statement: of the secret where a membership is remembered, of the membership otherwise. The signature is made
-- in place, since a call would cost half as much again.
create or replace function app.current_company() returns uuid
language plpgsql stable security definer parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  v_company text := current_setting('app.company_id', true);
  v_user text := current_setting('app.user_id', true);
  v_signature text := current_setting('app.member', true);
begin
  if v_signature <> '' and v_signature = (
    select encode(sha256(s.key || convert_to(
      concat_ws(' ', v_company, v_user, pg_backend_pid(), extract(epoch from transaction_timestamp())), 'UTF8'
    ) || s.key), 'hex') from app.secrets s where s.name = 'membership'
  ) then
    return v_company;
  elsif v_company <> '' and v_user <> '' then
    return (
      select u.company_id from public.users u
      where u.company_id = v_company::uuid and u.id = v_user::uuid and u.is_enabled
    );
  end if;
  return null;
end
$$;

-- Verifies the membership of the bound member and remembers it for this transaction.
create function app.remember_membership() returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.verified_company();
begin
  if v_company is not null then
    perform set_config(
      'app.member',
      app.membership_signature(current_setting('app.company_id', true), current_setting('app.user_id', true)), true
    );
  end if;
  return v_company;
end
$$;

create or replace function app.bind(p_company uuid, p_user uuid) returns uuid
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid;
begin
  perform set_config('app.company_id', p_company::text, true), set_config('app.user_id', p_user::text, true);
  v_company := app.remember_membership();
  if v_company is null then
    raise exception using errcode = 'CQ401', message = 'You have no active membership in this company.';
  end if;
  return v_company;
end
$$;

-- Whoever waited for the lock may have lost the membership meanwhile: what is appended comes after that, and is refused.
create or replace function app.append_event(
  p_kind text, p_conversation uuid, p_message uuid default null, p_seq int default null, p_actor uuid default null,
  p_recipient uuid default null, p_joined uuid[] default '{}', p_left uuid[] default '{}'
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_bound uuid := app.bound_company();
  v_company uuid;
  v_position bigint;
begin
  update public.company_streams s set position = s.position + 1
  where s.company_id = v_bound returning s.company_id, s.position into v_company, v_position;
  if v_company is null or app.bound_user() is not null and app.verified_company() is null then
    raise exception using errcode = 'CQ401', message = 'You have no active membership in this company.';
  end if;
  insert into public.events
    (company_id, position, kind, conversation_id, message_id, seq, actor_id, recipient_id, joined_ids, left_ids)
  values (v_company, v_position, p_kind, p_conversation, p_message, p_seq, p_actor, p_recipient, p_joined, p_left);
  return v_position;
end
$$;

grant execute on function app.verified_company(), app.remember_membership() to colloquy_app, colloquy_system;

-- By the message's own key alone: without statistics the planner takes any index that begins with company and
-- conversation for as good as the unique one, and each check of these two would read the whole conversation.
alter table events
  drop constraint events_company_id_conversation_id_message_id_fkey,
  add constraint events_company_id_message_id_fkey foreign key (company_id, message_id)
    references messages (company_id, id) on delete no action on update no action;
alter table idempotency_keys
  drop constraint idempotency_keys_company_id_conversation_id_message_id_fkey,
  drop column conversation_id,
  add constraint idempotency_keys_company_id_message_id_fkey foreign key (company_id, message_id)
    references messages (company_id, id) on delete cascade on update cascade;
