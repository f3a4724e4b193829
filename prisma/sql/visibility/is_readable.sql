-- True if a person may read a conversation's messages: as a member, or as a visitor of a context that is not restricted. p_member
-- is the user of their membership, or null. The planner merges the body into the statement that asks.
create or replace function app.is_readable(p_member uuid, p_kind text, p_last_seq int, p_creator uuid, p_audience text)
returns boolean
language sql immutable
return (p_member is not null and app.is_begun(p_kind, p_last_seq, p_creator, p_member) or p_audience = 'VISITORS');

revoke all on function app.is_readable from public, colloquy_app, colloquy_system;
grant execute on function app.is_readable to colloquy_app, colloquy_system;
