import { column, columns, type RowOf } from '../database/columns.ts'
import { byKey, fence, statement } from '../database/statement.ts'

/** Whether a guest may be written to. */
export type ConsentState = 'UNKNOWN' | 'SUBSCRIBED' | 'OPTED_OUT'

/** The origin of a change of consent. */
export type ConsentSource = 'KEYWORD' | 'STAFF' | 'IMPORT' | 'PROVIDER'

/** A guest. Name, phone and e-mail are ciphertext. */
export type GuestRow = RowOf<typeof guestColumns>

/** The columns of a guest that the application reads. */
export const guestColumns = columns({
  id: column.uuid,
  externalId: column.text.orNull,
  name: column.bytes.orNull,
  phone: column.bytes.orNull,
  email: column.bytes.orNull,
  timeZone: column.text.orNull,
  consent: column.of<ConsentState>(),
  needsConsentReview: column.boolean,
})

/** Guests by id; erased ones as well, for what was sent to them. */
export const guestsById = statement({
  name: 'guests_by_id',
  parameters: ['companyId', 'ids'],
  row: guestColumns,
  text: `select ${guestColumns.of('g')} from ${byKey('guests', 'g')}`,
})

const listed = `g.company_id = :companyId and g.erased_at is null and (:consent::text is null or g.consent = :consent)
  and (:beforeId::uuid is null or g.id < :beforeId) order by g.id desc limit :max`

/** The company's guests, latest first, before this id. */
export const guestsPage = statement({
  name: 'guests_page',
  parameters: ['companyId', 'consent', 'beforeId', 'max'],
  row: guestColumns,
  text: `select ${guestColumns.of('g')} from guests g where ${listed}`,
})

/** The same, of guests whose phone or e-mail has this hash. */
export const guestsWithContact = statement({
  name: 'guests_with_contact',
  parameters: ['companyId', 'phoneHash', 'emailHash', 'consent', 'beforeId', 'max'],
  row: guestColumns,
  text: `select ${guestColumns.of('g')} from guests g
    where (g.phone_hash = :phoneHash::bytea or g.email_hash = :emailHash::bytea) and ${listed}`,
})

/** The same, of guests with a word for each of these tokens. */
export const guestsWithWords = statement({
  name: 'guests_with_words',
  parameters: ['companyId', 'tokens', 'consent', 'beforeId', 'max'],
  row: guestColumns,
  text: `select ${guestColumns.of('g')}
    from app.guests_with_words(:tokens::bigint[], :consent, :beforeId::uuid, :max) found (id)
    cross join lateral (select * from guests g where g.company_id = :companyId and g.id = found.id ${fence}) g
    order by g.id desc`,
})
