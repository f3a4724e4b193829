/**
 * The location of a message's text. The revision is 0 when sent and grows by one with each edit. A text is encrypted
 * again when an edit replaces it or the message is retracted, so that its ciphertext cannot be put back as the current
 * text by somebody with write access to the database.
 */
interface MessageText {
  field: 'body' | 'subject' | 'metadata'
  conversationId: string
  messageId: string
  authorId: string
  revision: number
  standing: 'current' | 'replaced' | 'retracted'
}

/** The location of a conversation's text. */
interface ConversationText {
  field: 'description'
  conversationId: string
}

/**
 * The location of a text of another row. A name is part of what is authenticated, so it never changes once a text is stored
 * under it.
 */
interface RecordText {
  field:
    | 'report'
    | 'decision'
    | 'phone'
    | 'email'
    | 'note'
    | 'guest-body'
    | 'inbound-body'
    | 'file-name'
    | 'file-key'
    | 'audit-origin'
    | 'export-filter'
    | 'export-key'
    | 'consent-words'
    | 'push-endpoint'
    | 'guest-name'
    | 'inbound-phone'
    | 'consent-note'
    | 'hold-name'
    | 'hold-reason'
  recordId: string
}

/** The column and record that a ciphertext belongs to. It cannot be decrypted with any other. */
export type AssociatedData = MessageText | ConversationText | RecordText

/**
 * Encodes company and location as netstrings, so that no two locations have the same encoding. Ids are compared without
 * regard to case, as PostgreSQL compares uuids.
 */
export function encodeAssociatedData(companyId: string, location: AssociatedData): Buffer {
  return Buffer.from(
    netstring(companyId.toLowerCase()) + netstring(location.field) + encodeLocation(location),
  )
}

function encodeLocation(location: AssociatedData): string {
  if ('recordId' in location) return netstring(location.recordId.toLowerCase())
  if (!('messageId' in location)) return netstring(location.conversationId.toLowerCase())
  return (
    netstring(location.conversationId.toLowerCase()) +
    netstring(location.messageId.toLowerCase()) +
    netstring(location.authorId.toLowerCase()) +
    netstring(String(location.revision)) +
    netstring(location.standing)
  )
}

function netstring(value: string): string {
  return `${value.length}:${value},`
}
