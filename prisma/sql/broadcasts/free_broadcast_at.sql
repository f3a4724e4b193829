-- Returns the time at which the company may send its next broadcast, given those of the last hour. A time in the past
-- means now. The caller holds the lock of the company's broadcasts. Raises CQ403 if the company's limit is 0.
create or replace function app.free_broadcast_at(p_company uuid) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_max int;
  v_free_at timestamptz;
begin
  select c.broadcasts_per_hour into v_max from public.companies c where c.id = p_company;
  if v_max = 0 then
    raise exception using errcode = 'CQ403', message = 'Broadcasts are switched off in this company.';
  end if;
  select b.sent_at + interval '1 hour' into v_free_at from public.broadcasts b
  where b.company_id = p_company and b.sent_at > clock_timestamp() - interval '1 hour'
  order by b.sent_at desc offset v_max - 1 limit 1;
  return coalesce(v_free_at, clock_timestamp());
end
$$;

revoke all on function app.free_broadcast_at from public, colloquy_app, colloquy_system;
grant execute on function app.free_broadcast_at to colloquy_app;
