-- Moves the sender's marks to an own message that has just been sent, unless something unread lies before it. p_mark is the
-- membership before the send.
create or replace function app.follow_own_send(p_mark public.participants, p_seq int) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  if p_mark.unread_from_seq is not null then
    return;
  end if;
  update public.participants p set last_read_seq = p_seq, last_delivered_seq = p_seq
  where p.company_id = p_mark.company_id and p.conversation_id = p_mark.conversation_id and p.user_id = p_mark.user_id
    and p.last_read_seq < p_seq and not exists (
      select from public.messages m
      where m.company_id = p_mark.company_id and m.conversation_id = p_mark.conversation_id
        and m.seq > greatest(p_mark.last_read_seq, p_mark.hidden_seq)
        and m.seq < p_seq and m.author_id <> p_mark.user_id and m.state = 'POSTED'
        and (not m.is_restricted or exists (select from app.allowed(m.company_id, m.id, p_mark.user_id)))
        and not exists (
          select from public.hidden_messages h where h.company_id = m.company_id and h.user_id = p_mark.user_id
            and h.conversation_id = m.conversation_id and h.seq = m.seq
        )
    );
end
$$;

revoke all on function app.follow_own_send from public, colloquy_app, colloquy_system;
grant execute on function app.follow_own_send to colloquy_app;
