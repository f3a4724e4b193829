-- AlterTable
ALTER TABLE "attachments" ADD COLUMN     "has_remains" BOOLEAN NOT NULL DEFAULT false;

set local check_function_bodies = off;
set local row_security = on;

-- prisma/sql/attachments/begin_upload.sql
-- Begins an upload, and reserves its size of the company's quota. Returns null, or which room is used up: that of the COMPANY, or that of
-- the PERSON, for uploads that are not sent.
create or replace function app.begin_upload(
  p_company uuid, p_user uuid, p_attachment uuid, p_kind text, p_name bytea, p_key bytea, p_size int, p_duration_ms int,
  p_quota bigint, p_max_unsent int
) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
  v_bytes bigint;
begin
  if not app.has_permission(v_company, p_user, 'MESSAGE_WRITE') then
    raise exception using errcode = 'CQ403', message = 'Your role lacks the permission MESSAGE_WRITE.', hint = 'MESSAGE_WRITE';
  end if;
  perform app.require_open(v_company);
  insert into public.file_usage (company_id) values (v_company) on conflict do nothing;
  -- One upload of a company begins at a time.
  select u.bytes into v_bytes from public.file_usage u where u.company_id = v_company for update;
  if v_bytes + p_size > p_quota then
    return 'COMPANY';
  elsif (
    select count(*) >= p_max_unsent from public.attachments a
    where a.company_id = v_company and a.message_id is null and a.uploader_id = p_user
      and a.state not in ('ATTACHED', 'REMOVED')
  ) then
    return 'PERSON';
  end if;
  insert into public.attachments (company_id, id, uploader_id, kind, file_name, sealed_key, size, duration_ms)
  values (v_company, p_attachment, p_user, p_kind, p_name, p_key, p_size, p_duration_ms);
  perform app.record_audit('attachment.created', p_attachment, null, jsonb_build_object('kind', p_kind, 'size', p_size));
  return null;
end
$$;

revoke all on function app.begin_upload from public, colloquy_app, colloquy_system;
grant execute on function app.begin_upload to colloquy_app;

-- prisma/sql/attachments/companies_to_sweep.sql
-- Returns companies with uploads whose check has not ended, with remains of checks, and with files whose bytes are to be deleted: those that
-- were removed, and those that nobody has sent for so many hours. For the system role.
create or replace function app.companies_to_sweep(p_unsent_hours int) returns setof uuid
language sql stable set search_path = pg_catalog, pg_temp as $$
  select a.company_id from public.attachments a
  where a.message_id is null and a.state in ('REMOVED', 'SCANNING')
    and (a.state = 'REMOVED' or a.lease is null or a.leased_until < now())
  union
  select a.company_id from public.attachments a
  where a.message_id is null and a.state <> 'ATTACHED' and a.created_at < now() - make_interval(hours => p_unsent_hours)
  union
  select a.company_id from public.attachments a where a.has_remains
$$;

revoke all on function app.companies_to_sweep from public, colloquy_app, colloquy_system;
grant execute on function app.companies_to_sweep to colloquy_system;

-- prisma/sql/attachments/create_upload.sql
drop function app.create_upload;
-- Begins an upload as releases before app.begin_upload call it, which serve beside this one while it is rolled out. False if any room
-- is used up.
create or replace function app.create_upload(
  p_company uuid, p_user uuid, p_attachment uuid, p_kind text, p_name bytea, p_key bytea, p_size int, p_duration_ms int,
  p_quota bigint, p_max_unsent int
) returns boolean
language sql volatile set search_path = pg_catalog, pg_temp as $$
  select app.begin_upload(
    p_company, p_user, p_attachment, p_kind, p_name, p_key, p_size, p_duration_ms, p_quota, p_max_unsent
  ) is null
$$;

revoke all on function app.create_upload from public, colloquy_app, colloquy_system;
grant execute on function app.create_upload to colloquy_app;

-- prisma/sql/attachments/end_check.sql
-- Ends the check of an upload under its lease: READY with what its bytes tell, or REFUSED, without its key. False if somebody
-- else has taken the lease meanwhile, or the upload was deleted. Bytes that are needless from now on are deleted after it, or by the sweep.
create or replace function app.end_check(
  p_attachment uuid, p_lease uuid, p_refusal text, p_media_type text, p_content text, p_size int, p_width int, p_height int,
  p_duration_ms int, p_thumbnail_size int
) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
begin
  update public.attachments a set state = case when p_refusal is null then 'READY' else 'REFUSED' end, refusal = p_refusal,
    media_type = p_media_type, content = p_content, size = p_size, width = p_width, height = p_height,
    duration_ms = p_duration_ms, thumbnail_size = p_thumbnail_size, lease = null, leased_until = null, has_remains = true,
    sealed_key = case when p_refusal is null then a.sealed_key end
  where a.company_id = v_company and a.id = p_attachment and a.state = 'SCANNING' and a.lease = p_lease;
  if not found then
    return false;
  end if;
  perform app.record_audit('attachment.refused', p_attachment, null, jsonb_build_object('reason', p_refusal))
  where p_refusal is not null;
  return true;
end
$$;

revoke all on function app.end_check from public, colloquy_app, colloquy_system;
grant execute on function app.end_check to colloquy_system;

-- prisma/sql/push/find_pushes.sql
-- Scans the bound company's next events, and notes the messages to push, for each browser of a person who has the conversation.
-- Returns whether there may be more. One process at a time does this for a company. Mark, messages and the job are written in one
-- transaction, so nothing is lost and nothing comes twice.
create or replace function app.find_pushes(p_max int) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
  v_from bigint;
  v_to bigint;
begin
  select d.position into v_from from public.push_marks d where d.company_id = v_company for update skip locked;
  select max(e.position) into v_to from (
    select e.position from public.events e
    where e.company_id = v_company and e.position > v_from order by e.position limit p_max
  ) e;
  if v_to is null then
    return false;
  end if;
  with new_messages as materialized (
    select m.id, m.author_id, m.conversation_id, c.audience, e.created_at
    from public.events e
    join public.conversations c on c.company_id = e.company_id and c.id = e.conversation_id
    join public.messages m on m.company_id = e.company_id and m.id = e.message_id and m.state = 'POSTED'
    where e.company_id = v_company and e.position > v_from and e.position <= v_to
      and e.kind in ('MESSAGE_SENT', 'BROADCAST_SENT', 'BROADCAST_REMINDED') and e.created_at > now() - interval '1 day'
  ), readers as (
    select n.*, p.user_id from new_messages n
    join public.participants p on p.company_id = v_company and p.conversation_id = n.conversation_id and p.left_at is null
    where n.audience <> 'COMPANY'
    union all
    select n.*, s.user_id from new_messages n
    cross join (select distinct s.user_id from public.push_subscriptions s where s.company_id = v_company) s
    where n.audience = 'COMPANY'
  ), found as materialized (
    select distinct s.id as subscription_id, r.id as message_id, s.retry_at, e.subscription_id is not null as is_current
    from readers r
    join public.push_subscriptions s on s.company_id = v_company and s.user_id = r.user_id and s.created_at <= r.created_at
    left join app.push_endpoints e on e.company_id = v_company and e.subscription_id = s.id
    where r.user_id <> r.author_id
  ), stale as (
    -- Browsers that somebody else has registered since, in another company.
    delete from public.push_subscriptions s using (select distinct f.subscription_id from found f where not f.is_current) f
    where s.company_id = v_company and s.id = f.subscription_id
  )
  insert into public.push_deliveries as d (company_id, subscription_id, message_id, due_at)
  select v_company, f.subscription_id, f.message_id, greatest(now(), f.retry_at) from found f where f.is_current
  on conflict (company_id, subscription_id, message_id) do nothing;
  if found then
    perform app.enqueue_job('send_push', '{}', null, 'push');
  end if;
  update public.push_marks d set position = v_to where d.company_id = v_company;
  return v_to - v_from >= p_max;
end
$$;

revoke all on function app.find_pushes from public, colloquy_app, colloquy_system;
grant execute on function app.find_pushes to colloquy_system;

-- prisma/sql/attachments/attachments.sql
alter table public.attachments enable row level security;
alter table public.attachments force row level security;

drop policy if exists attachments_system on public.attachments;
create policy attachments_system on public.attachments to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

-- Names and keys are ciphertext: the sweep has to know in which companies it has work.
drop policy if exists attachments_system_list on public.attachments;
create policy attachments_system_list on public.attachments for select to colloquy_system using (message_id is null or has_remains);

drop policy if exists attachments_tenant on public.attachments;
create policy attachments_tenant on public.attachments to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

drop trigger if exists count_bytes_added on public.attachments;
create trigger count_bytes_added after insert on public.attachments
  referencing new table as new_rows for each statement execute function app.count_file_bytes();

drop trigger if exists count_bytes_changed on public.attachments;
create trigger count_bytes_changed after update on public.attachments
  referencing old table as old_rows new table as new_rows for each statement execute function app.count_file_bytes();

drop trigger if exists count_bytes_deleted on public.attachments;
create trigger count_bytes_deleted after delete on public.attachments
  referencing old table as old_rows for each statement execute function app.count_file_bytes();

revoke all on table public.attachments from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.attachments to colloquy_app;
grant delete, select, update on table public.attachments to colloquy_system;
