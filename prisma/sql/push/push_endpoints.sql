-- The subscription that owns an endpoint: the one that was registered last, in whatever company. Outside of all tenants, for the
-- system role. Endpoints are known by keyed hashes.
create table if not exists app.push_endpoints (
  endpoint_hash bytea not null,
  company_id uuid not null,
  subscription_id uuid not null,
  constraint push_endpoints_pkey primary key (endpoint_hash),
  constraint push_endpoints_subscription_fkey foreign key (company_id, subscription_id)
    references public.push_subscriptions (company_id, id) on delete cascade
);
create index if not exists push_endpoints_subscription_idx on app.push_endpoints (company_id, subscription_id);

revoke all on table app.push_endpoints from public, colloquy_app, colloquy_system;
grant delete, insert, select, update on table app.push_endpoints to colloquy_system;
