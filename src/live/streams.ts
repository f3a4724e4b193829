import type { Context } from '../context.ts'
import { Refusal } from '../errors.ts'
import type { MessageRow } from '../messages/message-row.ts'
import { readCursor } from './cursor.ts'
import { createEventQueue, type EventQueue } from './event-queue.ts'
import type { LiveEvent } from './event-row.ts'

interface Placed {
  position: number
  /** The stream its cursor belongs to. */
  stream: string
}

/** One value of a stream, by the GraphQL type it becomes. */
export type StreamValue = Placed &
  (
    | { type: 'ConversationActivity'; conversationId: string; message: MessageRow; own: boolean }
    | { type: 'ConversationRead'; conversationId: string }
    | { type: 'InboxConversationChanged'; conversationId: string }
    | { type: 'ConversationRemoved'; conversationId: string }
    | { type: 'Discontinuity' }
    | { type: 'MessageSent'; message: MessageRow }
    | { type: 'ReceiptAdvanced'; userId: string; status: 'DELIVERED' | 'READ'; upToSeq: number; at: Date }
    | { type: 'ParticipantsChanged'; conversationId: string; joinedIds: string[]; leftIds: string[] }
    | { type: 'ConversationChanged'; conversationId: string }
  )

/** A stream's value and whether it is the last. */
type Mapped = { value: StreamValue; isLast?: boolean } | undefined

/** How many events wait for a subscriber that does not keep up, before its stream ends with Discontinuity. */
const CAPACITY = 1_000

/** The stream of a viewer's inbox; its cursors are for `inboxEvents`. */
export const INBOX = 'inbox'

/** Subscribes the viewer to the inbox. */
export function inboxStream(context: Context, after: string | undefined): Promise<EventQueue<StreamValue>> {
  const userId = context.viewer.userId
  return open(context, INBOX, after, (event, maySee) => inboxValue(event, maySee, userId))
}

/** Subscribes the viewer to one conversation; throws NOT_FOUND unless the viewer takes part in it. */
export async function conversationStream(
  context: Context,
  conversationId: string,
  after: string | undefined,
): Promise<EventQueue<StreamValue>> {
  const conversation = await context.loaders.conversation.load(conversationId)
  if (!conversation?.isMember) throw new Refusal('NOT_FOUND', 'There is no such conversation.')
  const userId = context.viewer.userId
  return open(context, conversationId, after, (event, maySee) =>
    event.conversationId === conversationId ? conversationValue(event, maySee, userId) : undefined,
  )
}

async function open(
  context: Context,
  stream: string,
  after: string | undefined,
  map: (event: LiveEvent, maySee: boolean) => Mapped,
): Promise<EventQueue<StreamValue>> {
  const { companyId, userId, expiresAt } = context.viewer
  const position =
    after === undefined ? undefined : readCursor(await context.keys(), { userId, stream }, after)
  let lastPosition = position ?? 0
  let leave = () => {}
  let isClosed = false
  const expiry = setTimeout(() => queue.end(), Math.min(expiresAt.getTime() - Date.now(), 2 ** 31 - 1))
  const queue = createEventQueue<StreamValue>(
    CAPACITY,
    () => ({ type: 'Discontinuity', position: lastPosition, stream }),
    () => {
      isClosed = true
      clearTimeout(expiry)
      leave()
    },
  )
  const subscriber = {
    userId,
    offer(event: LiveEvent, maySee: boolean) {
      if (event.kind === 'ACCESS_CHANGED' && event.leftIds.includes(userId)) return queue.end()
      const mapped = map(event, maySee)
      if (mapped && queue.push(mapped.value)) lastPosition = event.position
      if (mapped?.isLast) queue.end()
    },
    end: () => queue.end(),
  }
  try {
    leave = await context.parts.live.join(companyId, subscriber, position)
    if (isClosed) leave()
    return queue
  } catch (error) {
    queue.end()
    throw error
  }
}

function inboxValue(event: LiveEvent, maySee: boolean, userId: string): Mapped {
  const { conversationId, position } = event
  if (!conversationId || (event.recipientId && event.recipientId !== userId)) return undefined
  const placed = { position, stream: INBOX, conversationId }
  if (event.leftIds.includes(userId) && !maySee) return { value: { ...placed, type: 'ConversationRemoved' } }
  if (!maySee) return undefined
  switch (event.kind) {
    case 'MESSAGE_SENT':
      if (!event.message) return undefined
      return {
        value: {
          ...placed,
          type: 'ConversationActivity',
          message: event.message,
          own: event.actorId === userId,
        },
      }
    case 'READ':
    case 'READ_REMINDER':
      return event.actorId === userId ? { value: { ...placed, type: 'ConversationRead' } } : undefined
    case 'PARTICIPANTS_CHANGED':
    case 'CONVERSATION_CHANGED':
    case 'MUTE_CHANGED':
      return { value: { ...placed, type: 'InboxConversationChanged' } }
    default:
      return undefined
  }
}

function conversationValue(event: LiveEvent, maySee: boolean, userId: string): Mapped {
  const { conversationId, position, message, seq, actorId } = event
  if (!conversationId || (event.recipientId && event.recipientId !== userId)) return undefined
  const placed = { position, stream: conversationId }
  if (!maySee) {
    // Whatever the event, somebody who may no longer see the conversation gets its end and nothing else.
    return { value: { ...placed, type: 'ConversationRemoved', conversationId }, isLast: true }
  }
  switch (event.kind) {
    case 'MESSAGE_SENT':
      return message ? { value: { ...placed, type: 'MessageSent', message } } : undefined
    case 'READ':
    case 'DELIVERED':
      if (!actorId || seq === null) return undefined
      return {
        value: {
          ...placed,
          type: 'ReceiptAdvanced',
          userId: actorId,
          status: event.kind,
          upToSeq: seq,
          at: event.createdAt,
        },
      }
    case 'PARTICIPANTS_CHANGED': {
      const { joinedIds, leftIds } = event
      return { value: { ...placed, type: 'ParticipantsChanged', conversationId, joinedIds, leftIds } }
    }
    case 'CONVERSATION_CHANGED':
    case 'MUTE_CHANGED':
      return { value: { ...placed, type: 'ConversationChanged', conversationId } }
    default:
      return undefined
  }
}
