-- Binds the person who acts and the request for one transaction: audit events that are recorded in it tell them. Returns the company,
-- so that a statement can make sure that this runs first. A person who is null is the bound member. Salt and ciphertext of the
-- origin are given until it is stored.
create or replace function app.bind_act(
  p_company uuid, p_actor uuid, p_request text, p_key bytea, p_origin bytea, p_salt bytea, p_sealed bytea
) returns uuid
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform set_config('app.act_actor', coalesce(p_actor::text, ''), true),
    set_config('app.act_request', coalesce(p_request, ''), true),
    set_config('app.act_key', coalesce(p_key::text, ''), true),
    set_config('app.act_origin', coalesce(p_origin::text, ''), true),
    set_config('app.act_salt', coalesce(p_salt::text, ''), true),
    set_config('app.act_sealed', coalesce(p_sealed::text, ''), true);
  return p_company;
end
$$;

revoke all on function app.bind_act from public, colloquy_app, colloquy_system;
grant execute on function app.bind_act to colloquy_app, colloquy_system;
