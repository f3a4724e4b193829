-- Returns the conversation of a message if a person may read the message in it now, else nothing. The planner merges the body into
-- the statement that asks.
create or replace function app.seen(
  p_company uuid, p_conversation uuid, p_message uuid, p_seq int, p_author uuid, p_is_restricted boolean, p_user uuid
) returns table (id uuid, context_type text, sensitivity text)
language sql stable rows 1
begin atomic
  select c.id, c.context_type, c.sensitivity
  from public.conversations c
  left join lateral app.membership_of(c.company_id, c.id, c.audience, p_user) p on true
  where c.company_id = p_company and c.id = p_conversation
    and app.is_readable(p.user_id, c.kind, c.last_seq, c.created_by_id, c.audience)
    and (p_seq is null or p_seq > coalesce(p.hidden_seq, 0))
    and not exists (
      select from app.kept_from(p_company, p_conversation, p_message, p_seq, p_author, p_is_restricted, p_user)
    );
end;

revoke all on function app.seen from public, colloquy_app, colloquy_system;
grant execute on function app.seen to colloquy_app, colloquy_system;
