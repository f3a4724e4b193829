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
