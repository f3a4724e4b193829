import type { Context } from '../context.ts'
import { RequestError } from '../errors.ts'
import { GUESTS, INBOX, MODERATION, readCursor } from '../events/cursor.ts'
import type { EventQueue } from '../events/event-queue.ts'
import type { Permission } from '../members/permissions.ts'
import { requireReader } from './require-reader.ts'
import type { StreamValue } from './stream-value.ts'
import { Subscription } from './subscription.ts'

/** Subscribes the viewer to the inbox. */
export function inboxStream(context: Context, after: string | undefined): Promise<EventQueue<StreamValue>> {
  return open(context, { stream: INBOX }, after)
}

/** Subscribes the viewer to the company's cases of moderation. */
export function moderationStream(
  context: Context,
  after: string | undefined,
): Promise<EventQueue<StreamValue>> {
  return open(context, { stream: MODERATION, permission: 'MESSAGE_MODERATE' }, after)
}

/** Subscribes the viewer to one conversation. Throws NOT_FOUND unless the viewer may read it. */
export async function conversationStream(
  context: Context,
  conversationId: string,
  after: string | undefined,
): Promise<EventQueue<StreamValue>> {
  await requireReadable(context, conversationId)
  return open(context, { stream: conversationId, conversationId }, after)
}

/** Subscribes the viewer to what happens about guests. Throws FORBIDDEN without GUEST_MESSAGE. */
export function guestStream(context: Context, after: string | undefined): Promise<EventQueue<StreamValue>> {
  return open(context, { stream: GUESTS, permission: 'GUEST_MESSAGE' }, after)
}

interface Stream {
  /** The name of the stream in cursors. */
  stream: string
  /** The conversation to subscribe to, with its typing events. */
  conversationId?: string
  /** The permission that it wants. */
  permission?: Permission
}

async function open(
  context: Context,
  { stream, conversationId, permission = 'MESSAGE_READ' }: Stream,
  after: string | undefined,
): Promise<EventQueue<StreamValue>> {
  const { viewer, services } = context
  const { companyId, userId, expiresAt } = viewer
  // A reconnecting client repeats its original request, so the header is the later cursor.
  const cursor = context.lastEventId ?? after
  const position =
    cursor === undefined ? undefined : readCursor(await context.keys(), { userId, stream }, cursor)
  const subscription = new Subscription({
    userId,
    stream,
    conversationId,
    position: position ?? 0,
    expiresAt,
  })
  try {
    const typing =
      conversationId === undefined ? undefined : services.typing.join(companyId, conversationId, subscription)
    if (typing) subscription.hasJoinedTyping(typing)
    const [joined] = await Promise.all([services.live.join(companyId, subscription, position), typing?.ready])
    subscription.hasJoined(joined)
    const now = await requireReader(context, permission)
    if (conversationId !== undefined) await requireReadable(now, conversationId)
    return subscription.queue
  } catch (error) {
    subscription.queue.end()
    throw error
  }
}

async function requireReadable({ loaders }: Context, conversationId: string): Promise<void> {
  const conversation = await loaders.conversation.load(conversationId)
  if (!conversation?.isReadable) throw new RequestError('NOT_FOUND', 'There is no such conversation.')
}
