-- Begins an upload, and reserves its size of the company's quota. False if the quota, or what one person may have uploaded and not
-- sent, is used up.
create or replace function app.create_upload(
  p_company uuid, p_user uuid, p_attachment uuid, p_kind text, p_name bytea, p_key bytea, p_size int, p_duration_ms int,
  p_quota bigint, p_max_unsent int
) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
begin
  if not app.has_permission(v_company, p_user, 'MESSAGE_WRITE') then
    raise exception using errcode = 'CQ403', message = 'Your role lacks the permission MESSAGE_WRITE.', hint = 'MESSAGE_WRITE';
  end if;
  perform app.require_open(v_company);
  perform pg_advisory_xact_lock(hashtextextended('attachments ' || v_company, 0));
  if (
    select coalesce(sum(a.size), 0) + p_size > p_quota from public.attachments a
    where a.company_id = v_company and a.state in ('UPLOADING', 'SCANNING', 'READY', 'ATTACHED')
  ) or (
    select count(*) >= p_max_unsent from public.attachments a
    where a.company_id = v_company and a.message_id is null and a.uploader_id = p_user and a.state <> 'REMOVED'
  ) then
    return false;
  end if;
  insert into public.attachments (company_id, id, uploader_id, kind, file_name, sealed_key, size, duration_ms)
  values (v_company, p_attachment, p_user, p_kind, p_name, p_key, p_size, p_duration_ms);
  perform app.record_audit('attachment.created', p_attachment, null, jsonb_build_object('kind', p_kind, 'size', p_size));
  return true;
end
$$;

revoke all on function app.create_upload from public, colloquy_app, colloquy_system;
grant execute on function app.create_upload to colloquy_app;
