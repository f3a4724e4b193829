-- Takes files of the bound company from their messages and people. Without their keys nobody can read their bytes, which the
-- next sweep deletes.
create or replace function app.remove_files(p_attachments uuid[]) returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
  update public.attachments a set state = 'REMOVED', message_id = null, place = null, file_name = null, sealed_key = null
  where a.company_id = app.bound_company() and a.id = any (p_attachments)
$$;

revoke all on function app.remove_files from public, colloquy_app, colloquy_system;
grant execute on function app.remove_files to colloquy_app, colloquy_system;
