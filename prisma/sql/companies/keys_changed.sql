-- Notes that the keys of the bound company have changed, so that every process loads them anew.
create or replace function app.keys_changed(p_destroyed boolean) returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
  insert into public.key_states as s (company_id, changed_at, destroyed_at)
  values (app.bound_company(), clock_timestamp(), case when p_destroyed then clock_timestamp() end)
  on conflict (company_id) do update
    set changed_at = greatest(excluded.changed_at, s.changed_at + interval '1 millisecond'),
      destroyed_at = coalesce(s.destroyed_at, excluded.destroyed_at)
$$;

revoke all on function app.keys_changed from public, colloquy_app, colloquy_system;
grant execute on function app.keys_changed to colloquy_system;
