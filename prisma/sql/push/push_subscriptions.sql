alter table public.push_subscriptions enable row level security;
alter table public.push_subscriptions force row level security;

drop policy if exists push_subscriptions_system on public.push_subscriptions;
create policy push_subscriptions_system on public.push_subscriptions to colloquy_system
  using (company_id = (select app.bound_company()))
  with check (company_id = (select app.bound_company()));

drop policy if exists push_subscriptions_tenant on public.push_subscriptions;
create policy push_subscriptions_tenant on public.push_subscriptions to colloquy_app
  using (company_id = (select app.current_company()))
  with check (company_id = (select app.current_company()));

revoke all on table public.push_subscriptions from public, colloquy_app, colloquy_system;
grant delete, insert, select, update on table public.push_subscriptions to colloquy_system;
