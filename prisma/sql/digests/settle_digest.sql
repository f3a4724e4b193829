-- Ends a digest job: the person was sent the messages of these conversations up to these numbers, and is checked again
-- later.
create or replace function app.settle_digest(p_user uuid, p_queued_at bigint, p_conversations uuid[], p_seqs int[]) returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
  insert into public.told_messages as t (company_id, user_id, conversation_id, seq)
  select app.bound_company(), p_user, u.conversation_id, u.seq from unnest(p_conversations, p_seqs) u (conversation_id, seq)
  on conflict (company_id, user_id, conversation_id) do update set seq = greatest(t.seq, excluded.seq);
  update public.pending_digests d set queued_at = null
  where d.company_id = app.bound_company() and d.user_id = p_user
    and (extract(epoch from d.queued_at) * 1000)::bigint = p_queued_at;
$$;

revoke all on function app.settle_digest from public, colloquy_app, colloquy_system;
grant execute on function app.settle_digest to colloquy_system;
