-- Takes an incoming SMS, once for each id of the provider. `p_word` is STOP, START, YES, HELP or REVIEW, or null. Each part is a
-- company that is concerned: the first one receives the message, and a STOP or START is the consent of its guest in all of them.
-- A START subscribes a guest about whom nothing is known in the first company alone. A STOP or START
-- of a phone that is no guest's is kept under its hash, for a later import. All is one transaction: a STOP that is answered is kept, and drops what is queued. Returns the word to answer, null for none,
-- the company that answers, and each company's position. A repeated message is answered as it was, and changes nothing.
create or replace function app.take_inbound(
  p_sid text, p_contact bytea, p_word text, p_parts jsonb, out reply text, out reply_company uuid, out positions jsonb,
  out replayed boolean
) language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_part record;
  v_guest public.guests;
  v_position bigint;
  v_is_new boolean := false;
  v_main uuid := (p_parts -> 0 ->> 'companyId')::uuid;
begin
  positions := '{}';
  -- Claims try this lock, and leave a contact alone while somebody holds it.
  perform pg_advisory_xact_lock(hashtextextended('sms ' || encode(p_contact, 'hex'), 0));
  select s.reply, s.company_id into reply, reply_company from app.sms_seen s where s.provider_sid = p_sid;
  replayed := found;
  if replayed then
    return;
  end if;
  if p_word = 'STOP' then
    insert into app.sms_stops (contact_hash) values (p_contact) on conflict do nothing;
    v_is_new := found;
  elsif p_word in ('START', 'YES') then
    delete from app.sms_stops s where s.contact_hash = p_contact;
    v_is_new := found;
  end if;
  for v_part in
    select * from jsonb_to_recordset(p_parts) p (
      "companyId" uuid, "phoneHash" text, "inboundId" uuid, phone text, body text, "receivedOn" text, "eventId" uuid, words text
    ) order by p."companyId"
  loop
    perform set_config('app.company_id', v_part."companyId"::text, true);
    select g.* into v_guest from public.guests g
    where g.company_id = v_part."companyId" and g.phone_hash = decode(v_part."phoneHash", 'hex') for no key update;
    if v_guest.id is null and p_word in ('STOP', 'START', 'YES') then
      -- The lock of imports: one that is under way may be making this guest.
      perform pg_advisory_xact_lock(hashtextextended('guests ' || v_part."companyId", 0));
      select g.* into v_guest from public.guests g
      where g.company_id = v_part."companyId" and g.phone_hash = decode(v_part."phoneHash", 'hex') for no key update;
      if v_guest.id is null and (p_word = 'STOP' or 'OPTED_OUT' = (
        select e.state from public.consent_events e
        where e.company_id = v_part."companyId" and e.phone_hash = decode(v_part."phoneHash", 'hex')
        order by e.phone_hash desc, e.id desc limit 1
      )) then
        insert into public.consent_events (company_id, id, phone_hash, state, source, words)
        values (v_part."companyId", v_part."eventId", decode(v_part."phoneHash", 'hex'),
          case p_word when 'STOP' then 'OPTED_OUT' else 'SUBSCRIBED' end, 'KEYWORD', decode(v_part.words, 'hex'));
      end if;
    end if;
    v_position := null;
    if v_part."companyId" = v_main then
      insert into public.inbound_messages (company_id, id, guest_id, phone, phone_hash, body, received_on, provider_sid)
      values (v_main, v_part."inboundId", v_guest.id, decode(v_part.phone, 'hex'), decode(v_part."phoneHash", 'hex'),
        decode(v_part.body, 'hex'), v_part."receivedOn", p_sid);
    end if;
    if v_guest.id is not null and (p_word = 'STOP'
      or v_guest.consent = 'OPTED_OUT' and p_word in ('START', 'YES')
      or v_guest.consent = 'UNKNOWN' and p_word = 'START' and v_part."companyId" = v_main)
    then
      v_is_new := v_is_new or v_guest.consent <> case p_word when 'STOP' then 'OPTED_OUT' else 'SUBSCRIBED' end;
      v_position := app.change_consent(v_part."eventId", v_guest.id,
        case p_word when 'STOP' then 'OPTED_OUT' else 'SUBSCRIBED' end, 'KEYWORD', decode(v_part.words, 'hex'), null);
    elsif p_word = 'REVIEW' and v_guest.consent <> 'OPTED_OUT' and v_part."companyId" = v_main then
      update public.guests g set needs_consent_review = true where g.company_id = v_main and g.id = v_guest.id;
      v_position := app.append_guest_events('GUEST_CONSENT', array[v_guest.id]);
    end if;
    if v_part."companyId" = v_main then
      v_position := app.append_guest_events('GUEST_INBOUND', array[v_part."inboundId"]);
    end if;
    if v_position is not null then
      positions := positions || jsonb_build_object(v_part."companyId", v_position);
    end if;
  end loop;
  reply := case when p_word = 'HELP' then 'HELP' when v_is_new and p_word = 'STOP' then 'STOP'
    when v_is_new and p_word in ('START', 'YES') then 'START' end;
  reply_company := v_main;
  insert into app.sms_seen (provider_sid, reply, company_id) values (p_sid, reply, v_main);
end
$$;

revoke all on function app.take_inbound from public, colloquy_app, colloquy_system;
grant execute on function app.take_inbound to colloquy_system;
