-- True unless it is a direct conversation without a message that another person started. The creator is null once both people
-- have started it. The planner merges the body into the statement that asks.
create or replace function app.is_begun(p_kind text, p_last_seq int, p_creator uuid, p_user uuid) returns boolean
language sql immutable
return (p_kind <> 'DIRECT' or p_last_seq > 0 or p_creator is null or p_creator = p_user);

revoke all on function app.is_begun from public, colloquy_app, colloquy_system;
grant execute on function app.is_begun to colloquy_app, colloquy_system;
