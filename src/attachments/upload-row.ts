import { column, columns, type RowOf, rowsOf } from '../database/columns.ts'
import { statement } from '../database/statement.ts'
import { attachmentColumns } from './attachment-row.ts'

/** Hours after which what was uploaded and not sent is deleted. */
export const UNSENT_HOURS = 24
/** Seconds after which somebody else may go on with an upload whose process says nothing any more. */
export const LEASE_SECONDS = 60

const LEASE = `interval '${LEASE_SECONDS} seconds'`
const isFree = `(a.lease is null or a.leased_until < clock_timestamp())`

/** An upload as its person's requests see it. */
export type UploadRow = RowOf<typeof uploadColumns>

const uploadColumns = columns({
  id: column.uuid,
  state: column.text,
  size: column.integer,
  received: column.integer,
  sealedKey: column.bytes.orNull,
  expiresAt: column.instant.from((alias) => `${alias}.created_at + interval '${UNSENT_HOURS} hours'`),
})

/** A person's upload, whatever its state. */
export const uploadOf = statement({
  name: 'upload_of',
  parameters: ['companyId', 'userId', 'attachmentId'],
  row: uploadColumns,
  text: `select ${uploadColumns.of('a')} from attachments a
    where a.company_id = :companyId and a.id = :attachmentId and a.uploader_id = :userId and a.state <> 'REMOVED'`,
})

/** Takes the lease of an upload that has come this far. No row: somebody else has it, or it has come further. */
export const takeLease = statement({
  name: 'take_upload_lease',
  parameters: ['companyId', 'attachmentId', 'lease', 'offset'],
  row: uploadColumns,
  text: `update attachments a set lease = :lease, leased_until = clock_timestamp() + ${LEASE}
    where a.company_id = :companyId and a.id = :attachmentId and a.state = 'UPLOADING' and a.received = :offset and ${isFree}
    returning ${uploadColumns.of('a')}`,
})

/** Keeps a lease. No row: somebody else has taken it, or the upload was deleted. */
export const keepLease = statement({
  name: 'keep_upload_lease',
  parameters: ['companyId', 'attachmentId', 'lease'],
  row: rowsOf<{ id: string }>(),
  text: `update attachments a set leased_until = clock_timestamp() + ${LEASE}
    where a.company_id = :companyId and a.id = :attachmentId and a.lease = :lease and a.state in ('UPLOADING', 'SCANNING')
    returning a.id`,
})

/** Ends a lease without a change. */
export const dropLease = statement({
  name: 'drop_upload_lease',
  parameters: ['companyId', 'attachmentId', 'lease'],
  text: `update attachments a set lease = null, leased_until = null
    where a.company_id = :companyId and a.id = :attachmentId and a.lease = :lease`,
})

/** Counts a part that is stored. The lease goes on after the last one, for the check. */
export const addPart = statement({
  name: 'add_upload_part',
  parameters: ['companyId', 'attachmentId', 'lease', 'offset', 'received'],
  row: uploadColumns,
  text: `update attachments a set received = :received,
      state = case when a.size = :received then 'SCANNING' else 'UPLOADING' end,
      lease = case when a.size = :received then a.lease end,
      leased_until = case when a.size = :received then clock_timestamp() + ${LEASE} end
    where a.company_id = :companyId and a.id = :attachmentId and a.lease = :lease and a.state = 'UPLOADING'
      and a.received = :offset
    returning ${uploadColumns.of('a')}`,
})

/** Takes the lease of uploads whose check has not ended, because a process died or the scanner was away. */
export const takeChecks = statement({
  name: 'take_upload_checks',
  parameters: ['companyId', 'lease', 'max'],
  row: rowsOf<{ id: string }>(),
  text: `update attachments a set lease = :lease, leased_until = clock_timestamp() + ${LEASE}
    where a.company_id = :companyId and a.id in (
      select a.id from attachments a
      where a.company_id = :companyId and a.message_id is null and a.state = 'SCANNING' and ${isFree}
      order by a.created_at limit :max for update skip locked
    ) returning a.id`,
})

/** An upload that is being checked under this lease. */
export const checkedUpload = statement({
  name: 'checked_upload',
  parameters: ['companyId', 'attachmentId', 'lease'],
  row: attachmentColumns,
  text: `select ${attachmentColumns.of('a')} from attachments a
    where a.company_id = :companyId and a.id = :attachmentId and a.lease = :lease and a.state = 'SCANNING'`,
})

/** Ends a check. */
export const endCheck = statement({
  name: 'end_upload_check',
  parameters: [
    'attachmentId',
    'lease',
    'refusal',
    'mediaType',
    'content',
    'size',
    'width',
    'height',
    'durationMs',
    'thumbnailSize',
  ],
  row: rowsOf<{ isEnded: boolean }>(),
  text: `select app.end_check(
    :attachmentId, :lease, :refusal, :mediaType, :content, :size, :width, :height, :durationMs, :thumbnailSize
  ) as "isEnded"`,
})

/** Companies whose uploads are to be checked again, or whose files are to be deleted. */
export const companiesToSweep = statement({
  name: 'companies_to_sweep',
  parameters: [],
  row: rowsOf<{ companyId: string }>(),
  text: `select c as "companyId" from app.companies_to_sweep(${UNSENT_HOURS}) c`,
})

/** Takes from their people what nobody has sent in time, and returns all files whose bytes are to be deleted. */
export const filesToDelete = statement({
  name: 'files_to_delete',
  parameters: ['companyId', 'max'],
  row: rowsOf<{ id: string }>(),
  text: `update attachments a set state = 'REMOVED', file_name = null, sealed_key = null
    where a.company_id = :companyId and a.id in (
      select a.id from attachments a where a.company_id = :companyId and a.message_id is null
        and (a.state = 'REMOVED' or a.state <> 'ATTACHED' and a.created_at < clock_timestamp() - interval '${UNSENT_HOURS} hours')
      order by a.created_at limit :max for update skip locked
    ) returning a.id`,
})

/** Files of which a check, or a crash in the midst of one, may have left bytes beside the contents that are kept. */
export const remainsToDelete = statement({
  name: 'remains_to_delete',
  parameters: ['companyId', 'max'],
  row: rowsOf<{ id: string; kept: string[] }>(),
  text: `select a.id, case when a.state = 'REFUSED' then array[]::text[] else array[a.content, 'thumbnail'] end as kept
    from attachments a where a.company_id = :companyId and a.has_remains limit :max`,
})

/** Notes that nothing is left of a check. */
export const forgetRemains = statement({
  name: 'forget_remains',
  parameters: ['companyId', 'ids'],
  text: `update attachments a set has_remains = false
    where a.company_id = :companyId and a.id = any(:ids) and a.has_remains`,
})

/** Forgets files whose bytes are deleted. */
export const forgetFiles = statement({
  name: 'forget_files',
  parameters: ['companyId', 'ids'],
  text: `delete from attachments a where a.company_id = :companyId and a.id = any(:ids) and a.state = 'REMOVED'`,
})
