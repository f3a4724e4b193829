-- Raises an error if the company's settings forbid writing. A write that passed the check of the application may arrive
-- here after the settings were changed.
create or replace function app.require_open(p_company uuid) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_enabled boolean;
  v_safe boolean;
begin
  select c.messaging_enabled, c.safe_mode into v_enabled, v_safe from public.companies c where c.id = p_company;
  if not v_enabled then
    raise exception using errcode = 'CQ410', message = 'Messaging is switched off in this company.';
  elsif v_safe then
    raise exception using errcode = 'CQ405', message = 'The company is in safe mode: nothing can be written.';
  end if;
end
$$;

revoke all on function app.require_open from public, colloquy_app, colloquy_system;
grant execute on function app.require_open to colloquy_app, colloquy_system;
