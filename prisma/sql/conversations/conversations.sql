alter table public.conversations enable row level security;
alter table public.conversations force row level security;

drop policy if exists conversations_sending on public.conversations;
create policy conversations_sending on public.conversations to current_user
  using (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null)
  with check (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null);

drop policy if exists conversations_system on public.conversations;
create policy conversations_system on public.conversations to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists conversations_tenant on public.conversations;
create policy conversations_tenant on public.conversations to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.conversations from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.conversations to colloquy_app;
-- Disabling somebody locks the conversations that may need another admin; a lock wants the right to change one column.
-- The erasure of a company changes the others.
grant select, update (context_id, is_closed, title, title_folded) on table public.conversations to colloquy_system;

-- Every message changes its conversation's row, and room for the next version in the same page saves the index's part.
alter table public.conversations set (fillfactor = 50);
