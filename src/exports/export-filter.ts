import type { CompanyKeys } from '../encryption/company-keys.ts'
import type { ExportedFiles } from './exported-files.ts'
import type { ExportScope } from './exported-messages.ts'

/** The people and conversations that an export is limited to, and once it is written, what it holds of them. */
export interface ExportFilter extends Pick<ExportScope, 'userIds' | 'conversationIds'> {
  /** Number of conversations that the operator's policy withheld by its decisions; null if it was not asked. */
  withheld: number | null
  /** Null before the export is written. */
  files: ExportedFiles | null
}

/** Encrypts a filter: it tells whom somebody looks into. Null if there is none. */
export function sealFilter(keys: CompanyKeys, exportId: string, filter: ExportFilter): Buffer | null {
  if (Object.values(filter).every((each) => each === null)) return null
  return keys.encrypt(JSON.stringify(filter), { field: 'export-filter', recordId: exportId })
}

/** Decrypts the filter of an export. Throws DecryptionError. */
export function readFilter(
  keys: CompanyKeys,
  { id, filter }: { id: string; filter: Buffer | null },
): ExportFilter {
  const known: ExportFilter = { userIds: null, conversationIds: null, withheld: null, files: null }
  if (filter === null) return known
  // Those of earlier versions lack some.
  return { ...known, ...JSON.parse(keys.decrypt(filter, { field: 'export-filter', recordId: id })) }
}
