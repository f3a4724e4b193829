import { encodeId } from '../ids.ts'
import type { ExportFilter } from './export-filter.ts'
import type { ExportFormat } from './export-row.ts'

/** The facts of a manifest. Ids are UUIDs; null for an export that nobody requested through the API. */
export interface ManifestFacts {
  companyId: string
  companyName: string
  id: string | null
  format: ExportFormat
  from: Date
  to: Date
  filter: ExportFilter
  requestedById: string | null
  requestedByName: string | null
  requestedAt: Date
  endedAt: Date | null
  messageCount: number | null
  bytes: number | null
  checksum: string | null
  note: string | null
}

/** The manifest of an exported file, as JSON: it tells what the file holds, and by its checksum that it is the file. */
export function manifestOf(facts: ManifestFacts): Record<string, unknown> {
  const { userIds, conversationIds, withheld, files } = facts.filter
  return {
    export: facts.id && encodeId('Export', facts.id),
    company: { id: encodeId('Company', facts.companyId), name: facts.companyName },
    format: facts.format,
    from: facts.from,
    to: facts.to,
    userIds: userIds?.map((id) => encodeId('User', id)) ?? null,
    conversationIds: conversationIds?.map((id) => encodeId('Conversation', id)) ?? null,
    requestedBy: facts.requestedById && {
      id: encodeId('User', facts.requestedById),
      name: facts.requestedByName,
    },
    requestedAt: facts.requestedAt,
    completedAt: facts.endedAt,
    messageCount: facts.messageCount,
    files,
    withheldConversations: withheld,
    bytes: facts.bytes,
    sha256: facts.checksum,
    auditCheckpoint: facts.note,
  }
}
