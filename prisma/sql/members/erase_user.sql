-- Erases a member of the bound company: the row stays as "Former member" for what they wrote, and keyed hashes of their external id
-- and e-mail address, so that no synchronisation brings them back. The caller holds the lock of members. Triggers tell subscribers
-- and the audit trail; the origins of their acts are emptied after those have taken the stream, so that no act comes after it.
create or replace function app.erase_user(p_user uuid, p_external_id_hash bytea, p_email_hash bytea) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_company uuid := app.bound_company();
begin
  delete from public.connection_tickets t where t.company_id = v_company and t.user_id = p_user;
  delete from public.pending_digests d where d.company_id = v_company and d.user_id = p_user;
  delete from public.told_messages t where t.company_id = v_company and t.user_id = p_user;
  delete from public.push_subscriptions s where s.company_id = v_company and s.user_id = p_user;
  delete from public.idempotency_keys k where k.company_id = v_company and k.user_id = p_user;
  delete from public.hidden_messages h where h.company_id = v_company and h.user_id = p_user;
  delete from public.spam_penalties s where s.company_id = v_company and s.user_id = p_user;
  update public.broadcasts b set status = 'CANCELLED'
  where b.company_id = v_company and b.author_id = p_user and b.status = 'SCHEDULED';
  -- Files after the broadcasts that hold them, as sending locks them.
  perform app.remove_files(array(
    select a.id from public.attachments a
    where a.company_id = v_company and a.message_id is null and a.uploader_id = p_user
  ));
  -- Conversations before memberships, as sending locks them.
  perform from public.conversations c where c.company_id = v_company and c.id in (
    select p.conversation_id from public.participants p
    where p.company_id = v_company and p.user_id = p_user and (p.is_muted or p.unread_from_seq is not null)
  ) order by c.id for no key update;
  update public.participants p set is_muted = false, muted_until = null, unread_from_seq = null
  where p.company_id = v_company and p.user_id = p_user and (p.is_muted or p.unread_from_seq is not null);
  update public.users u set name = 'Former member', name_folded = 'former member', search_words = '{former,member}',
    search_source = E'Former member\n', email = null, department = null, avatar_url = null, locale = null,
    do_not_disturb_until = null, sound = default, browser_notifications = default, email_when_offline = default,
    show_preview_in_notifications = default, external_id = null, issuer = null, subject = null, is_enabled = false,
    erased_at = now(), external_id_hash = p_external_id_hash, email_hash = p_email_hash
  where u.company_id = v_company and u.id = p_user;
  perform app.record_audit('member.erased', p_user);
  perform app.forget_origins(p_user);
end
$$;

revoke all on function app.erase_user from public, colloquy_app, colloquy_system;
grant execute on function app.erase_user to colloquy_system;
