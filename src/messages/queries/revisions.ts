import type { Context } from '../../context.ts'
import { column, columns, type RowOf } from '../../database/columns.ts'
import { type ForwardArgs, forwardPage, type Page } from '../../page.ts'
import { inBothViews, seenIn, viewOf } from '../../visibility/views.ts'
import type { MessageRow } from '../message-row.ts'
import { locationOfText } from './message-text.ts'
import { recorded } from './record-audited-read.ts'

/** An earlier text of a message, encrypted. */
export type RevisionRow = RowOf<typeof revisionColumns>

const revisionColumns = columns({
  messageId: column.uuid,
  conversationId: column.uuid.from('m.conversation_id'),
  authorId: column.uuid.from('m.author_id'),
  revision: column.integer,
  subject: column.bytes.orNull,
  body: column.bytes,
  editedAt: column.instant,
  editedById: column.uuid,
})

/** Earlier texts of a message, latest first; `before` is one more than the revision they are below. */
const revisionsBefore = inBothViews({
  name: 'revisions_before',
  parameters: ['companyId', 'viewerId', 'messageId', 'before', 'max'],
  row: revisionColumns,
  text: (view) => `select ${revisionColumns.of('v')}
    from messages m ${seenIn(view)}
    join message_revisions v on v.company_id = m.company_id and v.message_id = m.id
    where m.company_id = :companyId and m.id = :messageId and (:before::int is null or v.revision < :before - 1)
    order by v.revision desc limit :max`,
})

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
  const page = await forwardPage<RevisionRow>(args, {
    key: ['seq'],
    // Revisions count from 0, but positions in cursors from 1.
    keyOf: (row) => [String(row.revision + 1)],
    nodeOf: (row) => row,
    read: ([before], max) =>
      tenant.query(revisionsBefore[viewOf(message)], {
        companyId: viewer.companyId,
        viewerId: viewer.userId,
        messageId: message.id,
        before: before === null ? null : Number(before),
        max,
      }),
  })
  return recorded(context, message, page, ({ edges }) => ({
    part: 'revisions',
    messageId: message.id,
    count: edges.length,
  }))
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
