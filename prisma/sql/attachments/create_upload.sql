-- Begins an upload as releases before app.begin_upload call it, which serve beside this one while it is rolled out. False if any room
-- is used up.
create or replace function app.create_upload(
  p_company uuid, p_user uuid, p_attachment uuid, p_kind text, p_name bytea, p_key bytea, p_size int, p_duration_ms int,
  p_quota bigint, p_max_unsent int
) returns boolean
language sql volatile set search_path = pg_catalog, pg_temp as $$
  select app.begin_upload(
    p_company, p_user, p_attachment, p_kind, p_name, p_key, p_size, p_duration_ms, p_quota, p_max_unsent
  ) is null
$$;

revoke all on function app.create_upload from public, colloquy_app, colloquy_system;
grant execute on function app.create_upload to colloquy_app;
