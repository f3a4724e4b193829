-- Raises the reason for which a non-member can do nothing in a listed group. For other conversations it does nothing.
create or replace function app.refuse_stranger(p_conversation public.conversations) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if app.is_listed(p_conversation.kind, p_conversation.access, p_conversation.is_closed) then
    raise exception using errcode = 'CQ403', message = case p_conversation.access
      when 'OPEN' then 'You are not in this group: join it first.'
      else 'You are not in this group: one of its admins has to add you first.'
    end;
  end if;
end
$$;

revoke all on function app.refuse_stranger from public, colloquy_app, colloquy_system;
grant execute on function app.refuse_stranger to colloquy_app;
