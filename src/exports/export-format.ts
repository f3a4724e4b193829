import { type Options, stringify } from 'csv-stringify/sync'
import type { ExportFormat } from './export-row.ts'
import type { ExportedMessage } from './exported-message.ts'

/** The columns of a CSV file. Lists are JSON. */
const CSV_COLUMNS: Record<string, (message: ExportedMessage) => unknown> = {
  conversationId: ({ conversation }) => conversation.id,
  conversationKind: ({ conversation }) => conversation.kind,
  conversationTitle: ({ conversation }) => conversation.title,
  contextType: ({ conversation }) => conversation.context?.type,
  contextId: ({ conversation }) => conversation.context?.id,
  seq: ({ seq }) => seq,
  messageId: ({ id }) => id,
  authorId: ({ author }) => author.id,
  authorExternalId: ({ author }) => author.externalId,
  authorName: ({ author }) => author.name,
  parentId: ({ parentId }) => parentId,
  state: ({ state }) => state,
  priority: ({ priority }) => priority,
  createdAt: ({ createdAt }) => createdAt,
  submittedAt: ({ submittedAt }) => submittedAt,
  editedAt: ({ editedAt }) => editedAt,
  retractedAt: ({ retractedAt }) => retractedAt,
  subject: ({ subject }) => subject,
  body: ({ body }) => body,
  metadata: ({ metadata }) => (metadata === null ? null : JSON.stringify(metadata)),
  mentions: ({ mentions }) => JSON.stringify(mentions),
  accessRules: ({ accessRules }) => JSON.stringify(accessRules),
  revisions: ({ revisions }) => JSON.stringify(revisions),
  reactions: ({ reactions }) => JSON.stringify(reactions),
  receipts: ({ receipts }) => JSON.stringify(receipts),
  attachments: ({ attachments }) => JSON.stringify(attachments),
  hiddenBy: ({ hiddenBy }) => JSON.stringify(hiddenBy),
  isUnreadable: ({ isUnreadable }) => String(isUnreadable),
}

/** The ending of the name of a file, and its type. */
export const FORMATS: Record<ExportFormat, { ending: string; type: string }> = {
  CSV: { ending: 'csv', type: 'text/csv; charset=utf-8; header=present' },
  JSONL: { ending: 'jsonl', type: 'application/x-ndjson; charset=utf-8' },
}

/** Writes messages as the bytes of a file. */
export function format(batches: AsyncIterable<ExportedMessage[]>, as: ExportFormat): AsyncGenerator<Buffer> {
  return as === 'CSV' ? csv(batches) : jsonLines(batches)
}

async function* jsonLines(batches: AsyncIterable<ExportedMessage[]>): AsyncGenerator<Buffer> {
  for await (const messages of batches)
    yield Buffer.from(messages.map((message) => `${JSON.stringify(message)}\n`).join(''))
}

/**
 * CSV by RFC 4180 in UTF-8 with a byte order mark. All cells of text are quoted, and a cell that a spreadsheet would run as a
 * formula begins with an apostrophe, also one that begins with NUL, which spreadsheets skip.
 */
async function* csv(batches: AsyncIterable<ExportedMessage[]>): AsyncGenerator<Buffer> {
  yield Buffer.from(stringify([], { ...CSV, columns: Object.keys(CSV_COLUMNS), header: true, bom: true }))
  for await (const messages of batches) {
    const rows = messages.map((message) => Object.values(CSV_COLUMNS).map((cell) => cell(message)))
    yield Buffer.from(stringify(rows, CSV))
  }
}

const CSV: Options = {
  record_delimiter: 'windows',
  quoted_string: true,
  escape_formulas: true,
  cast: { string: (value) => (value.startsWith('\0') ? `'${value}` : value) },
}
