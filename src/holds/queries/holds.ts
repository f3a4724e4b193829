import type { Context } from '../../context.ts'
import type { ConversationRow } from '../../conversations/conversation-row.ts'
import { readSealed } from '../../guests/queries/sealed-text.ts'
import { type ForwardArgs, forwardPage, type Page } from '../../page.ts'
import { deniedIds } from '../../policy/denied-ids.ts'
import { type HoldRow, holdsBefore } from '../hold-row.ts'

/** Returns a page of the company's legal holds, latest first, those that are released too. */
export function holdPage({ tenant, viewer }: Context, args: ForwardArgs): Promise<Page<HoldRow>> {
  return forwardPage<HoldRow>(args, {
    key: ['instant', 'uuid'],
    keyOf: ({ createdAt, id }) => [createdAt.toISOString(), id],
    nodeOf: (row) => row,
    read: ([beforeAt, beforeId], max) =>
      tenant.query(holdsBefore, { companyId: viewer.companyId, beforeAt, beforeId, max }),
  })
}

/** Returns the conversation that a hold names; null if it names none, or if the operator's policy keeps it from auditors. */
export async function conversationOfHold(
  { services, tenant, viewer, loaders }: Context,
  { conversationId }: HoldRow,
): Promise<ConversationRow | null> {
  if (conversationId === null) return null
  const named = { conversations: [conversationId] }
  const denied = await deniedIds(services.policy, tenant, viewer.userId, named, 'audit')
  return denied.size > 0 ? null : loaders.overseenConversation.load(conversationId)
}

/** Decrypts the name of a hold. Throws DecryptionError. */
export async function nameOfHold(context: Context, { id, name }: HoldRow): Promise<string> {
  return (await readSealed(context, name, { field: 'hold-name', recordId: id })) ?? ''
}

/** Decrypts the reason why a hold was released; null while it is in force. Throws DecryptionError. */
export function reasonOfRelease(context: Context, { id, releaseReason }: HoldRow) {
  return readSealed(context, releaseReason, { field: 'hold-reason', recordId: id })
}
