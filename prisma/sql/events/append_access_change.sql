create or replace function app.append_access_change(p_company uuid, p_users uuid[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_position bigint;
begin
  update public.company_streams s set position = s.position + 1
  where s.company_id = p_company returning s.position into v_position;
  if v_position is null or app.bound_user() is not null and app.verified_company() is null then
    raise exception using errcode = 'CQ401', message = 'You have no active membership in this company.';
  end if;
  insert into public.events (company_id, position, kind, actor_id, left_ids)
  values (p_company, v_position, 'ACCESS_CHANGED', app.bound_user(), p_users);
end
$$;

revoke all on function app.append_access_change from public, colloquy_app, colloquy_system;
grant execute on function app.append_access_change to colloquy_app, colloquy_system;
