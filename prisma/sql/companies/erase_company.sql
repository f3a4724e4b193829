-- Erases the plaintext of the bound company, whose keys are destroyed: names, addresses, titles, the ids of contexts and
-- logins. Everybody is disabled, so that no policy shows anything of it from the commit on. Ciphertext stays.
-- Triggers of people, roles and settings take the company's stream, which is the last lock of every write. All other rows are
-- therefore locked before, in the order of other writers, so that nobody who waits for the stream holds one of them.
create or replace function app.erase_company() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
begin
  -- The lock of all changes of keys: those under way end first, and later ones see that the keys are destroyed.
  perform pg_advisory_xact_lock(hashtextextended('keys ' || v_company, 0));
  -- Changes of members and roles; purges, holds and erasures of members; guests.
  perform from public.companies c where c.id = v_company for no key update;
  perform app.lock_purge();
  perform pg_advisory_xact_lock(hashtextextended('guests ' || v_company, 0));
  perform app.keys_changed(true);
  perform from public.conversations c where c.company_id = v_company order by c.id for no key update;
  -- A closed conversation needs no other admin when all of its people are disabled.
  update public.conversations c set title = '', title_folded = '', is_closed = true,
    context_id = case when c.context_id is not null then c.id::text end
  where c.company_id = v_company;
  delete from public.conversation_departments d where d.company_id = v_company;
  update public.message_access a set attribute = 'erased' where a.company_id = v_company and a.attribute is not null;
  delete from public.legal_holds h where h.company_id = v_company;
  perform app.remove_files(array(select a.id from public.attachments a where a.company_id = v_company));
  delete from public.reactions r where r.company_id = v_company;
  delete from public.idempotency_keys k where k.company_id = v_company;
  delete from public.connection_tickets t where t.company_id = v_company;
  -- The mark first, since whoever scans events for push messages holds it while they look at subscriptions.
  delete from public.push_marks d where d.company_id = v_company;
  delete from public.push_subscriptions s where s.company_id = v_company;
  delete from public.pending_digests d where d.company_id = v_company;
  update public.broadcasts b set status = 'CANCELLED' where b.company_id = v_company and b.status = 'SCHEDULED';
  perform from public.guests g where g.company_id = v_company order by g.id for update;
  update public.guest_deliveries d set status = 'DROPPED', changed_at = clock_timestamp()
  where d.company_id = v_company and d.status = 'QUEUED';
  update public.guests g set external_id = null, name = null, phone = null, email = null, phone_hash = null,
    email_hash = null, words = '{}', time_zone = null, erased_at = coalesce(g.erased_at, now())
  where g.company_id = v_company;
  update public.inbound_messages i set phone_hash = null where i.company_id = v_company and i.phone_hash is not null;
  delete from app.sms_numbers n where n.company_id = v_company;
  perform from public.roles r where r.company_id = v_company order by r.id for update;
  perform from public.users u where u.company_id = v_company order by u.id for update;
  perform from public.sms_settings s where s.company_id = v_company for update;
  -- From here on the stream is held.
  update public.users u set name = 'Former member', name_folded = 'former member', search_words = '{former,member}',
    search_source = E'Former member\n', email = null, department = null, avatar_url = null, locale = null,
    do_not_disturb_until = null, external_id_hash = null, email_hash = null, external_id = null, issuer = null, subject = null, is_enabled = false
  where u.company_id = v_company;
  update public.roles r set name = r.id::text where r.company_id = v_company and not r.is_built_in;
  update public.sms_settings s set from_number = null, help_business = null, help_purpose = null, help_phone = null,
    help_email = null, help_website = null, help_disclaimer = null, stop_words = '{}', meta = null
  where s.company_id = v_company;
  update public.companies c set name = 'Destroyed company', spam = null where c.id = v_company;
  perform app.record_audit('keys.destroyed', v_company);
end
$$;

revoke all on function app.erase_company from public, colloquy_app, colloquy_system;
grant execute on function app.erase_company to colloquy_system;
