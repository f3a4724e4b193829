-- AlterTable
ALTER TABLE "company_streams" ADD COLUMN     "audited" BIGINT NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "audit_events" (
    "company_id" UUID NOT NULL,
    "index" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "actor_id" UUID,
    "object_id" UUID,
    "conversation_id" UUID,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "request_id" TEXT,
    "key_hash" BYTEA,
    "origin_id" BYTEA,
    "detail" JSONB,

    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("company_id","index")
);

-- CreateTable
CREATE TABLE "audit_origins" (
    "company_id" UUID NOT NULL,
    "id" BYTEA NOT NULL,
    "user_id" UUID,
    "salt" BYTEA,
    "sealed" BYTEA,

    CONSTRAINT "audit_origins_pkey" PRIMARY KEY ("company_id","id")
);

-- CreateTable
CREATE TABLE "audit_heads" (
    "company_id" UUID NOT NULL,
    "size" BIGINT NOT NULL,
    "range" BYTEA NOT NULL,

    CONSTRAINT "audit_heads_pkey" PRIMARY KEY ("company_id")
);

-- CreateTable
CREATE TABLE "audit_checkpoints" (
    "company_id" UUID NOT NULL,
    "size" BIGINT NOT NULL,
    "root" BYTEA NOT NULL,
    "note" TEXT NOT NULL,
    "leaves" BYTEA NOT NULL,
    "signed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "audit_checkpoints_pkey" PRIMARY KEY ("company_id","size")
);

-- CreateTable
CREATE TABLE "audit_nodes" (
    "company_id" UUID NOT NULL,
    "level" INTEGER NOT NULL,
    "index" BIGINT NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "audit_nodes_pkey" PRIMARY KEY ("company_id","level","index")
);

-- CreateIndex
CREATE INDEX "audit_events_company_id_actor_id_index_idx" ON "audit_events"("company_id", "actor_id", "index");

-- CreateIndex
CREATE INDEX "audit_events_company_id_conversation_id_index_idx" ON "audit_events"("company_id", "conversation_id", "index");

-- CreateIndex
CREATE INDEX "audit_origins_company_id_user_id_idx" ON "audit_origins"("company_id", "user_id");

-- CreateIndex
CREATE INDEX "audit_checkpoints_company_id_signed_at_idx" ON "audit_checkpoints"("company_id", "signed_at");

-- Records are small and whole.
alter table audit_events
  add constraint audit_events_index_check check (index >= 0),
  add constraint audit_events_kind_check check (kind like '_%._%'),
  add constraint audit_events_request_check check (length(request_id) between 1 and 64),
  add constraint audit_events_hashes_check check (octet_length(key_hash) = 32 and octet_length(origin_id) = 32),
  add constraint audit_events_detail_check check (jsonb_typeof(detail) = 'object');
alter table audit_origins
  add constraint audit_origins_id_check check (octet_length(id) = 32),
  add constraint audit_origins_erased_check check ((salt is null) = (sealed is null));
alter table audit_checkpoints add constraint audit_checkpoints_root_check check (octet_length(root) = 32);
alter table audit_nodes add constraint audit_nodes_hash_check check (octet_length(hash) = 32);
-- Lists of rare kinds; sending costs nothing for it.
create index audit_events_kind_idx on audit_events (company_id, kind, index) where kind <> 'message.created';

set local check_function_bodies = off;
set local row_security = on;

-- prisma/sql/audit/add_audit_event.sql
-- Writes an audit event at an index that the caller has taken. The person who acts, and the request, are those that
-- app.bind_act has bound.
create or replace function app.add_audit_event(
  p_company uuid, p_index bigint, p_kind text, p_object uuid, p_conversation uuid, p_detail jsonb
) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_actor uuid := coalesce(nullif(current_setting('app.act_actor', true), ''), nullif(current_setting('app.user_id', true), ''));
  v_origin bytea := nullif(current_setting('app.act_origin', true), '');
  v_sealed bytea := nullif(current_setting('app.act_sealed', true), '');
begin
  -- The stream of the company is locked, so nobody else stores the same one now.
  if v_sealed is not null then
    insert into public.audit_origins (company_id, id, user_id, salt, sealed)
    values (p_company, v_origin, v_actor, current_setting('app.act_salt', true)::bytea, v_sealed) on conflict do nothing;
  end if;
  insert into public.audit_events (
    company_id, index, kind, actor_id, object_id, conversation_id, at, request_id, key_hash, origin_id, detail
  ) values (
    p_company, p_index, p_kind, v_actor, p_object, p_conversation, clock_timestamp(),
    nullif(current_setting('app.act_request', true), ''), nullif(current_setting('app.act_key', true), '')::bytea, v_origin,
    p_detail
  );
end
$$;

revoke all on function app.add_audit_event from public, colloquy_app, colloquy_system;
grant execute on function app.add_audit_event to colloquy_app, colloquy_system;

-- prisma/sql/audit/audit_consent.sql
-- Records each change of a guest's consent.
create or replace function app.audit_consent() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform app.record_audits(c.company_id, c.kinds, c.ids, c.details) from (
    select a.company_id, array_agg('consent.' || lower(a.state) order by a.id) as kinds, array_agg(a.guest_id order by a.id) as ids,
      array_agg(jsonb_build_object('source', a.source) order by a.id) as details
    from after a group by a.company_id order by a.company_id
  ) c;
  return null;
end
$$;

revoke all on function app.audit_consent from public, colloquy_app, colloquy_system;

-- prisma/sql/audit/audit_members.sql
-- Records members that are created or changed. The trail tells which fields have changed, and values of none that names a
-- person.
create or replace function app.audit_members() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    perform app.record_audits(c.company_id, c.kinds, c.ids, c.details) from (
      select a.company_id, array_agg(text 'member.created' order by a.id) as kinds, array_agg(a.id order by a.id) as ids,
        array_agg(jsonb_build_object('roleId', a.role_id, 'isEnabled', a.is_enabled) order by a.id) as details
      from after a group by a.company_id order by a.company_id
    ) c;
    return null;
  end if;
  perform app.record_audits(c.company_id, c.kinds, c.ids, c.details) from (
    select a.company_id, array_agg(d.kind order by a.id, d.kind) as kinds, array_agg(a.id order by a.id, d.kind) as ids,
      array_agg(d.detail order by a.id, d.kind) as details
    from after a join before b on b.company_id = a.company_id and b.id = a.id
    cross join lateral (
      select case when a.is_enabled then 'member.enabled' else 'member.disabled' end as kind, null::jsonb as detail
      where a.is_enabled <> b.is_enabled
      union all
      select 'member.role_changed', jsonb_build_object('from', b.role_id, 'to', a.role_id) where a.role_id <> b.role_id
      union all
      select case when a.subject is null then 'member.untied' else 'member.tied' end, null
      where (a.issuer, a.subject) is distinct from (b.issuer, b.subject)
      union all
      select 'member.updated', jsonb_build_object('fields', f.fields) from (
        select array_remove(array[
          case when a.name <> b.name then 'name' end, case when a.email is distinct from b.email then 'email' end,
          case when a.department is distinct from b.department then 'department' end,
          case when a.external_id is distinct from b.external_id then 'externalId' end
        ], null) as fields
      ) f where cardinality(f.fields) > 0
    ) d
    group by a.company_id order by a.company_id
  ) c;
  return null;
end
$$;

revoke all on function app.audit_members from public, colloquy_app, colloquy_system;

-- prisma/sql/audit/audit_roles.sql
-- Records roles that are created, changed or deleted, with their permissions.
create or replace function app.audit_roles() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    perform app.record_audits(c.company_id, c.kinds, c.ids, c.details) from (
      select a.company_id, array_agg(text 'role.updated' order by a.id) as kinds, array_agg(a.id order by a.id) as ids,
        array_agg(jsonb_build_object('name', a.name, 'permissions', a.permissions) order by a.id) as details
      from after a join before b on b.company_id = a.company_id and b.id = a.id
      where (a.name, a.permissions) is distinct from (b.name, b.permissions)
      group by a.company_id order by a.company_id
    ) c;
  elsif tg_op = 'INSERT' then
    perform app.record_audits(c.company_id, c.kinds, c.ids, c.details) from (
      select a.company_id, array_agg(text 'role.created' order by a.id) as kinds, array_agg(a.id order by a.id) as ids,
        array_agg(jsonb_build_object('name', a.name, 'permissions', a.permissions) order by a.id) as details
      from after a group by a.company_id order by a.company_id
    ) c;
  else
    perform app.record_audits(c.company_id, c.kinds, c.ids, c.details) from (
      select b.company_id, array_agg(text 'role.deleted' order by b.id) as kinds, array_agg(b.id order by b.id) as ids,
        array_agg(jsonb_build_object('name', b.name) order by b.id) as details
      from before b group by b.company_id order by b.company_id
    ) c;
  end if;
  return null;
end
$$;

revoke all on function app.audit_roles from public, colloquy_app, colloquy_system;

-- prisma/sql/audit/audit_settings.sql
-- Records a company's changed settings, by the names of the API. Values of settings for SMS are not told, because they name
-- people and phones.
create or replace function app.audit_settings() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_old jsonb := case when tg_op = 'UPDATE' then to_jsonb(old) else '{}' end;
  v_new jsonb := to_jsonb(new);
  v_company uuid := case tg_table_name when 'companies' then v_new ->> 'id' else v_new ->> 'company_id' end;
  v_changes jsonb;
begin
  select jsonb_object_agg(
    lower(left(n.key, 1)) || substr(replace(initcap(n.key), '_', ''), 2), jsonb_build_array(v_old -> n.key, n.value)
  ) into v_changes
  from jsonb_each(v_new) n where n.value is distinct from v_old -> n.key and n.key not in ('access_version', 'company_id');
  if v_changes is null then
    return null;
  elsif tg_table_name = 'companies' then
    perform app.record_audits(v_company, array['settings.changed'], array[v_company], array[v_changes]);
  else
    perform app.record_audits(v_company, array['sms_settings.changed'], array[v_company],
      array[jsonb_build_object('fields', (select jsonb_agg(k order by k) from jsonb_object_keys(v_changes) k))]);
  end if;
  return null;
end
$$;

revoke all on function app.audit_settings from public, colloquy_app, colloquy_system;

-- prisma/sql/audit/bind_act.sql
-- Binds the person who acts and the request for one transaction: audit events that are recorded in it tell them. Returns the company,
-- so that a statement can make sure that this runs first. A person who is null is the bound member. Salt and ciphertext of the
-- origin are given until it is stored.
create or replace function app.bind_act(
  p_company uuid, p_actor uuid, p_request text, p_key bytea, p_origin bytea, p_salt bytea, p_sealed bytea
) returns uuid
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform set_config('app.act_actor', coalesce(p_actor::text, ''), true),
    set_config('app.act_request', coalesce(p_request, ''), true),
    set_config('app.act_key', coalesce(p_key::text, ''), true),
    set_config('app.act_origin', coalesce(p_origin::text, ''), true),
    set_config('app.act_salt', coalesce(p_salt::text, ''), true),
    set_config('app.act_sealed', coalesce(p_sealed::text, ''), true);
  return p_company;
end
$$;

revoke all on function app.bind_act from public, colloquy_app, colloquy_system;
grant execute on function app.bind_act to colloquy_app, colloquy_system;

-- prisma/sql/audit/forget_origins.sql
-- Empties the origins of a member: nothing tells any more where the acts came from, and the trail still verifies. Returns the
-- number of origins.
create or replace function app.forget_origins(p_user uuid) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_count int;
begin
  update public.audit_origins o set salt = null, sealed = null
  where o.company_id = app.bound_company() and o.user_id = p_user and o.sealed is not null;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

revoke all on function app.forget_origins from public, colloquy_app, colloquy_system;
grant execute on function app.forget_origins to colloquy_app, colloquy_system;

-- prisma/sql/audit/keep_audit_origin.sql
-- An origin can be emptied for good, and changes in no other way.
create or replace function app.keep_audit_origin() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'DELETE' or new.salt is not null or new.sealed is not null
    or (new.company_id, new.id) <> (old.company_id, old.id) or new.user_id is distinct from old.user_id
  then
    raise exception 'An origin of the audit trail can only be emptied.' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;

revoke all on function app.keep_audit_origin from public, colloquy_app, colloquy_system;

-- prisma/sql/audit/keep_checkpoint.sql
-- Stores a signed checkpoint that continues the bound company's trail from p_from events to p_size. Returns false, and stores
-- nothing, if another process has sealed meanwhile.
create or replace function app.keep_checkpoint(
  p_from bigint, p_size bigint, p_root bytea, p_range bytea, p_note text, p_leaves bytea, p_levels int[], p_indexes bigint[],
  p_hashes bytea[]
) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
begin
  if p_from = 0 then
    insert into public.audit_heads (company_id, size, range) values (v_company, p_size, p_range) on conflict do nothing;
  else
    update public.audit_heads h set size = p_size, range = p_range where h.company_id = v_company and h.size = p_from;
  end if;
  if not found then
    return false;
  end if;
  insert into public.audit_checkpoints (company_id, size, root, note, leaves)
  values (v_company, p_size, p_root, p_note, p_leaves);
  insert into public.audit_nodes (company_id, level, index, hash)
  select v_company, n.* from unnest(p_levels, p_indexes, p_hashes) n (level, index, hash);
  return true;
end
$$;

revoke all on function app.keep_checkpoint from public, colloquy_app, colloquy_system;
grant execute on function app.keep_checkpoint to colloquy_system;

-- prisma/sql/audit/record_audit.sql
-- Records an act of the bound company in its audit trail, in the transaction of the act, and returns its index. It takes the
-- company's stream, which is the last lock of every write, so call it last. p_detail holds no text that people have written.
create or replace function app.record_audit(
  p_kind text, p_object uuid default null, p_conversation uuid default null, p_detail jsonb default null
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid;
  v_index bigint;
begin
  update public.company_streams s set audited = s.audited + 1
  where s.company_id = app.bound_company() returning s.company_id, s.audited - 1 into v_company, v_index;
  if v_company is null or app.bound_user() is not null and app.verified_company() is null then
    raise exception using errcode = 'CQ401', message = 'You have no active membership in this company.';
  end if;
  perform app.add_audit_event(v_company, v_index, p_kind, p_object, p_conversation, p_detail);
  return v_index;
end
$$;

revoke all on function app.record_audit from public, colloquy_app, colloquy_system;
grant execute on function app.record_audit to colloquy_app, colloquy_system;

-- prisma/sql/audit/record_audits.sql
-- Records several acts of a company at once, in the order of the lists, for triggers.
create or replace function app.record_audits(p_company uuid, p_kinds text[], p_objects uuid[], p_details jsonb[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_end bigint;
  v_count int := coalesce(cardinality(p_kinds), 0);
begin
  if v_count = 0 then
    return;
  end if;
  update public.company_streams s set audited = s.audited + v_count
  where s.company_id = p_company returning s.audited into v_end;
  if v_end is null or app.bound_user() is not null and app.verified_company() is null then
    raise exception using errcode = 'CQ401', message = 'You have no active membership in this company.';
  end if;
  perform app.add_audit_event(p_company, v_end - v_count + a.at - 1, a.kind, a.object_id, null, a.detail)
  from unnest(p_kinds, p_objects, p_details) with ordinality a (kind, object_id, detail, at);
end
$$;

revoke all on function app.record_audits from public, colloquy_app, colloquy_system;
grant execute on function app.record_audits to colloquy_app, colloquy_system;

-- prisma/sql/audit/refuse_audit_change.sql
create or replace function app.refuse_audit_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'The audit trail cannot be changed.' using errcode = 'integrity_constraint_violation';
end
$$;

revoke all on function app.refuse_audit_change from public, colloquy_app, colloquy_system;

-- prisma/sql/broadcasts/cancel_broadcast.sql
-- Cancels a broadcast. Its job is not removed; it finds the broadcast cancelled and does nothing.
create or replace function app.cancel_broadcast(p_company uuid, p_user uuid, p_broadcast uuid) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
begin
  perform app.hold_broadcast(v_company, p_user, p_broadcast);
  update public.broadcasts b set status = 'CANCELLED' where b.company_id = v_company and b.id = p_broadcast;
  perform app.record_audit('broadcast.cancelled', p_broadcast);
end
$$;

revoke all on function app.cancel_broadcast from public, colloquy_app, colloquy_system;
grant execute on function app.cancel_broadcast to colloquy_app;

-- prisma/sql/broadcasts/reschedule_broadcast.sql
create or replace function app.reschedule_broadcast(
  p_company uuid, p_user uuid, p_broadcast uuid, p_local_time text, p_time_zone text, p_scheduled_for timestamptz
) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
begin
  perform app.hold_broadcast(v_company, p_user, p_broadcast);
  perform app.free_broadcast_at(v_company);
  update public.broadcasts b set local_time = p_local_time, time_zone = p_time_zone, scheduled_for = p_scheduled_for
  where b.company_id = v_company and b.id = p_broadcast;
  perform app.schedule_broadcast(p_broadcast, p_scheduled_for);
  perform app.record_audit('broadcast.rescheduled', p_broadcast, p_detail => jsonb_build_object('scheduledFor', p_scheduled_for));
end
$$;

revoke all on function app.reschedule_broadcast from public, colloquy_app, colloquy_system;
grant execute on function app.reschedule_broadcast to colloquy_app;

-- prisma/sql/broadcasts/send_broadcast.sql
-- Stores a broadcast and, unless it is scheduled, sends it. Raises CQ429 if the company has reached its broadcasts per
-- hour. A scheduled broadcast counts in the hour in which it is sent. One that is refused for spam is an outcome and no
-- exception, because the penalty is to stay.
create or replace function app.send_broadcast(
  p_company uuid, p_user uuid, p_broadcast uuid, p_subject bytea, p_body bytea, p_words bigint[], p_priority text,
  p_audience text, p_groups uuid[], p_users uuid[], p_local_time text, p_time_zone text, p_scheduled_for timestamptz,
  p_email_offline boolean, p_replies_allowed boolean, p_key text, p_hash bytea, p_signals text[],
  out broadcast_id uuid, out replayed boolean, out "position" bigint, out cooldown_until timestamptz
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_company uuid := app.bind(p_company, p_user);
  v_broadcast public.broadcasts;
  v_count int;
  v_max int;
  v_free_at timestamptz;
begin
  -- One broadcast at a time per company, so that the count of the hour is exact and a retry finds what its twin has
  -- committed.
  perform pg_advisory_xact_lock(hashtextextended('broadcasts ' || v_company, 0));
  replayed := false;
  if p_key is not null then
    broadcast_id := app.remembered_broadcast(p_user, p_key, p_hash);
    if broadcast_id is not null then
      replayed := true;
      return;
    end if;
  end if;
  perform 1 from public.users u join public.roles r on r.company_id = u.company_id and r.id = u.role_id
  where u.company_id = v_company and u.id = p_user and 'CONVERSATION_BROADCAST' = any (r.permissions);
  if not found then
    raise exception using errcode = 'CQ403', message = 'You may not send broadcasts.', hint = 'CONVERSATION_BROADCAST';
  end if;
  select j.cooldown_until into cooldown_until from app.punish_spam(v_company, p_user, p_signals, false) j;
  if cooldown_until is not null then
    return;
  end if;
  v_free_at := app.free_broadcast_at(v_company);
  if p_scheduled_for is null and v_free_at > clock_timestamp() then
    select c.broadcasts_per_hour into v_max from public.companies c where c.id = v_company;
    raise exception using errcode = 'CQ429', message = format('This company sends at most %s broadcasts an hour.', v_max),
      hint = ceil(extract(epoch from v_free_at - clock_timestamp()) * 1000)::text;
  end if;
  broadcast_id := p_broadcast;
  insert into public.broadcasts (company_id, id, author_id, subject, body, words, priority, audience, status, local_time,
    time_zone, scheduled_for, sent_at, email_offline, replies_allowed)
  values (v_company, p_broadcast, p_user, p_subject, p_body, p_words, p_priority, p_audience,
    case when p_scheduled_for is null then 'SENT' else 'SCHEDULED' end, p_local_time, p_time_zone, p_scheduled_for,
    case when p_scheduled_for is null then now() end, p_email_offline, p_replies_allowed)
  returning * into v_broadcast;
  -- Groups that the author can find or takes part in.
  insert into public.broadcast_groups (company_id, broadcast_id, conversation_id)
  select v_company, p_broadcast, c.id from public.conversations c
  where c.company_id = v_company and c.id = any (p_groups) and c.kind = 'GROUP' and not c.is_closed and (
    c.access in ('OPEN', 'CLOSED') or exists (
      select from public.participants p where p.company_id = v_company and p.conversation_id = c.id
        and p.user_id = p_user and p.left_at is null
    )
  );
  get diagnostics v_count = row_count;
  if v_count < cardinality(p_groups) then
    raise exception using errcode = 'CQ404', message = 'At least one of these groups does not exist.', column = 'groupIds';
  end if;
  insert into public.broadcast_users (company_id, broadcast_id, user_id)
  select v_company, p_broadcast, u.id from public.users u
  where u.company_id = v_company and u.id = any (p_users) and u.is_enabled;
  get diagnostics v_count = row_count;
  if v_count < cardinality(p_users) then
    raise exception using errcode = 'CQ404', message = 'At least one of these people does not exist.', column = 'userIds';
  end if;
  if p_key is not null then
    insert into public.idempotency_keys (company_id, user_id, operation, key, request_hash, broadcast_id)
    values (v_company, p_user, 'sendBroadcast', p_key, p_hash, p_broadcast);
  end if;
  if p_scheduled_for is null then
    position := app.deliver_broadcast(v_broadcast);
  else
    perform app.schedule_broadcast(p_broadcast, p_scheduled_for);
    perform app.record_audit('broadcast.scheduled', p_broadcast, p_detail => jsonb_build_object('scheduledFor', p_scheduled_for));
  end if;
end
$$;

revoke all on function app.send_broadcast from public, colloquy_app, colloquy_system;
grant execute on function app.send_broadcast to colloquy_app;

-- prisma/sql/events/append_event.sql
drop function app.append_event;
-- Appends an event, and with it what the audit trail tells of the act. A caller that waited for the lock may have lost its membership meanwhile, so the membership is
-- checked under the lock.
create or replace function app.append_event(
  p_kind text, p_conversation uuid, p_message uuid default null, p_seq int default null, p_actor uuid default null,
  p_recipient uuid default null, p_joined uuid[] default '{}', p_left uuid[] default '{}', p_permission text default null,
  p_case uuid default null, p_detail jsonb default null
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_bound uuid := app.bound_company();
  v_company uuid;
  v_position bigint;
  v_audited bigint;
  v_act text := case p_kind
    when 'MESSAGE_SENT' then 'message.created'
    when 'MESSAGE_EDITED' then 'message.edited'
    when 'MESSAGE_RETRACTED' then 'message.retracted'
    when 'MESSAGE_HIDDEN' then 'message.hidden'
    when 'MESSAGE_ACCESS_CHANGED' then 'message.access_changed'
    when 'PARTICIPANTS_CHANGED' then 'conversation.participants_changed'
    when 'CONVERSATION_CHANGED' then 'conversation.changed'
    when 'BROADCAST_SENT' then 'broadcast.sent'
    when 'BROADCAST_REMINDED' then 'broadcast.reminded'
    when 'MODERATION_CASE_OPENED' then 'case.opened'
    when 'MODERATION_CASE_DECIDED' then 'case.decided'
  end;
begin
  update public.company_streams s set position = s.position + 1, audited = s.audited + (v_act is not null)::int
  where s.company_id = v_bound returning s.company_id, s.position, s.audited into v_company, v_position, v_audited;
  if v_company is null or app.bound_user() is not null and app.verified_company() is null then
    raise exception using errcode = 'CQ401', message = 'You have no active membership in this company.';
  end if;
  perform app.require_open(v_company);
  insert into public.events
    (company_id, position, kind, conversation_id, message_id, seq, actor_id, recipient_id, joined_ids, left_ids, permission,
      case_id)
  values (
    v_company, v_position, p_kind, p_conversation, p_message, p_seq, p_actor, p_recipient, p_joined, p_left, p_permission,
    p_case
  );
  if v_act is not null then
    perform app.add_audit_event(v_company, v_audited - 1, v_act, coalesce(p_case, p_message, p_conversation), p_conversation,
      case when p_joined <> '{}' or p_left <> '{}' then jsonb_build_object('joined', p_joined, 'left', p_left) else p_detail end);
  end if;
  return v_position;
end
$$;

revoke all on function app.append_event from public, colloquy_app, colloquy_system;
grant execute on function app.append_event to colloquy_app, colloquy_system;

-- prisma/sql/guests/change_consent.sql
-- Changes a guest's consent, keeps the change for good, and drops what is queued for a guest who opts out, all in one
-- transaction. It locks the guest's row, as claiming a delivery does, so that nothing is claimed after an opt-out. Returns
-- the position of the last event, null if nothing changed: an import ends no opt-out, not even one that has come in while the
-- import was running. Raises CQ404 for a guest who does not exist or is erased.
create or replace function app.change_consent(
  p_event uuid, p_guest uuid, p_state text, p_source text, p_words bytea, p_note bytea
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_guest public.guests;
  v_dropped uuid[];
begin
  select g.* into v_guest from public.guests g
  where g.company_id = v_company and g.id = p_guest and g.erased_at is null for no key update;
  if v_guest.id is null then
    raise exception using errcode = 'CQ404', message = 'There is no such guest.', column = 'guestId';
  end if;
  if v_guest.consent = p_state and not v_guest.needs_consent_review and p_source <> 'STAFF'
    or v_guest.consent = 'OPTED_OUT' and p_state <> 'OPTED_OUT' and p_source = 'IMPORT'
  then
    return null;
  end if;
  update public.guests g set consent = p_state, needs_consent_review = false
  where g.company_id = v_company and g.id = p_guest;
  if p_state = 'OPTED_OUT' then
    with dropped as (
      update public.guest_deliveries d set status = 'DROPPED', changed_at = clock_timestamp()
      where d.company_id = v_company and d.guest_id = p_guest and d.status = 'QUEUED' returning d.id
    )
    select array_agg(d.id) into v_dropped from dropped d;
  end if;
  -- The audit trail tells of it, which takes the company's stream.
  insert into public.consent_events (company_id, id, guest_id, phone_hash, state, source, words, note, recorded_by_id)
  values (v_company, p_event, p_guest, v_guest.phone_hash, p_state, p_source, p_words, p_note, app.bound_user());
  perform app.append_guest_events('GUEST_DELIVERY', v_dropped);
  return app.append_guest_events('GUEST_CONSENT', array[p_guest]);
end
$$;

revoke all on function app.change_consent from public, colloquy_app, colloquy_system;
grant execute on function app.change_consent to colloquy_app, colloquy_system;

-- prisma/sql/guests/erase_guest.sql
-- Erases a guest: what they are called, what they wrote and what was noted about them. The row stays for what was sent, and
-- changes of consent stay with the keyed hash of the phone. Their queued deliveries are dropped. Returns the position of
-- the last event. Raises CQ404 for a guest who does not exist or is erased.
create or replace function app.erase_guest(p_company uuid, p_user uuid, p_guest uuid) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_dropped uuid[];
begin
  update public.guests g set external_id = null, name = null, phone = null, email = null, phone_hash = null,
    email_hash = null, words = '{}', time_zone = null, needs_consent_review = false, erased_at = now()
  where g.company_id = v_company and g.id = p_guest and g.erased_at is null;
  if not found then
    raise exception using errcode = 'CQ404', message = 'There is no such guest.', column = 'guestId';
  end if;
  update public.consent_events e set words = null, note = null where e.company_id = v_company and e.guest_id = p_guest;
  update public.inbound_messages i set phone = null, body = null where i.company_id = v_company and i.guest_id = p_guest;
  with dropped as (
    update public.guest_deliveries d set status = 'DROPPED', changed_at = clock_timestamp()
    where d.company_id = v_company and d.guest_id = p_guest and d.status = 'QUEUED' returning d.id
  )
  select array_agg(d.id) into v_dropped from dropped d;
  perform app.record_audit('guest.erased', p_guest);
  perform app.append_guest_events('GUEST_DELIVERY', v_dropped);
  return app.append_guest_events('GUEST_CONSENT', array[p_guest]);
end
$$;

revoke all on function app.erase_guest from public, colloquy_app, colloquy_system;
grant execute on function app.erase_guest to colloquy_app;

-- prisma/sql/messages/send_message.sql
-- A send is one call: it binds the tenant, takes the conversation's next sequence and the company's next position, and
-- writes message, words, mentions, own mark, event and idempotency key. A rejection is an exception, so nothing is half-written.
-- A message that is held for review takes no sequence and is in no index: moderators are told of its case instead. One that is
-- refused for spam is an outcome and no exception, because the penalty is to stay.
-- CQ425: a twin of this call has just been committed under the same key; the caller answers from that one.
create or replace function app.send_message(
  p_company uuid, p_user uuid, p_message uuid, p_conversation uuid, p_recipient uuid, p_parent uuid,
  p_subject bytea, p_body bytea, p_metadata bytea, p_priority text, p_mentions uuid[], p_client_id text,
  p_key text, p_hash bytea, p_words bigint[] default '{}', p_signals text[] default '{}', p_access jsonb default '[]',
  p_case uuid default null,
  out message_id uuid, out replayed boolean, out seq int, out depth int, out created_at timestamptz,
  out "position" bigint, out penalty text, out cooldown_until timestamptz
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
  v_is_held boolean;
  -- The number of the message before it.
  v_before int;
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

  select j.penalty, j.cooldown_until into penalty, cooldown_until from app.punish_spam(v_company, p_user, p_signals, true) j;
  if penalty = 'REFUSED' then
    return;
  end if;
  v_is_held := penalty is not distinct from 'HELD';

  v_conversation := app.take_sequence(v_company, p_conversation, not v_is_held);
  if v_conversation.id is null and p_recipient is not null then
    if not 'CONVERSATION_DIRECT' = any (v_permissions) then
      raise exception using errcode = 'CQ403', message = 'You may not start direct conversations.', hint = 'CONVERSATION_DIRECT';
    end if;
    perform app.ensure_direct(p_user, p_conversation, p_recipient);
    v_conversation := app.take_sequence(v_company, p_conversation, not v_is_held);
  end if;
  message_id := p_message;
  if v_is_held then
    created_at := date_trunc('milliseconds', clock_timestamp());
    v_before := v_conversation.last_seq;
  else
    seq := v_conversation.last_seq;
    created_at := v_conversation.last_activity_at;
    v_before := seq - 1;
  end if;

  select p.* into v_mark from public.participants p
  where p.company_id = v_company and p.conversation_id = p_conversation and p.user_id = p_user and p.left_at is null;
  if v_mark.user_id is null and v_conversation.audience = 'COMPANY' then
    select (h.membership).* into v_mark from app.lock_membership(v_company, p_user, p_conversation, 'conversationId') h;
  elsif v_mark.user_id is null and v_conversation.audience = 'VISITORS' then
    v_joins := true;
    v_mark := app.join_conversation(v_company, p_conversation, p_user, v_before);
    perform app.settle_succession(v_company, p_conversation);
  end if;
  if v_mark.user_id is null then
    perform app.refuse_stranger(v_conversation);
  end if;
  if v_mark.user_id is null or v_conversation.kind = 'DIRECT' and v_before = 0 and p_recipient is null
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
    where m.company_id = v_company and m.conversation_id = p_conversation and m.id = p_parent and m.seq is not null
      and (not m.is_restricted or m.author_id = p_user or exists (select from app.allowed(m.company_id, m.id, p_user)));
    if not found then
      raise exception using errcode = 'CQ404', message = 'There is no such message in this conversation.', column = 'parentId';
    end if;
    if depth > v_max_depth then
      raise exception using errcode = 'CQ414', message = 'The thread is at its deepest level.', hint = v_max_depth::text;
    end if;
  end if;

  insert into public.messages (
    company_id, id, conversation_id, seq, author_id, parent_id, depth, subject, body, metadata, priority, state,
    client_message_id, created_at, submitted_at, is_restricted
  ) values (
    v_company, p_message, p_conversation, seq, p_user, p_parent, depth, p_subject, p_body, p_metadata, p_priority,
    case when v_is_held then 'HELD' else 'POSTED' end, p_client_id, created_at, case when v_is_held then created_at end,
    jsonb_array_length(p_access) > 0
  );
  perform app.restrict_message(v_company, p_message, p_access) where jsonb_array_length(p_access) > 0;
  if not v_is_held then
    perform app.index_message(v_company, p_conversation, p_message, created_at, p_words);
  end if;
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

  if not v_is_held then
    perform app.follow_own_send(v_mark, seq);
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
  if v_is_held then
    insert into public.moderation_cases (company_id, id, message_id, kind, signals, opened_at)
    values (v_company, p_case, p_message, 'HELD', p_signals, created_at);
    position := app.append_case_event('MODERATION_CASE_OPENED', p_case, p_user, jsonb_build_object('messageId', p_message));
  else
    position := app.append_event('MESSAGE_SENT', p_conversation, p_message, seq, p_user);
  end if;
end
$$;

revoke all on function app.send_message from public, colloquy_app, colloquy_system;
grant execute on function app.send_message to colloquy_app;

-- prisma/sql/messages/send_messages.sql
drop function app.send_messages;
-- Sends many messages of any companies in one call, and returns a row for each, with its place in the lists as item.
-- Ordinary ones are SENT; what is unusual or would be refused is ALONE, and has not been written: app.send_message sends it
-- or says why not. It waits for nobody: where somebody holds a row, its items are BUSY, or all of the company's are
-- COMPANY_BUSY. A failure undoes its own company's part alone.
create or replace function app.send_messages(
  p_companies uuid[], p_users uuid[], p_messages uuid[], p_conversations uuid[], p_subjects bytea[], p_bodies bytea[],
  p_metadata bytea[], p_priorities text[], p_client_ids text[], p_keys text[], p_hashes bytea[], p_words text[],
  p_requests text[], p_key_hashes bytea[], p_origins bytea[], p_salts bytea[], p_sealed bytea[]
) returns table (item int, outcome text, seq int, created_at timestamptz, "position" bigint)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
-- Unique keys do wait; what waits for a stream that is held here would wait in vain.
set lock_timeout = '20ms' as $$
#variable_conflict use_column
declare
  v_company uuid;
begin
  begin
    return query select w.* from app.write_messages(
      null, p_companies, p_users, p_messages, p_conversations, p_subjects, p_bodies, p_metadata, p_priorities,
      p_client_ids, p_keys, p_hashes, p_words, p_requests, p_key_hashes, p_origins, p_salts, p_sealed
    ) w;
    return;
  exception when others then
    null; -- One of them has spoiled it: each company gets a try of its own.
  end;
  for v_company in select distinct t.company_id from unnest(p_companies) t (company_id) loop
    begin
      return query select w.* from app.write_messages(
        v_company, p_companies, p_users, p_messages, p_conversations, p_subjects, p_bodies, p_metadata, p_priorities,
        p_client_ids, p_keys, p_hashes, p_words, p_requests, p_key_hashes, p_origins, p_salts, p_sealed
      ) w;
    exception when others then
      -- Sent alone, each is told its own reason, or succeeds without the one that spoiled this.
      return query select t.item::int, 'ALONE', null::int, null::timestamptz, null::bigint
      from unnest(p_companies) with ordinality t (company_id, item) where t.company_id = v_company;
    end;
  end loop;
end
$$;

revoke all on function app.send_messages from public, colloquy_app, colloquy_system;
grant execute on function app.send_messages to colloquy_app;

-- prisma/sql/messages/write_messages.sql
drop function app.write_messages;
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

-- prisma/sql/moderation/append_case_event.sql
drop function app.append_case_event;
-- Tells moderators of a case. The event belongs to no conversation, because moderators need not take part in one.
create or replace function app.append_case_event(p_kind text, p_case uuid, p_actor uuid, p_detail jsonb) returns bigint
language sql volatile set search_path = pg_catalog, pg_temp as $$
  select app.append_event(p_kind, null, p_actor => p_actor, p_permission => 'MESSAGE_MODERATE', p_case => p_case,
    p_detail => p_detail)
$$;

revoke all on function app.append_case_event from public, colloquy_app, colloquy_system;
grant execute on function app.append_case_event to colloquy_app;

-- prisma/sql/moderation/decide_case.sql
-- Decides a case. A held message is approved or rejected, and its author is told; a reported one stays or is retracted.
-- p_revision is that of the text which was read and, to retract it, encrypted again. Returns the position of the last event.
create or replace function app.decide_case(
  p_company uuid, p_user uuid, p_case uuid, p_decision text, p_reason bytea, p_revision int, p_words bigint[],
  p_subject bytea, p_body bytea, p_metadata bytea
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_case public.moderation_cases := app.hold_case(v_company, p_user, p_case);
  v_message public.messages;
begin
  if p_decision not in ('APPROVE', 'REJECT') and v_case.kind = 'HELD'
    or p_decision not in ('DISMISS', 'RETRACT') and v_case.kind = 'REPORTED' then
    raise exception using errcode = 'CQ422', column = 'decision', message = case v_case.kind
      when 'HELD' then 'A held message is approved or rejected: APPROVE or REJECT.'
      else 'A reported message stays or is retracted: DISMISS or RETRACT.' end;
  end if;
  select m.* into v_message from public.messages m
  where m.company_id = v_company and m.id = v_case.message_id for no key update;
  if p_decision = 'APPROVE' then
    perform app.post_held(v_message, p_words);
  elsif p_decision = 'REJECT' then
    update public.messages m set state = 'REJECTED' where m.company_id = v_company and m.id = v_message.id;
  elsif p_decision = 'RETRACT' and v_message.state <> 'RETRACTED' then
    if v_message.revision <> p_revision then
      raise exception using errcode = 'CQ409', message = 'The message has been edited meanwhile: read it again.', column = 'caseId';
    end if;
    perform app.take_back(v_message, p_user, p_subject, p_body, p_metadata);
  end if;
  update public.moderation_cases c
  set decided_at = now(), decided_by_id = p_user, reason = p_reason, state = case p_decision
    when 'APPROVE' then 'APPROVED' when 'REJECT' then 'REJECTED' when 'DISMISS' then 'DISMISSED' else 'RETRACTED' end
  where c.company_id = v_company and c.id = p_case;
  if v_case.kind = 'HELD' then
    perform app.append_event(
      'HELD_MESSAGE_DECIDED', v_message.conversation_id, v_message.id, null, p_user, v_message.author_id
    );
  end if;
  return app.append_case_event('MODERATION_CASE_DECIDED', p_case, p_user,
    jsonb_build_object('decision', p_decision, 'messageId', v_message.id));
end
$$;

revoke all on function app.decide_case from public, colloquy_app, colloquy_system;
grant execute on function app.decide_case to colloquy_app;

-- prisma/sql/moderation/report_message.sql
-- Reports a message to the moderators. Reports of one message are in one case while it is open, and only the first of them is
-- told to moderators, so that many people who report do not flood them. Returns null if the person has reported it before or
-- the case was open already.
create or replace function app.report_message(
  p_company uuid, p_user uuid, p_message uuid, p_case uuid, p_reason text, p_note bytea
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_message public.messages := app.hold_message(v_company, p_user, p_message);
  v_case uuid;
begin
  if not app.has_permission(v_company, p_user, 'MESSAGE_READ') then
    raise exception using errcode = 'CQ403', message = 'You may not read messages.', hint = 'MESSAGE_READ';
  elsif v_message.author_id = p_user then
    raise exception using errcode = 'CQ403', message = 'You cannot report a message of your own.';
  end if;
  perform 1 from public.message_reports r
  where r.company_id = v_company and r.message_id = p_message and r.reporter_id = p_user;
  if found then
    return null;
  elsif v_message.state = 'RETRACTED' then
    raise exception using errcode = 'CQ422', message = 'The message has been retracted already.', column = 'messageId';
  end if;
  -- The message is locked, so that nobody else opens a case of it meanwhile.
  select c.id into v_case from public.moderation_cases c
  where c.company_id = v_company and c.message_id = p_message and c.state = 'OPEN' for no key update;
  if v_case is null then
    insert into public.moderation_cases (company_id, id, message_id, kind) values (v_company, p_case, p_message, 'REPORTED');
  end if;
  insert into public.message_reports (company_id, message_id, reporter_id, case_id, reason, note)
  values (v_company, p_message, p_user, coalesce(v_case, p_case), p_reason, p_note);
  perform app.record_audit('message.reported', p_message, v_message.conversation_id,
    jsonb_build_object('reason', p_reason, 'caseId', coalesce(v_case, p_case)));
  if v_case is not null then
    return null;
  end if;
  return app.append_case_event('MODERATION_CASE_OPENED', p_case, p_user, jsonb_build_object('messageId', p_message));
end
$$;

revoke all on function app.report_message from public, colloquy_app, colloquy_system;
grant execute on function app.report_message to colloquy_app;

-- prisma/sql/sms/cancel_guest_message.sql
-- Cancels what of a message has not been handed to the provider. Returns the position of the last event, null if all of it
-- was. Raises CQ404 for an unknown message, CQ409 for one that is cancelled or sent to everybody.
create or replace function app.cancel_guest_message(p_company uuid, p_user uuid, p_message uuid) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_message public.guest_messages;
  v_cancelled uuid[];
begin
  perform app.require_open(v_company);
  select m.* into v_message from public.guest_messages m
  where m.company_id = v_company and m.id = p_message for no key update;
  if v_message.id is null then
    raise exception using errcode = 'CQ404', message = 'There is no such message.', column = 'guestMessageId';
  elsif v_message.cancelled_at is not null then
    raise exception using errcode = 'CQ409', message = 'The message has been cancelled.', column = 'guestMessageId';
  end if;
  with cancelled as (
    update public.guest_deliveries d set status = 'CANCELLED', changed_at = clock_timestamp()
    where d.company_id = v_company and d.guest_message_id = p_message and d.status = 'QUEUED' returning d.id
  )
  select array_agg(c.id) into v_cancelled from cancelled c;
  if v_cancelled is null and v_message.is_expanded then
    raise exception using errcode = 'CQ409', message = 'The message has been sent to everybody already.', column = 'guestMessageId';
  end if;
  update public.guest_messages m set cancelled_at = now() where m.company_id = v_company and m.id = p_message;
  perform app.record_audit('guest_message.cancelled', p_message);
  return app.append_guest_events('GUEST_DELIVERY', v_cancelled);
end
$$;

revoke all on function app.cancel_guest_message from public, colloquy_app, colloquy_system;
grant execute on function app.cancel_guest_message to colloquy_app;

-- prisma/sql/sms/send_guest_message.sql
-- Stores a message to guests with a delivery for each of them who may be written to, and enqueues sending. Deliveries to all
-- subscribed guests are made later, in slices. Raises CQ404 for an unknown guest or incoming message, CQ409 if the key was
-- used with other content, CQ422 if none of the guests may be written to.
create or replace function app.send_guest_message(
  p_company uuid, p_user uuid, p_message uuid, p_body bytea, p_from text, p_encoding text, p_segments int, p_local_time text,
  p_time_zone text, p_scheduled_for timestamptz, p_guests uuid[], p_reply_to uuid, p_key text, p_hash bytea,
  out guest_message_id uuid, out replayed boolean, out skipped int
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_company uuid := app.bind(p_company, p_user);
  v_hash bytea;
  v_known int;
  v_count int := 0;
begin
  perform app.require_open(v_company);
  if not app.has_permission(v_company, p_user, 'GUEST_MESSAGE') then
    raise exception using errcode = 'CQ403', message = 'You may not write to guests.', hint = 'GUEST_MESSAGE';
  end if;
  replayed := false;
  skipped := 0;
  if p_key is not null then
    -- A retry waits for its twin, and finds what that has committed.
    perform pg_advisory_xact_lock(hashtextextended(concat_ws(' ', 'guest message', v_company, p_user, p_key), 0));
    select k.guest_message_id, k.request_hash into guest_message_id, v_hash from public.idempotency_keys k
    where k.company_id = v_company and k.user_id = p_user and k.operation = 'sendGuestMessage' and k.key = p_key;
    if v_hash <> p_hash then
      raise exception using errcode = 'CQ409', column = 'idempotencyKey',
        message = 'This idempotency key was used for a message with other content.';
    elsif guest_message_id is not null then
      replayed := true;
      return;
    end if;
  end if;
  if p_reply_to is not null and not exists (
    select from public.inbound_messages i where i.company_id = v_company and i.id = p_reply_to
  ) then
    raise exception using errcode = 'CQ404', message = 'There is no such incoming message.', column = 'inReplyToId';
  end if;
  guest_message_id := p_message;
  insert into public.guest_messages (company_id, id, author_id, body, from_number, encoding, segments, local_time, time_zone,
    scheduled_for, is_expanded, in_reply_to_id)
  values (v_company, p_message, p_user, p_body, p_from, p_encoding, p_segments, p_local_time, p_time_zone, p_scheduled_for,
    p_guests is not null, p_reply_to);
  if p_guests is not null then
    -- Each is read by its key, whatever the planner believes of the company's guests.
    select count(*) into v_known from unnest(p_guests) wanted (id)
    cross join lateral (
      select 1 from public.guests g
      where g.company_id = v_company and g.id = wanted.id and g.erased_at is null offset 0
    ) g;
    if v_known < cardinality(p_guests) then
      raise exception using errcode = 'CQ404', message = 'At least one of these guests does not exist.', column = 'guestIds';
    end if;
    insert into public.guest_deliveries (company_id, id, guest_message_id, guest_id, segments, due_at, changed_at)
    select v_company, gen_random_uuid(), p_message, g.id, p_segments, coalesce(p_scheduled_for, now()), now()
    from (
      -- The lock that an opt-out takes: one that is under way is waited for, and a later one drops these deliveries.
      select g.id from (select w.id from unnest(p_guests) w (id) order by w.id) wanted
      cross join lateral (
        select g.id from public.guests g
        where g.company_id = v_company and g.id = wanted.id and g.phone_hash is not null
          and g.consent <> 'OPTED_OUT' and not g.needs_consent_review and g.erased_at is null
        offset 0 for share
      ) g
    ) g;
    get diagnostics v_count = row_count;
    skipped := cardinality(p_guests) - v_count;
    if v_count = 0 then
      raise exception using errcode = 'CQ422', column = 'guestIds',
        message = 'None of these guests may be written to: they have no phone, have opted out, or wait for a review.';
    end if;
    update public.guest_messages m set recipient_count = v_count where m.company_id = v_company and m.id = p_message;
  end if;
  if p_key is not null then
    insert into public.idempotency_keys (company_id, user_id, operation, key, request_hash, guest_message_id)
    values (v_company, p_user, 'sendGuestMessage', p_key, p_hash, p_message);
  end if;
  perform app.enqueue_job('send_sms', '{}'::json, p_scheduled_for, case when p_scheduled_for is null then 'sms' else 'sms ' || p_message end);
  perform app.record_audit('guest_message.created', p_message, p_detail => jsonb_build_object('recipients', v_count));
end
$$;

revoke all on function app.send_guest_message from public, colloquy_app, colloquy_system;
grant execute on function app.send_guest_message to colloquy_app;

-- prisma/sql/audit/audit_checkpoints.sql
alter table public.audit_checkpoints enable row level security;
alter table public.audit_checkpoints force row level security;

drop policy if exists audit_checkpoints_system on public.audit_checkpoints;
create policy audit_checkpoints_system on public.audit_checkpoints to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists audit_checkpoints_tenant on public.audit_checkpoints;
create policy audit_checkpoints_tenant on public.audit_checkpoints to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger audit_checkpoints_fixed before update or delete or truncate on public.audit_checkpoints
  for each statement execute function app.refuse_audit_change();

revoke all on table public.audit_checkpoints from public, colloquy_app, colloquy_system;
grant select on table public.audit_checkpoints to colloquy_app;
grant insert, select on table public.audit_checkpoints to colloquy_system;

-- prisma/sql/audit/audit_events.sql
-- Nobody changes or removes a row, whatever their rights. The functions that write rows take the next index of the company
-- together with its position.

alter table public.audit_events enable row level security;
alter table public.audit_events force row level security;

drop policy if exists audit_events_sending on public.audit_events;
create policy audit_events_sending on public.audit_events for insert to current_user
  with check (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null);

drop policy if exists audit_events_system on public.audit_events;
create policy audit_events_system on public.audit_events to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists audit_events_tenant on public.audit_events;
create policy audit_events_tenant on public.audit_events to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger audit_events_fixed before update or delete or truncate on public.audit_events
  for each statement execute function app.refuse_audit_change();

revoke all on table public.audit_events from public, colloquy_app, colloquy_system;
grant insert, select on table public.audit_events to colloquy_app;
grant insert, select on table public.audit_events to colloquy_system;

-- prisma/sql/audit/audit_heads.sql
alter table public.audit_heads enable row level security;
alter table public.audit_heads force row level security;

drop policy if exists audit_heads_system on public.audit_heads;
create policy audit_heads_system on public.audit_heads to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists audit_heads_tenant on public.audit_heads;
create policy audit_heads_tenant on public.audit_heads to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

-- For the list of companies with events that are not sealed.
drop policy if exists audit_heads_system_list on public.audit_heads;
create policy audit_heads_system_list on public.audit_heads for select to colloquy_system using (true);

revoke all on table public.audit_heads from public, colloquy_app, colloquy_system;
grant select on table public.audit_heads to colloquy_app;
grant insert, select, update on table public.audit_heads to colloquy_system;

-- prisma/sql/audit/audit_nodes.sql
alter table public.audit_nodes enable row level security;
alter table public.audit_nodes force row level security;

drop policy if exists audit_nodes_system on public.audit_nodes;
create policy audit_nodes_system on public.audit_nodes to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists audit_nodes_tenant on public.audit_nodes;
create policy audit_nodes_tenant on public.audit_nodes to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger audit_nodes_fixed before update or delete or truncate on public.audit_nodes
  for each statement execute function app.refuse_audit_change();

revoke all on table public.audit_nodes from public, colloquy_app, colloquy_system;
grant select on table public.audit_nodes to colloquy_app;
grant insert, select on table public.audit_nodes to colloquy_system;

-- prisma/sql/audit/audit_origins.sql
alter table public.audit_origins enable row level security;
alter table public.audit_origins force row level security;

drop policy if exists audit_origins_sending on public.audit_origins;
create policy audit_origins_sending on public.audit_origins for insert to current_user
  with check (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null);

drop policy if exists audit_origins_system on public.audit_origins;
create policy audit_origins_system on public.audit_origins to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists audit_origins_tenant on public.audit_origins;
create policy audit_origins_tenant on public.audit_origins to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger audit_origins_fixed before update or delete on public.audit_origins
  for each row execute function app.keep_audit_origin();

create or replace trigger audit_origins_kept before truncate on public.audit_origins
  for each statement execute function app.refuse_audit_change();

revoke all on table public.audit_origins from public, colloquy_app, colloquy_system;
grant insert, select, update (salt, sealed) on table public.audit_origins to colloquy_app;
grant insert, select, update (salt, sealed) on table public.audit_origins to colloquy_system;

-- prisma/sql/companies/companies.sql
alter table public.companies enable row level security;
alter table public.companies force row level security;

drop policy if exists companies_owner_read on public.companies;
create policy companies_owner_read on public.companies for select to current_user using (true);

drop policy if exists companies_system on public.companies;
create policy companies_system on public.companies to colloquy_system
  using (id = (select app.bound_company()))
  with check (id = (select app.bound_company()));

drop policy if exists companies_system_list on public.companies;
create policy companies_system_list on public.companies for select to colloquy_system using (true);

drop policy if exists companies_tenant on public.companies;
create policy companies_tenant on public.companies to colloquy_app
  using (id = (select app.current_company()))
  with check (id = (select app.current_company()));

create or replace trigger companies_refuse_ambiguous before insert or update of id, external_id on public.companies
  for each row execute function app.refuse_ambiguous_company();

create or replace trigger companies_tell_access_changed after update on public.companies
  referencing old table as before new table as after
  for each statement execute function app.tell_access_changed();

create or replace trigger companies_trail after update on public.companies
  for each row execute function app.audit_settings();

revoke all on table public.companies from public, colloquy_app, colloquy_system;
grant select, update on table public.companies to colloquy_app;
grant insert, select, update on table public.companies to colloquy_system;

-- prisma/sql/guests/consent_events.sql
-- Changes of consent are kept for good. An erasure empties their words and notes, and leaves the keyed hash of the phone.

alter table public.consent_events enable row level security;
alter table public.consent_events force row level security;

drop policy if exists consent_events_system on public.consent_events;
create policy consent_events_system on public.consent_events to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists consent_events_tenant on public.consent_events;
create policy consent_events_tenant on public.consent_events to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger consent_events_trail after insert on public.consent_events
  referencing new table as after
  for each statement execute function app.audit_consent();

revoke all on table public.consent_events from public, colloquy_app, colloquy_system;
grant insert, select, update (words, note) on table public.consent_events to colloquy_app;
grant insert, select on table public.consent_events to colloquy_system;

-- prisma/sql/members/roles.sql
alter table public.roles enable row level security;
alter table public.roles force row level security;

drop policy if exists roles_sending on public.roles;
create policy roles_sending on public.roles for select to current_user
  using (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null);

drop policy if exists roles_system on public.roles;
create policy roles_system on public.roles to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists roles_tenant on public.roles;
create policy roles_tenant on public.roles to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger roles_tell_access_changed after update on public.roles
  referencing old table as before new table as after
  for each statement execute function app.tell_access_changed();

create or replace trigger roles_trail_added after insert on public.roles
  referencing new table as after
  for each statement execute function app.audit_roles();

create or replace trigger roles_trail_changed after update on public.roles
  referencing old table as before new table as after
  for each statement execute function app.audit_roles();

create or replace trigger roles_trail_deleted after delete on public.roles
  referencing old table as before
  for each statement execute function app.audit_roles();

revoke all on table public.roles from public, colloquy_app, colloquy_system;
grant select on table public.roles to colloquy_app;
grant delete, insert, select, update on table public.roles to colloquy_system;

-- prisma/sql/members/users.sql
alter table public.users enable row level security;
alter table public.users force row level security;

drop policy if exists users_owner_read on public.users;
create policy users_owner_read on public.users for select to current_user using (true);

drop policy if exists users_system on public.users;
create policy users_system on public.users to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists users_tenant on public.users;
create policy users_tenant on public.users to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger users_settle_successions after update on public.users
  referencing old table as before new table as after
  for each statement execute function app.settle_successions();

create or replace trigger users_tell_access_changed after update on public.users
  referencing old table as before new table as after
  for each statement execute function app.tell_access_changed();

create or replace trigger users_trail_added after insert on public.users
  referencing new table as after
  for each statement execute function app.audit_members();

-- After the locks of conversations, as its name sorts after theirs.
create or replace trigger users_trail_changed after update on public.users
  referencing old table as before new table as after
  for each statement execute function app.audit_members();

create or replace trigger users_words_added after insert on public.users for each row execute function app.keep_user_words();

create or replace trigger users_words_changed after update on public.users for each row
when ((old.search_words, old.name_folded, old.is_enabled) is distinct from (new.search_words, new.name_folded, new.is_enabled))
execute function app.keep_user_words();

revoke all on table public.users from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.users to colloquy_app;
grant insert, select, update on table public.users to colloquy_system;

-- prisma/sql/sms/sms_settings.sql
alter table public.sms_settings enable row level security;
alter table public.sms_settings force row level security;

drop policy if exists sms_settings_system on public.sms_settings;
create policy sms_settings_system on public.sms_settings to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists sms_settings_tenant on public.sms_settings;
create policy sms_settings_tenant on public.sms_settings to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger sms_settings_trail after insert or update on public.sms_settings
  for each row execute function app.audit_settings();

revoke all on table public.sms_settings from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.sms_settings to colloquy_app;
grant insert, select, update on table public.sms_settings to colloquy_system;
