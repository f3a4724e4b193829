-- True if the keys of the company with this id or external id were destroyed. It tells a login that was erased with the
-- company why it is refused.
create or replace function app.keys_destroyed(p_reference text) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select exists (
    select from public.key_states s join public.companies c on c.id = s.company_id
    where s.destroyed_at is not null and (c.id = app.company_named(p_reference) or c.external_id = p_reference)
  )
$$;

revoke all on function app.keys_destroyed from public, colloquy_app, colloquy_system;
grant execute on function app.keys_destroyed to colloquy_app;
