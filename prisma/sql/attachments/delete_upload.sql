-- Deletes an upload that has not been sent. Its key is gone at once, its bytes with the next sweep.
create or replace function app.delete_upload(p_company uuid, p_user uuid, p_attachment uuid) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bind(p_company, p_user);
begin
  perform app.require_open(v_company);
  perform from public.attachments a
  where a.company_id = v_company and a.id = p_attachment and a.uploader_id = p_user and a.message_id is null
    and a.state not in ('ATTACHED', 'REMOVED')
  for update;
  if not found then
    raise exception using errcode = 'CQ404', message = 'There is no such upload.', column = 'attachmentId';
  end if;
  perform app.remove_files(array[p_attachment]);
  perform app.record_audit('attachment.deleted', p_attachment);
end
$$;

revoke all on function app.delete_upload from public, colloquy_app, colloquy_system;
grant execute on function app.delete_upload to colloquy_app;
