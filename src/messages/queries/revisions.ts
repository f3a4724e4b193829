import type { Context } from '../../context.ts'
import type { Statement } from '../../database/database.ts'
import { type ForwardArgs, forwardPage, type Page } from '../../page.ts'
import { seenBy } from '../../visibility/visibility.ts'
import type { MessageRow } from '../message-row.ts'
import { locationOfText } from './message-text.ts'

/** An earlier text of a message, encrypted. */
export interface RevisionRow {
  messageId: string
  conversationId: string
  authorId: string
  revision: number
  subject: Buffer | null
  body: Buffer
  editedAt: Date
  editedById: string
}

/** Earlier texts of a message, latest first: $1 company, $2 viewer, $3 message, $4 below this revision plus one, $5 most rows. */
const revisionsBefore: Statement = {
  name: 'revisions_before',
  text: `select v.message_id as "messageId", m.conversation_id as "conversationId", m.author_id as "authorId", v.revision, v.subject, v.body,
      v.edited_at as "editedAt", v.edited_by_id as "editedById"
    from messages m ${seenBy()}
    join message_revisions v on v.company_id = m.company_id and v.message_id = m.id
    where m.company_id = $1 and m.id = $3 and ($4::int is null or v.revision < $4 - 1)
    order by v.revision desc limit $5`,
}

/**
 * Returns a page of a message's earlier texts, latest first. Null unless the viewer may see them: auditors always,
 * participants if the company allows it and the message is not retracted.
 */
export async function revisionPage(
  context: Context,
  message: MessageRow,
  args: ForwardArgs,
): Promise<Page<RevisionRow> | null> {
  const { tenant, viewer } = context
  const isOpen = viewer.company.revisionsVisibleTo === 'PARTICIPANTS' && message.state !== 'RETRACTED'
  if (!isOpen && !viewer.permissions.has('CONVERSATION_AUDIT')) return null
  return forwardPage<RevisionRow>(args, {
    key: ['seq'],
    // Revisions count from 0, but positions in cursors from 1.
    keyOf: (row) => [String(row.revision + 1)],
    nodeOf: (row) => row,
    read: ([before], max) =>
      tenant.query(revisionsBefore, [
        viewer.companyId,
        viewer.userId,
        message.id,
        before === null ? null : Number(before),
        max,
      ]),
  })
}

/** Decrypts one text of an earlier revision. */
export async function readRevision(
  context: Context,
  revision: RevisionRow,
  field: 'subject' | 'body',
): Promise<string | null> {
  const envelope = revision[field]
  if (envelope === null) return null
  const location = locationOfText({ ...revision, id: revision.messageId }, field, 'replaced')
  return (await context.keys()).decrypt(envelope, location)
}
