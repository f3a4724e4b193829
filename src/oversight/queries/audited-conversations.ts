import type { Context } from '../../context.ts'
import {
  type ConversationRow,
  type FlatConversationRow,
  readConversation,
} from '../../conversations/conversation-row.ts'
import { recordAuditedRead } from '../../messages/queries/record-audited-read.ts'
import { type ForwardArgs, forwardPage, type Page } from '../../page.ts'
import { deniedIds } from '../../policy/denied-ids.ts'
import { searchText } from '../../text/search-text.ts'
import { conversationsOfCompany, conversationsOfPerson } from '../audited-conversations.ts'

/** The conversations to list: all, or those of one person, with this text in the title or in a name. */
export interface AuditFilter {
  userId: string | null
  search: string | null | undefined
}

/**
 * Returns a page of the company's conversations for an auditor, latest created first, and records that it was read. The
 * caller has checked the permission. Throws BAD_USER_INPUT.
 */
export async function auditedConversationPage(
  context: Context,
  { userId, search }: AuditFilter,
  args: ForwardArgs,
): Promise<Page<ConversationRow>> {
  const { tenant, viewer } = context
  const text = searchText(search)
  const page = await forwardPage<FlatConversationRow, ConversationRow>(args, {
    key: ['instant', 'uuid'],
    keyOf: ({ createdAt, id }) => [createdAt.toISOString(), id],
    nodeOf: (row) => readConversation({ ...row, view: 'audited' }),
    read([beforeAt, beforeId], max) {
      const values = { companyId: viewer.companyId, viewerId: viewer.userId, beforeAt, beforeId, text, max }
      return userId === null
        ? tenant.query(conversationsOfCompany, values)
        : tenant.query(conversationsOfPerson, { ...values, userId })
    },
  })
  const shown = await withoutDenied(context, page)
  // The trail says that there was a text and never the text, because nothing of it could be erased.
  const detail = {
    userId: await memberOf(context, userId),
    isSearch: text !== null,
    count: shown.edges.length,
  }
  await recordAuditedRead(context, { conversationId: null, detail })
  return shown
}

/**
 * Returns a conversation of the company for an auditor, whoever takes part in it, and records that it was read. Null if
 * the company has none of this id. The caller has checked the permission.
 */
export async function auditedConversation(
  context: Context,
  conversationId: string,
): Promise<ConversationRow | null> {
  const conversation = await context.loaders.audited.conversation.load(conversationId)
  if (!conversation || (await deniedAmong(context, [conversationId])).has(conversationId)) return null
  await recordAuditedRead(context, { conversationId, detail: { part: 'conversation' } })
  return conversation
}

/** The id of the person if it is one of the company's: the trail names nobody of another. */
async function memberOf({ loaders }: Context, userId: string | null): Promise<string | null> {
  return userId !== null && (await loaders.user.load(userId)) ? userId : null
}

/** The page without the conversations that the operator's policy keeps from auditors. */
async function withoutDenied(context: Context, page: Page<ConversationRow>): Promise<Page<ConversationRow>> {
  const denied = await deniedAmong(
    context,
    page.edges.map(({ node }) => node.id),
  )
  return { ...page, edges: page.edges.filter(({ node }) => !denied.has(node.id)) }
}

function deniedAmong(
  { services, tenant, viewer }: Context,
  conversations: readonly string[],
): Promise<ReadonlySet<string>> {
  return deniedIds(services.policy, tenant, viewer.userId, { conversations }, 'audit')
}
