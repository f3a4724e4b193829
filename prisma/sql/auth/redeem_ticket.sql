-- A ticket is valid once because it is redeemed by deleting its row: only one caller can delete it.
create or replace function app.redeem_ticket(p_hash bytea)
returns table (company_id uuid, user_id uuid, token_expires_at timestamptz, is_enabled boolean)
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  delete from public.connection_tickets t using public.users u
  where t.ticket_hash = p_hash and t.expires_at > now() and u.company_id = t.company_id and u.id = t.user_id
  returning t.company_id, t.user_id, t.token_expires_at, u.is_enabled
$$;

revoke all on function app.redeem_ticket from public, colloquy_app, colloquy_system;
grant execute on function app.redeem_ticket to colloquy_app;
