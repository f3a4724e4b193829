create or replace function app.refuse_ambiguous_company() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_global_id text := rtrim(translate(encode(convert_to('Company:' || new.id::text, 'UTF8'), 'base64'), '+/', '-_'), '=');
begin
  if exists (select from public.companies c where c.id = app.company_named(new.external_id) and c.id <> new.id)
    or exists (select from public.companies c where c.external_id in (new.id::text, v_global_id) and c.id <> new.id)
  then
    raise exception using errcode = '23514', constraint = 'companies_external_id_check', table = 'companies',
      message = 'The external id of a company must not be the id of another company.';
  end if;
  return new;
end
$$;

revoke all on function app.refuse_ambiguous_company from public, colloquy_app, colloquy_system;
