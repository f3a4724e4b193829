-- AlterTable
ALTER TABLE "data_keys" ADD COLUMN     "purpose" TEXT NOT NULL DEFAULT 'CONTENT',
ADD COLUMN     "retired_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "events" ADD COLUMN     "permission" TEXT;

set local check_function_bodies = off;
set local row_security = on;

-- prisma/sql/events/append_event.sql
drop function app.append_event;
-- Appends an event. A caller that waited for the lock may have lost its membership meanwhile, so the membership is
-- checked under the lock.
create or replace function app.append_event(
  p_kind text, p_conversation uuid, p_message uuid default null, p_seq int default null, p_actor uuid default null,
  p_recipient uuid default null, p_joined uuid[] default '{}', p_left uuid[] default '{}', p_permission text default null
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
  perform app.require_open(v_company);
  insert into public.events
    (company_id, position, kind, conversation_id, message_id, seq, actor_id, recipient_id, joined_ids, left_ids, permission)
  values (
    v_company, v_position, p_kind, p_conversation, p_message, p_seq, p_actor, p_recipient, p_joined, p_left, p_permission
  );
  return v_position;
end
$$;

revoke all on function app.append_event from public, colloquy_app, colloquy_system;
grant execute on function app.append_event to colloquy_app, colloquy_system;

-- prisma/sql/events/tell_access_changed.sql
-- Appends an event to each company whose access has changed. Companies are processed in order of their ids, so that two
-- such statements do not deadlock.
create or replace function app.tell_access_changed() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_table_name = 'users' then
    perform app.append_access_change(c.company_id, c.user_ids) from (
      select a.company_id, array_agg(a.id) as user_ids
      from after a join before b on b.company_id = a.company_id and b.id = a.id
      where b.is_enabled and (
        (a.is_enabled, a.role_id, a.department) is distinct from (b.is_enabled, b.role_id, b.department)
        -- Removing a login ends access. Adding one changes nothing for other people.
        or b.subject is not null and (a.issuer, a.subject) is distinct from (b.issuer, b.subject)
      )
      group by a.company_id order by a.company_id
    ) c;
  elsif tg_table_name = 'roles' then
    perform app.append_access_change(c.company_id, '{}') from (
      select distinct a.company_id
      from after a join before b on b.company_id = a.company_id and b.id = a.id
      where a.permissions is distinct from b.permissions
      order by a.company_id
    ) c;
  else
    perform app.append_access_change(c.id, '{}') from (
      select a.id from after a join before b on b.id = a.id
      where (a.messaging_enabled, a.safe_mode) is distinct from (b.messaging_enabled, b.safe_mode)
      order by a.id
    ) c;
  end if;
  return null;
end
$$;

revoke all on function app.tell_access_changed from public, colloquy_app, colloquy_system;

alter table public.data_keys
  add constraint data_keys_purpose_check check (purpose in ('CONTENT', 'INDEX', 'LOOKUP'));
