import type pg from 'pg'

/**
 * Gives a company guests with texts that cannot be decrypted: each has been imported and has subscribed, was written to in
 * every hundredth of `messages` and has answered once.
 */
export async function fillGuests(
  admin: pg.Client,
  companyId: string,
  { guests, messages, word }: { guests: number; messages: number; word: string },
): Promise<void> {
  const company = `'${companyId}'::uuid`
  const id = (kind: string, number: string) =>
    `overlay(overlay(md5('${companyId} ${kind} ' || ${number}) placing '8' from 13) placing '8' from 17)::uuid`
  await admin.query(
    `insert into guests (company_id, id, external_id, words, phone_hash, consent)
     select ${company}, ${id('guest', 'n')}, 'guest ' || n, case n % 5 when 0 then array[$1::bigint, n] else array[n] end,
       sha256(n::text::bytea), 'SUBSCRIBED'
     from generate_series(1::bigint, ${guests}) n`,
    [String(word)],
  )
  await admin.query(
    `insert into consent_events (company_id, id, guest_id, state, source)
     select ${company}, ${id('consent', `n || ' ' || s.source`)}, ${id('guest', 'n')}, 'SUBSCRIBED', s.source
     from generate_series(1, ${guests}) n, (values ('IMPORT'), ('KEYWORD')) s (source)`,
  )
  await admin.query(
    `insert into guest_messages (company_id, id, author_id, body, encoding, segments, recipient_count)
     select ${company}, ${id('guest message', 'n')}, ${id('user', '1')}, '\\x00', 'GSM7', 1, ${guests} / 100
     from generate_series(1, ${messages}) n`,
  )
  await admin.query(
    `insert into guest_deliveries (company_id, id, guest_message_id, guest_id, status, segments)
     select ${company}, ${id('delivery', `m || ' ' || g`)}, ${id('guest message', 'm')}, ${id('guest', 'g')}, 'DELIVERED', 1
     from generate_series(1, ${messages}) m, generate_series(m % 100 + 1, ${guests}, 100) g`,
  )
  await admin.query(
    `insert into inbound_messages (company_id, id, guest_id, received_on, provider_sid)
     select ${company}, ${id('inbound', 'n')}, ${id('guest', 'n')}, '+15005550006', '${companyId} ' || n
     from generate_series(1, ${guests}) n`,
  )
}
