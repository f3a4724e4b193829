import type { CompanyKeys } from '../encryption/company-keys.ts'
import { DecryptionError } from '../encryption/errors.ts'
import { encodeId } from '../ids.ts'
import type { ExportedAttachment, ExportedRow } from './exported-statements.ts'

/** A message as an export tells it. Ids are those of the API. */
export interface ExportedMessage {
  conversation: { id: string; kind: string; title: string; context: { type: string; id: string } | null }
  seq: number | null
  id: string
  author: { id: string; externalId: string | null; name: string }
  parentId: string | null
  state: string
  priority: string
  createdAt: string
  submittedAt: string | null
  editedAt: string | null
  retractedAt: string | null
  subject: string | null
  body: string | null
  metadata: unknown
  mentions: string[]
  accessRules: { effect: string; role?: string; user?: string; attribute?: string }[]
  /** Earlier texts, first to last. */
  revisions: Revision[]
  reactions: { emoji: string; user: string; at: string }[]
  /** Recipients, and when they received and read it. */
  receipts: { user: string; deliveredAt: string | null; readAt: string | null }[]
  /** Its files, which are downloaded beside the export. */
  attachments: Attached[]
  /** The people who have hidden it from themselves. */
  hiddenBy: { user: string; at: string }[]
  /** True if a text of it could not be decrypted, because the database was tampered with or lost a key. */
  isUnreadable: boolean
}

/** Returns the SHA-256 of a file in hexadecimal; null if it cannot be read. */
export type ChecksumOf = (keys: CompanyKeys, file: ExportedAttachment) => Promise<string | null>

/** A file of an exported message. */
export interface Attached {
  id: string
  kind: string
  fileName: string | null
  mediaType: string | null
  size: number
  durationMs: number | null
  /** SHA-256 of the file in hexadecimal; null if it cannot be read. */
  sha256: string | null
}

interface Revision {
  revision: number
  subject: string | null
  body: string | null
  editedAt: string
  editedBy: string
}

const userId = (id: string) => encodeId('User', id)
const byUser = <Of extends { user: string }>(each: Of): Of => ({ ...each, user: userId(each.user) })

/** Decrypts a message for an export. A text that does not open is left out and told of; it must not hold up the others. */
export async function readExported(
  keys: CompanyKeys,
  row: ExportedRow,
  checksumOf: ChecksumOf,
): Promise<ExportedMessage> {
  const { texts, revisions, fileNames, isUnreadable } = readTexts(keys, row)
  const attachments: Attached[] = []
  for (const [at, file] of row.attachments.entries()) {
    const { id, sealedKey: _key, content: _content, ...told } = file
    const sha256 = await checksumOf(keys, file)
    attachments.push({ id: encodeId('Attachment', id), ...told, fileName: fileNames[at] ?? null, sha256 })
  }
  return {
    conversation: {
      id: encodeId('Conversation', row.conversationId),
      kind: row.conversationKind,
      title: row.conversationTitle,
      context: row.contextType && row.contextId ? { type: row.contextType, id: row.contextId } : null,
    },
    seq: row.seq,
    id: encodeId('Message', row.id),
    author: { id: userId(row.authorId), externalId: row.authorExternalId, name: row.authorName },
    parentId: row.parentId && encodeId('Message', row.parentId),
    state: row.state,
    priority: row.priority,
    createdAt: row.createdAt.toISOString(),
    submittedAt: row.submittedAt?.toISOString() ?? null,
    editedAt: row.editedAt?.toISOString() ?? null,
    retractedAt: row.retractedAt?.toISOString() ?? null,
    ...texts,
    mentions: row.mentions.map(userId),
    accessRules: row.accessRules.map(({ role, user, ...rule }) => ({
      ...rule,
      ...(role && { role: encodeId('Role', role) }),
      ...(user && { user: userId(user) }),
    })),
    revisions,
    reactions: row.reactions.map(byUser),
    receipts: row.receipts.map(byUser),
    attachments,
    hiddenBy: row.hiddenBy.map(byUser),
    isUnreadable,
  }
}

function readTexts(keys: CompanyKeys, row: ExportedRow) {
  const reader = new TextReader(keys, row)
  const standing = row.state === 'RETRACTED' ? 'retracted' : 'current'
  const metadata = reader.read(row.metadata, { field: 'metadata', revision: 0, standing })
  const texts = {
    subject: reader.read(row.subject, { field: 'subject', revision: row.revision, standing }),
    body: reader.read(row.body, { field: 'body', revision: row.revision, standing }),
    metadata: metadata === null ? null : (JSON.parse(metadata) as unknown),
  }
  const revisions = row.revisions.map((each) => reader.readRevision(each))
  const fileNames = row.attachments.map((each) => reader.readFileName(each))
  const { isUnreadable } = reader
  // An older row was put back: its texts are not those of the message.
  return row.isLatest
    ? { texts, revisions, fileNames, isUnreadable }
    : { texts: { subject: null, body: null, metadata: null }, revisions, fileNames, isUnreadable: true }
}

/** The place of a text within a message. */
interface TextPlace {
  field: 'subject' | 'body' | 'metadata'
  revision: number
  standing: 'current' | 'replaced' | 'retracted'
}

/** Decrypts the texts of one message, and remembers whether one of them did not open. */
class TextReader {
  readonly #keys: CompanyKeys
  readonly #row: ExportedRow
  #isUnreadable = false

  constructor(keys: CompanyKeys, row: ExportedRow) {
    this.#keys = keys
    this.#row = row
  }

  get isUnreadable(): boolean {
    return this.#isUnreadable
  }

  read(envelope: Buffer | null, place: TextPlace): string | null {
    if (envelope === null) return null
    const { conversationId, id: messageId, authorId } = this.#row
    return this.#opened(() =>
      this.#keys.decryptOnce(envelope, { ...place, conversationId, messageId, authorId }),
    )
  }

  readRevision({ revision, subject, body, editedAt, editedBy }: ExportedRow['revisions'][number]): Revision {
    const standing = 'replaced'
    const subjectBytes = subject === null ? null : Buffer.from(subject, 'base64')
    return {
      revision,
      subject: this.read(subjectBytes, { field: 'subject', revision, standing }),
      body: this.read(Buffer.from(body, 'base64'), { field: 'body', revision, standing }),
      editedAt,
      editedBy: userId(editedBy),
    }
  }

  readFileName({ fileName, id }: ExportedRow['attachments'][number]): string | null {
    return this.#opened(
      () =>
        fileName && this.#keys.decrypt(Buffer.from(fileName, 'base64'), { field: 'file-name', recordId: id }),
    )
  }

  #opened(decrypt: () => string | null): string | null {
    try {
      return decrypt()
    } catch (error) {
      if (!(error instanceof DecryptionError)) throw error
      this.#isUnreadable = true
      return null
    }
  }
}
