/**
 * A text of a message; its revision is 0 as sent and grows by one with each edit. It is encrypted anew when an edit replaces
 * it and when the message is retracted: put back by somebody who writes to the database, it does not open as the current one.
 */
interface MessageText {
  field: 'body' | 'subject' | 'metadata'
  conversationId: string
  messageId: string
  authorId: string
  revision: number
  standing: 'current' | 'replaced' | 'retracted'
}

/** A text of a conversation itself. */
interface ConversationText {
  field: 'description'
  conversationId: string
}

/** A text of any other row. */
interface RecordText {
  field: 'report' | 'phone' | 'email'
  recordId: string
}

/** Names the one column and record that a ciphertext belongs to; read from anywhere else, it does not open. */
export type AssociatedData = MessageText | ConversationText | RecordText

/** Encodes company and location as netstrings, so that no two locations share an encoding; ids compare like PostgreSQL's uuids, in any case. */
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
