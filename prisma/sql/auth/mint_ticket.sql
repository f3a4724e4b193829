-- Creates a ticket for the bound member, and deletes a few expired ones so that unused tickets do not accumulate.
create or replace function app.mint_ticket(p_hash bytea, p_token_expires_at timestamptz) returns timestamptz
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  delete from public.connection_tickets t where t.ticket_hash in (
    select e.ticket_hash from public.connection_tickets e where e.expires_at <= now()
    order by e.expires_at limit 10 for update skip locked
  );
  insert into public.connection_tickets (company_id, ticket_hash, user_id, expires_at, token_expires_at)
  select m.company_id, p_hash, app.bound_user(), least(now() + interval '60 seconds', p_token_expires_at), p_token_expires_at
  from (select app.current_company() as company_id) m where m.company_id is not null
  returning expires_at
$$;

revoke all on function app.mint_ticket from public, colloquy_app, colloquy_system;
grant execute on function app.mint_ticket to colloquy_app;
