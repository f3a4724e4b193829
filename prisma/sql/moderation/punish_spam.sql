-- Decides about a message of the person in which p_signals were found, and takes the next step of the penalties: a warning;
-- then pauses of 5, 10, 20, 40 and 60 minutes, in which nothing is accepted; then messages are held for review. A step is
-- taken back for each whole day since the last one. Without p_may_hold, for an edit or a broadcast, the last step is a pause of 60
-- minutes too. Returns WARNING, REFUSED with the end of the pause, or HELD; null if
-- there is nothing to object to. p_signals is null for a person who is exempt.
create or replace function app.punish_spam(
  p_company uuid, p_user uuid, p_signals text[], p_may_hold boolean, out penalty text, out cooldown_until timestamptz
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  c_held constant int := 7;
  v_now timestamptz := date_trunc('milliseconds', clock_timestamp());
  v_step int;
begin
  if p_signals is null then
    return;
  end if;
  select s.cooldown_until into cooldown_until from public.spam_penalties s
  where s.company_id = p_company and s.user_id = p_user and s.cooldown_until > v_now;
  if found then
    penalty := 'REFUSED';
    return;
  elsif cardinality(p_signals) = 0 then
    return;
  end if;
  insert into public.spam_penalties as s (company_id, user_id, step, stepped_at)
  values (p_company, p_user, 1, v_now)
  on conflict (company_id, user_id) do update set stepped_at = v_now,
    step = least(c_held, 1 + greatest(0, s.step - floor(extract(epoch from v_now - s.stepped_at) / 86400)::int))
  returning s.step into v_step;
  if v_step = 1 then
    penalty := 'WARNING';
  elsif v_step >= c_held and p_may_hold then
    penalty := 'HELD';
  else
    penalty := 'REFUSED';
    cooldown_until := v_now + least(interval '1 hour', interval '5 minutes' * 2 ^ (v_step - 2));
    update public.spam_penalties s set cooldown_until = punish_spam.cooldown_until
    where s.company_id = p_company and s.user_id = p_user;
  end if;
end
$$;

revoke all on function app.punish_spam from public, colloquy_app, colloquy_system;
grant execute on function app.punish_spam to colloquy_app;
