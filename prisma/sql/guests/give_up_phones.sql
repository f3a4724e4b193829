-- Takes the phones off these guests of the company, so that another guest of the same import may have them. Each is written by
-- its key, whatever the planner believes of the company's guests.
create or replace function app.give_up_phones(p_guests uuid[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_guest uuid;
begin
  foreach v_guest in array p_guests loop
    update public.guests g set phone_hash = null
    where g.company_id = app.bound_company() and g.id = v_guest and g.phone_hash is not null;
  end loop;
end
$$;

revoke all on function app.give_up_phones from public, colloquy_app, colloquy_system;
grant execute on function app.give_up_phones to colloquy_app;
