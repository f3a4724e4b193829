-- A company can be named by its id or external id, so no external id may be the id of another company, neither as a
-- UUID nor in the form of the API.
create or replace function app.company_named(p_reference text) returns uuid
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_reference text := p_reference;
begin
  if v_reference ~ '^[A-Za-z0-9_-]{59}$' then
    v_reference := convert_from(decode(translate(v_reference, '-_', '+/') || '=', 'base64'), 'LATIN1');
    v_reference := case when starts_with(v_reference, 'Company:') then substr(v_reference, 9) else '' end;
  end if;
  if lower(v_reference) ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    return v_reference::uuid;
  end if;
  return null;
end
$$;

revoke all on function app.company_named from public, colloquy_app, colloquy_system;
