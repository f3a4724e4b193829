-- A broadcast. Once sent it is message 1 of its own conversation, and all three have the same id. Its texts are
-- encrypted for that message from the start, so that a scheduled broadcast is sent by copying ciphertext, without a
-- key.

alter table public.broadcasts enable row level security;
alter table public.broadcasts force row level security;

drop policy if exists broadcasts_system on public.broadcasts;
create policy broadcasts_system on public.broadcasts to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists broadcasts_tenant on public.broadcasts;
create policy broadcasts_tenant on public.broadcasts to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.broadcasts from public, colloquy_app, colloquy_system;
grant insert, select, update on table public.broadcasts to colloquy_app;
grant delete, select, update (status) on table public.broadcasts to colloquy_system;
