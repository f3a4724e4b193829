import { column, columns, type RowOf } from '../database/columns.ts'
import { statement } from '../database/statement.ts'
import type { ConsentSource, ConsentState } from './guest-row.ts'

/** A change of a guest's consent. Words and note are ciphertext. */
export type ConsentEventRow = RowOf<typeof consentEventColumns>

const consentEventColumns = columns({
  id: column.uuid,
  guestId: column.uuid.orNull,
  state: column.of<ConsentState>(),
  source: column.of<ConsentSource>(),
  words: column.bytes.orNull,
  note: column.bytes.orNull,
  recordedById: column.uuid.orNull,
  at: column.instant,
})

/** The changes of a guest's consent, latest first, before this id. */
export const consentEventsPage = statement({
  name: 'consent_events_page',
  parameters: ['companyId', 'guestId', 'beforeId', 'max'],
  row: consentEventColumns,
  text: `select ${consentEventColumns.of('e')} from consent_events e
    where e.company_id = :companyId and e.guest_id = :guestId and (:beforeId::uuid is null or e.id < :beforeId)
    order by e.id desc limit :max`,
})
