-- Sends many messages of any companies in one call, and returns a row for each, with its place in the lists as item.
-- Ordinary ones are SENT; what is unusual or would be refused is ALONE, and has not been written: app.send_message sends it
-- or says why not. It waits for nobody: where somebody holds a row, its items are BUSY, or all of the company's are
-- COMPANY_BUSY. A failure undoes its own company's part alone.
create or replace function app.send_messages(
  p_companies uuid[], p_users uuid[], p_messages uuid[], p_conversations uuid[], p_subjects bytea[], p_bodies bytea[],
  p_metadata bytea[], p_priorities text[], p_client_ids text[], p_keys text[], p_hashes bytea[], p_words text[],
  p_requests text[], p_key_hashes bytea[], p_origins bytea[], p_salts bytea[], p_sealed bytea[]
) returns table (item int, outcome text, seq int, created_at timestamptz, "position" bigint)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
-- Unique keys do wait; what waits for a stream that is held here would wait in vain.
set lock_timeout = '20ms' as $$
#variable_conflict use_column
declare
  v_company uuid;
begin
  begin
    return query select w.* from app.write_messages(
      null, p_companies, p_users, p_messages, p_conversations, p_subjects, p_bodies, p_metadata, p_priorities,
      p_client_ids, p_keys, p_hashes, p_words, p_requests, p_key_hashes, p_origins, p_salts, p_sealed
    ) w;
    return;
  exception when others then
    null; -- One of them has spoiled it: each company gets a try of its own.
  end;
  for v_company in select distinct t.company_id from unnest(p_companies) t (company_id) loop
    begin
      return query select w.* from app.write_messages(
        v_company, p_companies, p_users, p_messages, p_conversations, p_subjects, p_bodies, p_metadata, p_priorities,
        p_client_ids, p_keys, p_hashes, p_words, p_requests, p_key_hashes, p_origins, p_salts, p_sealed
      ) w;
    exception when others then
      -- Sent alone, each is told its own reason, or succeeds without the one that spoiled this.
      return query select t.item::int, 'ALONE', null::int, null::timestamptz, null::bigint
      from unnest(p_companies) with ordinality t (company_id, item) where t.company_id = v_company;
    end;
  end loop;
end
$$;

revoke all on function app.send_messages from public, colloquy_app, colloquy_system;
grant execute on function app.send_messages to colloquy_app;
