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
