import { z } from 'zod'
import type { Context } from '../../context.ts'
import { rowsOf } from '../../database/columns.ts'
import { type Statement, statement, type Values } from '../../database/statement.ts'
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

const moved = rowsOf<{ position: string | null }>()

const readUpTo = statement({
  name: 'mark_read',
  parameters: ['companyId', 'viewerId', 'conversationId', 'seq'],
  row: moved,
  text: `select position::text as position from app.mark_read(:companyId, :viewerId, :conversationId, :seq)`,
})
const unreadFrom = statement({
  name: 'mark_unread',
  parameters: ['companyId', 'viewerId', 'conversationId', 'seq'],
  row: moved,
  text: `select app.mark_unread(:companyId, :viewerId, :conversationId, :seq)::text as position`,
})
const acknowledge = statement({
  name: 'acknowledge_delivery',
  parameters: ['companyId', 'viewerId', 'conversationIds', 'seqs'],
  row: moved,
  text: `select app.acknowledge_delivery(:companyId, :viewerId, :conversationIds, :seqs)::text as position`,
})

/** Moves the viewer's read mark forward, never back. A reminder within the messages read is removed. */
export async function markRead(context: Context, input: unknown): Promise<{ conversationId: string }> {
  const { conversationId, upToSeq } = parseInput(readSchema, input)
  await readTo(context, conversationId, upToSeq ?? null)
  return { conversationId }
}

/** Moves the viewer's read mark forward to a message; null means the latest one. */
export async function readTo(context: Context, conversationId: string, seq: number | null): Promise<void> {
  await move(context, readUpTo, { conversationId, seq })
}

/** Sets the viewer's reminder. Receipts do not change. */
export async function markUnread(context: Context, input: unknown): Promise<{ conversationId: string }> {
  const { conversationId, fromSeq } = parseInput(unreadSchema, input)
  await move(context, unreadFrom, { conversationId, seq: fromSeq })
  return { conversationId }
}

/** Moves the viewer's delivered marks forward. If one conversation is rejected, no mark moves. */
export async function acknowledgeDelivery(
  context: Context,
  input: unknown,
): Promise<{ conversationIds: string[] }> {
  const { marks } = parseInput(deliverySchema, input)
  const conversationIds = marks.map((mark) => mark.conversationId)
  await move(context, acknowledge, { conversationIds, seqs: marks.map((mark) => mark.upToSeq) })
  return { conversationIds: [...new Set(conversationIds)] }
}

async function move<Name extends string>(
  { viewer, tenant, services }: Context,
  statement: Statement<Name | 'companyId' | 'viewerId', { position: string | null }>,
  marks: Values<Name>,
): Promise<void> {
  const values = { ...marks, companyId: viewer.companyId, viewerId: viewer.userId }
  const [moved] = await tenant.call(statement, values)
  if (moved?.position) services.live.notify(viewer.companyId, Number(moved.position))
}
