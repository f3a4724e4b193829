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
