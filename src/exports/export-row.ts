import { column, columns, type RowOf, rowsOf } from '../database/columns.ts'
import { statement } from '../database/statement.ts'

// Hours for which the file of an export is kept.
const KEPT_HOURS = 24
// An export that has not ended after so many hours has failed.
const STUCK_HOURS = 48

/** The states of an export. */
export type ExportState = 'QUEUED' | 'RUNNING' | 'READY' | 'FAILED' | 'EXPIRED'
/** The formats of an export. */
export type ExportFormat = 'CSV' | 'JSONL'

/** An export. The filter is ciphertext. */
export type ExportRow = RowOf<typeof exportColumns>

const exportColumns = columns({
  id: column.uuid,
  format: column.of<ExportFormat>(),
  from: column.instant.from((alias) => `${alias}.from_at`),
  to: column.instant.from((alias) => `${alias}.to_at`),
  filter: column.bytes.orNull,
  /** It expires at its time, whenever its file is deleted. */
  state: column
    .of<ExportState>()
    .from(
      (alias) =>
        `case when ${alias}.state = 'READY' and ${alias}.ended_at <= now() - interval '${KEPT_HOURS} hours' then 'EXPIRED' else ${alias}.state end`,
    ),
  requestedById: column.uuid,
  requestedAt: column.instant,
  fileId: column.uuid.orNull,
  endedAt: column.instant.orNull,
  messageCount: column.integer.orNull,
  bytes: column.of<number | null>().from((alias) => `${alias}.bytes::float8`),
  checksum: column.text.orNull,
  note: column.text.orNull,
})

/** Exports by id: only for holders of both permissions. */
export const exportsById = statement({
  name: 'exports_by_id',
  parameters: ['companyId', 'ids'],
  row: exportColumns,
  text: `select ${exportColumns.of('e')} from exports e where e.company_id = :companyId and e.id = any(:ids)`,
})

/** Exports before this time and id, latest first. */
export const exportsBefore = statement({
  name: 'exports_before',
  parameters: ['companyId', 'beforeAt', 'beforeId', 'max'],
  row: exportColumns,
  text: `select ${exportColumns.of('e')} from exports e
    where e.company_id = :companyId
      and (:beforeAt::timestamptz is null or (e.requested_at, e.id) < (:beforeAt::timestamptz, :beforeId::uuid))
    order by e.requested_at desc, e.id desc limit :max`,
})

/** Begins an attempt, unless the export has ended or another one of the company is running. */
export const beginExport = statement({
  name: 'begin_export',
  parameters: ['exportId', 'fileId'],
  row: rowsOf<{ isBegun: boolean }>(),
  text: 'select app.begin_export(:exportId, :fileId) as "isBegun"',
})

/** Changes what an attempt is known to be limited to, unless another has taken its place. */
export const keepFilter = statement({
  name: 'keep_export_filter',
  parameters: ['companyId', 'exportId', 'fileId', 'filter'],
  text: `update exports set filter = :filter
    where company_id = :companyId and id = :exportId and file_id = :fileId and state = 'RUNNING'`,
})

/** Ends an attempt, unless another has taken its place. */
export const endExport = statement({
  name: 'end_export',
  parameters: ['exportId', 'fileId', 'state', 'count', 'bytes', 'checksum'],
  row: rowsOf<{ isEnded: boolean }>(),
  text: 'select app.end_export(:exportId, :fileId, :state, :count, :bytes, :checksum) as "isEnded"',
})

/** Ends the exports whose time is over, and those that got stuck. */
export const expireExports = statement({
  name: 'expire_exports',
  row: rowsOf<{ count: number }>(),
  text: `select app.expire_exports(interval '${KEPT_HOURS} hours', interval '${STUCK_HOURS} hours') as count`,
})

/** The files of exports that are being written or can be downloaded. */
export const exportFilesInUse = statement({
  name: 'export_files_in_use',
  parameters: ['companyId'],
  row: rowsOf<{ id: string }>(),
  text: `select e.file_id as id from exports e where e.company_id = :companyId and e.file_id is not null`,
})
