alter table public.company_streams enable row level security;
alter table public.company_streams force row level security;

drop policy if exists company_streams_sending on public.company_streams;
create policy company_streams_sending on public.company_streams to current_user
  using (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null)
  with check (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null);

drop policy if exists company_streams_system on public.company_streams;
create policy company_streams_system on public.company_streams to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists company_streams_system_list on public.company_streams;
create policy company_streams_system_list on public.company_streams for select to colloquy_system using (true);

drop policy if exists company_streams_tenant on public.company_streams;
create policy company_streams_tenant on public.company_streams to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

create or replace trigger company_streams_digests after insert on public.company_streams
  for each row execute function app.begin_digests();

revoke all on table public.company_streams from public, colloquy_app, colloquy_system;
grant select, update on table public.company_streams to colloquy_app;
grant insert, select, update on table public.company_streams to colloquy_system;

-- Every event changes the row.
alter table public.company_streams set (fillfactor = 50);
