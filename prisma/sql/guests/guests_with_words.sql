-- Returns the ids of the company's guests, latest first, who have all of these words. Runs as the owner: array operators
-- are not leakproof, so under a policy they cannot use the index. Words are hashed with the company's key; the additional
-- condition on the company cannot use an index, because scanning all its rows would be slower.
create or replace function app.guests_with_words(p_words bigint[], p_consent text, p_before uuid, p_max int)
returns setof uuid
language plpgsql stable security definer rows 100
set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.current_company();
begin
  if v_company is null or cardinality(p_words) = 0 then
    return;
  end if;
  return query
    with holding as materialized (
      select g.id, g.consent, g.erased_at from public.guests g
      where g.words @> p_words and g.company_id is not distinct from v_company
    )
    select h.id from holding h
    where h.erased_at is null and (p_consent is null or h.consent = p_consent) and (p_before is null or h.id < p_before)
    order by h.id desc limit p_max;
end
$$;

revoke all on function app.guests_with_words from public, colloquy_app, colloquy_system;
grant execute on function app.guests_with_words to colloquy_app;
