alter table public.idempotency_keys enable row level security;
alter table public.idempotency_keys force row level security;

-- Keys are kept for at least a day. The system role sees keys older than a week of all companies, and no others.
drop policy if exists idempotency_keys_past on public.idempotency_keys;
create policy idempotency_keys_past on public.idempotency_keys to colloquy_system
  using (created_at < now() - interval '7 days') with check (false);

drop policy if exists idempotency_keys_sending on public.idempotency_keys;
create policy idempotency_keys_sending on public.idempotency_keys to current_user
  using (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null)
  with check (array_position((select nullif(current_setting('app.sending_companies', true), '')::uuid[]), company_id) is not null);

drop policy if exists idempotency_keys_system on public.idempotency_keys;
create policy idempotency_keys_system on public.idempotency_keys to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists idempotency_keys_tenant on public.idempotency_keys;
create policy idempotency_keys_tenant on public.idempotency_keys to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.idempotency_keys from public, colloquy_app, colloquy_system;
grant insert, select on table public.idempotency_keys to colloquy_app;
grant delete, select on table public.idempotency_keys to colloquy_system;
