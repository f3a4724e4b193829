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
    `{"company":"${companyId}","index":${row.index},"kind":${textOf(row.kind)},"actor":${quoted(row.actorId)},` +
    `"object":${quoted(row.objectId)},"conversation":${quoted(row.conversationId)},"at":"${instantOf(row.at)}",` +
    `"request":${row.requestId === null ? 'null' : textOf(row.requestId)},"key":${quoted(row.keyHash)},` +
    `"origin":${quoted(row.originId)},"detail":${row.detail ?? 'null'}}`
  )
}

/** Ids and hexadecimal digits need no escapes. */
function quoted(value: string | null): string {
  return value === null ? 'null' : `"${value}"`
}

const DAY_MS = 86_400_000
/** Characters of "HH:MM:SS.mmmZ". */
const TIME_LENGTH = 13
/** A text that JSON writes as it is. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

function textOf(value: string): string {
  return PLAIN.test(value) ? `"${value}"` : JSON.stringify(value)
}

/** The latest day whose text was made: neighbours in a trail are mostly of one day. */
let known = { day: Number.NaN, text: '' }

/** The same as toISOString of a Date, which took half of the time of a leaf. Throws RangeError for a time that there is not. */
function instantOf(at: number): string {
  const whole = Math.trunc(at)
  const day = Math.floor(whole / DAY_MS)
  if (day !== known.day) known = { day, text: new Date(day * DAY_MS).toISOString().slice(0, -TIME_LENGTH) }
  const rest = whole - day * DAY_MS
  const [hours, minutes] = [Math.floor(rest / 3_600_000), Math.floor(rest / 60_000) % 60]
  const [seconds, milliseconds] = [Math.floor(rest / 1_000) % 60, rest % 1_000]
  return `${known.text}${two(hours)}:${two(minutes)}:${two(seconds)}.${milliseconds < 100 ? '0' : ''}${two(milliseconds)}Z`
}

function two(value: number): string {
  return value < 10 ? `0${value}` : `${value}`
}
