-- Counts a recipient's first delivery and first reading. Memberships that begin after message 1 are not counted: the
-- author's, and those of members who joined later. A person who was disabled when the broadcast was sent may read it
-- later, so the counts are capped at the number of recipients.
create or replace function app.count_broadcast_marks() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  update public.broadcasts b set
    delivered_count = least(
      b.recipient_count, b.delivered_count + (old.last_delivered_seq = 0 and new.last_delivered_seq > 0)::int
    ),
    read_count = least(b.recipient_count, b.read_count + (old.last_read_seq = 0 and new.last_read_seq > 0)::int)
  where b.company_id = new.company_id and b.id = new.conversation_id;
  return null;
end
$$;

revoke all on function app.count_broadcast_marks from public, colloquy_app, colloquy_system;
grant execute on function app.count_broadcast_marks to colloquy_app;
