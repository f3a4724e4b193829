-- True if it is a group that people outside of it find. They see its title, description and access. The planner merges the body
-- into the statement that asks.
create or replace function app.is_listed(p_kind text, p_access text, p_is_closed boolean) returns boolean
language sql immutable
return (p_kind = 'GROUP' and p_access in ('OPEN', 'CLOSED') and not p_is_closed);

revoke all on function app.is_listed from public, colloquy_app, colloquy_system;
grant execute on function app.is_listed to colloquy_app, colloquy_system;
