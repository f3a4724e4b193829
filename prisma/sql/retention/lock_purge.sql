-- Waits for its turn to purge the bound company: slices run one after another, whichever process runs them. Legal holds are made
-- and erasures done under the same lock, so that a slice sees every hold that is committed before it ends.
create or replace function app.lock_purge() returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
  select pg_advisory_xact_lock(hashtextextended('purge ' || app.bound_company(), 0))
$$;

revoke all on function app.lock_purge from public, colloquy_app, colloquy_system;
grant execute on function app.lock_purge to colloquy_app, colloquy_system;
