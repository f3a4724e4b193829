import { z } from 'zod'
import type { Context } from '../../context.ts'
import type { ConversationRow } from '../../conversations/conversation-row.ts'
import { requireConversation } from '../../conversations/queries/require-conversation.ts'
import type { Statement } from '../../database/database.ts'
import { id, parseInput } from '../../input.ts'

/** A message's sequence number. */
const seq = z.number().int().min(1, { error: 'Messages are numbered from 1.' })

const readSchema = z.object({
  conversationId: id('Conversation'),
  upToSeq: seq.nullish(),
})
const unreadSchema = z.object({ conversationId: id('Conversation'), fromSeq: seq })
const deliverySchema = z.object({
  marks: z
    .array(z.object({ conversationId: id('Conversation'), upToSeq: seq }))
    .min(1, { error: 'Name at least one conversation.' })
    .max(1000, { error: 'At most 1,000 conversations are acknowledged at once.' }),
})

const readUpTo: Statement = {
  name: 'mark_read',
  text: `select position::text as position from app.mark_read($1, $2, $3, $4)`,
}
const unreadFrom: Statement = {
  name: 'mark_unread',
  text: `select app.mark_unread($1, $2, $3, $4)::text as position`,
}
const acknowledge: Statement = {
  name: 'acknowledge_delivery',
  text: `select app.acknowledge_delivery($1, $2, $3, $4)::text as position`,
}

/** Moves the viewer's read mark forward, never back. A reminder within the messages read is removed. */
export async function markRead(context: Context, input: unknown): Promise<{ conversation: ConversationRow }> {
  const { conversationId, upToSeq } = parseInput(readSchema, input)
  await readTo(context, conversationId, upToSeq ?? null)
  return { conversation: await requireConversation(context, conversationId) }
}

/** Moves the viewer's read mark forward to a message; null means the latest one. */
export async function readTo(context: Context, conversationId: string, seq: number | null): Promise<void> {
  await move(context, readUpTo, [conversationId, seq])
}

/** Sets the viewer's reminder. Receipts do not change. */
export async function markUnread(
  context: Context,
  input: unknown,
): Promise<{ conversation: ConversationRow }> {
  const { conversationId, fromSeq } = parseInput(unreadSchema, input)
  await move(context, unreadFrom, [conversationId, fromSeq])
  return { conversation: await requireConversation(context, conversationId) }
}

/** Moves the viewer's delivered marks forward. If one conversation is rejected, no mark moves. */
export async function acknowledgeDelivery(
  context: Context,
  input: unknown,
): Promise<{ conversations: ConversationRow[] }> {
  const { marks } = parseInput(deliverySchema, input)
  const conversationIds = marks.map((mark) => mark.conversationId)
  await move(context, acknowledge, [conversationIds, marks.map((mark) => mark.upToSeq)])
  const conversations = await Promise.all(
    [...new Set(conversationIds)].map((each) => requireConversation(context, each)),
  )
  return { conversations }
}

async function move(
  { viewer, tenant, services }: Context,
  statement: Statement,
  values: unknown[],
): Promise<void> {
  const [moved] = await tenant.call<{ position: string | null }>(statement, [
    viewer.companyId,
    viewer.userId,
    ...values,
  ])
  if (moved?.position) services.live.notify(viewer.companyId, Number(moved.position))
}
