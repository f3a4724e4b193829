-- Gives uploads of a message's author to the message, in this order. Each must be checked, and in no message yet. Those of a broadcast are
-- taken without one, and are given to its message when it is sent.
create or replace function app.attach_files(p_company uuid, p_user uuid, p_message uuid, p_attachments uuid[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_count int;
begin
  update public.attachments a set state = 'ATTACHED', message_id = p_message, place = g.place
  from unnest(p_attachments) with ordinality g (id, place)
  where a.company_id = p_company and a.id = g.id and a.uploader_id = p_user and a.state = 'READY' and a.message_id is null;
  get diagnostics v_count = row_count;
  if v_count < cardinality(p_attachments) then
    raise exception using errcode = 'CQ422', column = 'attachmentIds',
      message = 'Only uploads of your own that are READY and not yet in a message can be sent.';
  end if;
end
$$;

revoke all on function app.attach_files from public, colloquy_app, colloquy_system;
grant execute on function app.attach_files to colloquy_app;
