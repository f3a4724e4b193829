create or replace function app.purge_idempotency_keys(p_max int) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_count int;
begin
  delete from public.idempotency_keys k where k.ctid = any(array(
    select o.ctid from public.idempotency_keys o
    where o.created_at < now() - interval '7 days' order by o.created_at limit p_max
  ));
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

revoke all on function app.purge_idempotency_keys from public, colloquy_app, colloquy_system;
grant execute on function app.purge_idempotency_keys to colloquy_system;
