-- Stores a signed checkpoint that continues the bound company's trail from p_from events to p_size. Returns false, and stores
-- nothing, if another process has sealed meanwhile.
create or replace function app.keep_checkpoint(
  p_from bigint, p_size bigint, p_root bytea, p_range bytea, p_note text, p_leaves bytea, p_levels int[], p_indexes bigint[],
  p_hashes bytea[]
) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
begin
  if p_from = 0 then
    insert into public.audit_heads (company_id, size, range) values (v_company, p_size, p_range) on conflict do nothing;
  else
    update public.audit_heads h set size = p_size, range = p_range where h.company_id = v_company and h.size = p_from;
  end if;
  if not found then
    return false;
  end if;
  insert into public.audit_checkpoints (company_id, size, root, note, leaves)
  values (v_company, p_size, p_root, p_note, p_leaves);
  insert into public.audit_nodes (company_id, level, index, hash)
  select v_company, n.* from unnest(p_levels, p_indexes, p_hashes) n (level, index, hash);
  return true;
end
$$;

revoke all on function app.keep_checkpoint from public, colloquy_app, colloquy_system;
grant execute on function app.keep_checkpoint to colloquy_system;
