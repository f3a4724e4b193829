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
