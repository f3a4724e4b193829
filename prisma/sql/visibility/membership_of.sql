-- Returns a person's membership in a conversation: the stored row, or in a company-wide conversation the implied one of every
-- member, which starts after the messages from before they joined the company. The planner merges the body into the statement
-- that asks; each offset 0 keeps it from reading all memberships of the person, because it expects almost none.
create or replace function app.membership_of(p_company uuid, p_conversation uuid, p_audience text, p_user uuid)
returns table (
  user_id uuid, role text, unread_from_seq int, hidden_seq int, is_muted boolean, muted_until timestamptz, last_read_seq int
)
language sql stable rows 1
begin atomic
  select p_user, coalesce(r.role, 'MEMBER'), r.unread_from_seq, r.hidden_seq, coalesce(r.is_muted, false), r.muted_until,
    case when r.user_id is null then app.start_seq(p_company, p_conversation, p_user) else r.last_read_seq end
  from (select 1) asked
  left join lateral (
    select * from public.participants r
    where r.company_id = p_company and r.conversation_id = p_conversation and r.user_id = p_user and r.left_at is null offset 0
  ) r on true
  where r.user_id is not null or p_audience = 'COMPANY' offset 0;
end;

revoke all on function app.membership_of from public, colloquy_app, colloquy_system;
grant execute on function app.membership_of to colloquy_app, colloquy_system;
