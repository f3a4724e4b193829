-- One row if a message of a conversation that a person may read is kept from them, else none: they have hidden it, its access
-- rules keep it from them, or it is held or was rejected and is another person's. The planner merges the body into the statement
-- that asks.
create or replace function app.kept_from(
  p_company uuid, p_conversation uuid, p_message uuid, p_seq int, p_author uuid, p_is_restricted boolean, p_user uuid
) returns setof boolean
language sql stable rows 1
begin atomic
  select true
  where p_seq is null and p_author is distinct from p_user
    or p_is_restricted and p_author is distinct from p_user and not exists (select from app.allowed(p_company, p_message, p_user))
    or exists (
      select from public.hidden_messages h
      where h.company_id = p_company and h.user_id = p_user and h.conversation_id = p_conversation and h.seq = p_seq
    );
end;

revoke all on function app.kept_from from public, colloquy_app, colloquy_system;
grant execute on function app.kept_from to colloquy_app, colloquy_system;
