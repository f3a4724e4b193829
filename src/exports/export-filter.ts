import type { CompanyKeys } from '../encryption/company-keys.ts'
import type { ExportScope } from './exported-messages.ts'

/** The people and conversations that an export is limited to. */
export type ExportFilter = Pick<ExportScope, 'userIds' | 'conversationIds'>

/** Encrypts a filter: it tells whom somebody looks into. Null if there is none. */
export function sealFilter(keys: CompanyKeys, exportId: string, filter: ExportFilter): Buffer | null {
  if (!filter.userIds && !filter.conversationIds) return null
  return keys.encrypt(JSON.stringify(filter), { field: 'export-filter', recordId: exportId })
}

/** Decrypts the filter of an export. Throws DecryptionError. */
export function readFilter(
  keys: CompanyKeys,
  { id, filter }: { id: string; filter: Buffer | null },
): ExportFilter {
  if (filter === null) return { userIds: null, conversationIds: null }
  return JSON.parse(keys.decrypt(filter, { field: 'export-filter', recordId: id })) as ExportFilter
}
