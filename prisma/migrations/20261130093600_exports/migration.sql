-- Adding foreign keys reads these tables, which row security refuses their owner.
alter table public.companies no force row level security;
alter table public.users no force row level security;

-- CreateTable
CREATE TABLE "exports" (
    "company_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "format" TEXT NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "to_at" TIMESTAMPTZ(3) NOT NULL,
    "filter" BYTEA,
    "state" TEXT NOT NULL DEFAULT 'QUEUED',
    "requested_by_id" UUID NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "file_id" UUID,
    "ended_at" TIMESTAMPTZ(3),
    "message_count" INTEGER,
    "bytes" BIGINT,
    "checksum" TEXT,
    "note" TEXT,

    CONSTRAINT "exports_pkey" PRIMARY KEY ("company_id","id")
);

-- CreateIndex
CREATE INDEX "exports_company_id_requested_at_id_idx" ON "exports"("company_id", "requested_at", "id");

-- AddForeignKey
ALTER TABLE "exports" ADD CONSTRAINT "exports_company_id_fkey" FOREIGN KEY ("company_id") REFERENCES "companies"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "exports" ADD CONSTRAINT "exports_company_id_requested_by_id_fkey" FOREIGN KEY ("company_id", "requested_by_id") REFERENCES "users"("company_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

alter table public.companies force row level security;
alter table public.users force row level security;

alter table public.exports add constraint exports_format_check check (format in ('CSV', 'JSONL'));
alter table public.exports add constraint exports_range_check check (from_at < to_at);
alter table public.exports add constraint exports_state_check
  check (state in ('QUEUED', 'RUNNING', 'READY', 'FAILED', 'EXPIRED'));
-- A file belongs to an export that is being written, or was written to its end.
alter table public.exports add constraint exports_file_check check ((file_id is not null) = (state in ('RUNNING', 'READY')));
alter table public.exports add constraint exports_ready_check check (state <> 'READY' or
  (ended_at is not null and message_count is not null and bytes is not null and checksum is not null));
create unique index exports_running_idx on public.exports (company_id) where state = 'RUNNING';

set local check_function_bodies = off;
set local row_security = on;

-- prisma/sql/exports/begin_export.sql
-- Begins an attempt to write an export into a file of its own; what an earlier attempt has written counts no longer. Returns
-- false if the export has ended, or while another one of the company is running, whose end enqueues this one again.
create or replace function app.begin_export(p_export uuid, p_file uuid) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
begin
  perform pg_advisory_xact_lock(hashtextextended('exports ' || v_company, 0));
  update public.exports e set state = 'RUNNING', file_id = p_file
  where e.company_id = v_company and e.id = p_export and e.state in ('QUEUED', 'RUNNING') and not exists (
    select from public.exports o where o.company_id = v_company and o.state = 'RUNNING' and o.id <> p_export
  );
  return found;
end
$$;

revoke all on function app.begin_export from public, colloquy_app, colloquy_system;
grant execute on function app.begin_export to colloquy_system;

-- prisma/sql/exports/end_export.sql
-- Ends a running export as READY or FAILED, and lets the next one of the company begin. Returns false if another attempt, with
-- another file, has taken its place.
create or replace function app.end_export(
  p_export uuid, p_file uuid, p_state text, p_count int, p_bytes bigint, p_checksum text
) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
begin
  perform pg_advisory_xact_lock(hashtextextended('exports ' || v_company, 0));
  update public.exports e set state = p_state, ended_at = clock_timestamp(), message_count = p_count, bytes = p_bytes,
    checksum = p_checksum, file_id = case when p_state = 'READY' then p_file end,
    note = (
      select c.note from public.audit_checkpoints c where c.company_id = v_company and p_state = 'READY'
      order by c.size desc limit 1
    )
  where e.company_id = v_company and e.id = p_export and e.state = 'RUNNING' and e.file_id = p_file;
  if not found then
    return false;
  end if;
  perform app.enqueue_next_export();
  return true;
end
$$;

revoke all on function app.end_export from public, colloquy_app, colloquy_system;
grant execute on function app.end_export to colloquy_system;

-- prisma/sql/exports/enqueue_next_export.sql
-- Enqueues the oldest export of the bound company that waits.
create or replace function app.enqueue_next_export() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_next uuid;
begin
  select e.id into v_next from public.exports e
  where e.company_id = app.bound_company() and e.state = 'QUEUED' order by e.requested_at, e.id limit 1;
  if v_next is not null then
    perform app.enqueue_job('export_messages', json_build_object('exportId', v_next), null, 'export ' || v_next);
  end if;
end
$$;

revoke all on function app.enqueue_next_export from public, colloquy_app, colloquy_system;
grant execute on function app.enqueue_next_export to colloquy_system;

-- prisma/sql/exports/expire_exports.sql
-- Ends exports of the bound company that were ready for p_kept, and fails those that have not ended p_stuck after they were
-- requested, so that they do not keep others waiting. Returns how many there were.
create or replace function app.expire_exports(p_kept interval, p_stuck interval) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_count int;
begin
  perform pg_advisory_xact_lock(hashtextextended('exports ' || v_company, 0));
  update public.exports e set state = case when e.state = 'READY' then 'EXPIRED' else 'FAILED' end, file_id = null,
    ended_at = coalesce(e.ended_at, clock_timestamp())
  where e.company_id = v_company and (
    e.state = 'READY' and e.ended_at <= clock_timestamp() - p_kept
    or e.state in ('QUEUED', 'RUNNING') and e.requested_at <= clock_timestamp() - p_stuck
  );
  get diagnostics v_count = row_count;
  if v_count > 0 then
    perform app.enqueue_next_export();
  end if;
  return v_count;
end
$$;

revoke all on function app.expire_exports from public, colloquy_app, colloquy_system;
grant execute on function app.expire_exports to colloquy_system;

-- prisma/sql/exports/request_export.sql
-- Queues an export. Raises CQ403 without both permissions, CQ404 for a person or conversation that the company does not have,
-- and CQ409 while p_max exports wait or run.
create or replace function app.request_export(
  p_company uuid, p_user uuid, p_export uuid, p_format text, p_from timestamptz, p_to timestamptz, p_filter bytea,
  p_users uuid[], p_conversations uuid[], p_max int
) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_permission text;
begin
  foreach v_permission in array array['AUDIT_READ', 'CONVERSATION_AUDIT'] loop
    if not app.has_permission(v_company, p_user, v_permission) then
      raise exception using errcode = 'CQ403', message = format('Your role lacks the permission %s.', v_permission),
        hint = v_permission;
    end if;
  end loop;
  -- One id after another, by key, however many people the company has.
  if exists (
    select from unnest(p_users) x (id) left join lateral (
      select u.id from public.users u where u.company_id = v_company and u.id = x.id offset 0
    ) u on true
    where u.id is null
  ) then
    raise exception using errcode = 'CQ404', message = 'There is no such person.';
  elsif exists (
    select from unnest(p_conversations) x (id) left join lateral (
      select c.id from public.conversations c where c.company_id = v_company and c.id = x.id offset 0
    ) c on true
    where c.id is null
  ) then
    raise exception using errcode = 'CQ404', message = 'There is no such conversation.';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('exports ' || v_company, 0));
  if (
    select count(*) from public.exports e where e.company_id = v_company and e.state in ('QUEUED', 'RUNNING')
  ) >= p_max then
    raise exception using errcode = 'CQ409', message = format('%s exports wait already: try again when one is done.', p_max);
  end if;
  insert into public.exports (company_id, id, format, from_at, to_at, filter, requested_by_id)
  values (v_company, p_export, p_format, p_from, p_to, p_filter, p_user);
  perform app.enqueue_job('export_messages', json_build_object('exportId', p_export), null, 'export ' || p_export);
  perform app.record_audit(
    'export.requested', p_export, null, jsonb_build_object('format', p_format, 'from', p_from, 'to', p_to)
  );
end
$$;

revoke all on function app.request_export from public, colloquy_app, colloquy_system;
grant execute on function app.request_export to colloquy_app;

-- prisma/sql/jobs/job_tasks.sql
-- The names of the tasks that src/tasks.ts handles.
create or replace function app.job_tasks() returns text[] language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select array['send_broadcast', 'send_digest', 'send_sms', 'export_messages']
$$;

revoke all on function app.job_tasks from public, colloquy_app, colloquy_system;
grant execute on function app.job_tasks to colloquy_app, colloquy_system;

-- prisma/sql/exports/exports.sql
alter table public.exports enable row level security;
alter table public.exports force row level security;

drop policy if exists exports_system on public.exports;
create policy exports_system on public.exports to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists exports_tenant on public.exports;
create policy exports_tenant on public.exports to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.exports from public, colloquy_app, colloquy_system;
grant insert, select on table public.exports to colloquy_app;
grant select, update on table public.exports to colloquy_system;
