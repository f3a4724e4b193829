import { column, columns, type RowOf, rowsOf } from '../database/columns.ts'
import { statement } from '../database/statement.ts'

/** A legal hold. Name and reason are ciphertext. */
export type HoldRow = RowOf<typeof holdColumns>

const holdColumns = columns({
  id: column.uuid,
  name: column.bytes,
  userId: column.uuid.orNull,
  conversationId: column.uuid.orNull,
  from: column.instant.orNull.from((alias) => `${alias}.from_at`),
  to: column.instant.orNull.from((alias) => `${alias}.to_at`),
  createdAt: column.instant,
  createdById: column.uuid,
  releasedAt: column.instant.orNull,
  releasedById: column.uuid.orNull,
  releaseReason: column.bytes.orNull,
})

/** Holds by id: only for holders of CONVERSATION_AUDIT. */
export const holdsById = statement({
  name: 'holds_by_id',
  parameters: ['companyId', 'ids'],
  row: holdColumns,
  text: `select ${holdColumns.of('h')} from legal_holds h where h.company_id = :companyId and h.id = any(:ids)`,
})

/** Holds before this time and id, latest first. */
export const holdsBefore = statement({
  name: 'holds_before',
  parameters: ['companyId', 'beforeAt', 'beforeId', 'max'],
  row: holdColumns,
  text: `select ${holdColumns.of('h')} from legal_holds h
    where h.company_id = :companyId
      and (:beforeAt::timestamptz is null or (h.created_at, h.id) < (:beforeAt::timestamptz, :beforeId::uuid))
    order by h.created_at desc, h.id desc limit :max`,
})

/** The number of holds of a company that are in force. */
export const holdsInForce = statement({
  name: 'holds_in_force',
  parameters: ['companyId'],
  row: rowsOf<{ count: number }>(),
  text: `select count(*)::int as count from legal_holds h where h.company_id = :companyId and h.released_at is null`,
})
