import { column, columns, type RowOf } from '../database/columns.ts'

/** An audit event as it is stored. */
export type AuditRow = RowOf<typeof auditColumns>

/** The columns that a leaf is made of. Numbers beyond 2 ** 53 do not occur: a company has no such number of events. */
export const auditColumns = columns({
  index: column.of<number>().from((alias) => `${alias}.index::float8`),
  kind: column.text,
  actorId: column.uuid.orNull,
  objectId: column.uuid.orNull,
  conversationId: column.uuid.orNull,
  /** Milliseconds since 1970. */
  at: column.of<number>().from((alias) => `(extract(epoch from ${alias}.at) * 1000)::float8`),
  requestId: column.text.orNull,
  keyHash: column.text.orNull.from((alias) => `encode(${alias}.key_hash, 'hex')`),
  originId: column.text.orNull.from((alias) => `encode(${alias}.origin_id, 'hex')`),
  /** JSON as PostgreSQL prints it. */
  detail: column.text.orNull.from((alias) => `${alias}.detail::text`),
})

/**
 * The leaf of an event in the company's tree: one line of JSON, with its members in this order and without spaces. The detail
 * stands in it as PostgreSQL prints jsonb. No database is needed to verify the line.
 */
export function leafOf(companyId: string, row: AuditRow): string {
  return (
    `{"company":"${companyId}","index":${row.index},"kind":${JSON.stringify(row.kind)},"actor":${quoted(row.actorId)},` +
    `"object":${quoted(row.objectId)},"conversation":${quoted(row.conversationId)},"at":"${new Date(row.at).toISOString()}",` +
    `"request":${row.requestId === null ? 'null' : JSON.stringify(row.requestId)},"key":${quoted(row.keyHash)},` +
    `"origin":${quoted(row.originId)},"detail":${row.detail ?? 'null'}}`
  )
}

/** Ids and hexadecimal digits need no escapes. */
function quoted(value: string | null): string {
  return value === null ? 'null' : `"${value}"`
}
