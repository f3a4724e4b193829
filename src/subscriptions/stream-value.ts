import { GUESTS, INBOX, MODERATION } from '../events/cursor.ts'
import type { Batch, LiveEvent } from '../events/event-row.ts'
import type { MessageRow } from '../messages/message-row.ts'

interface Positioned {
  position: number
  /** The batch that the event was read with. Undefined for events that are not stored. */
  batch?: Batch
  /** The stream that its cursor belongs to. */
  stream: string
}

/** A value of a stream. `type` is the GraphQL type it becomes. */
export type StreamValue = Positioned &
  (
    | { type: 'ConversationActivity'; conversationId: string; message: MessageRow; own: boolean }
    | { type: 'BroadcastReceived'; broadcastId: string; own: boolean }
    | { type: 'ConversationRead'; conversationId: string }
    | { type: 'InboxConversationChanged'; conversationId: string }
    | { type: 'ConversationRemoved'; conversationId: string }
    | { type: 'Discontinuity' }
    | { type: 'MessageSent'; message: MessageRow }
    | { type: 'MessageEdited'; message: MessageRow }
    | { type: 'MessageRetracted'; message: MessageRow }
    | { type: 'ReactionsChanged'; message: MessageRow }
    | { type: 'MessageHidden'; messageId: string }
    | { type: 'ReceiptAdvanced'; userId: string; status: 'DELIVERED' | 'READ'; upToSeq: number; at: Date }
    | { type: 'ParticipantsChanged'; conversationId: string; joinedIds: string[]; leftIds: string[] }
    | { type: 'ConversationChanged'; conversationId: string }
    | { type: 'InboundReceived'; inboundId: string }
    | { type: 'DeliveryAdvanced'; deliveryId: string }
    | { type: 'ConsentChanged'; guestId: string }
    | { type: 'TypingChanged'; userId: string; typing: boolean }
    | { type: 'ConversationAudited'; conversationId: string; auditorId: string; at: Date }
    | { type: 'MessageAccessLost'; messageId: string; seq: number }
    | { type: 'HeldMessageDecided'; message: MessageRow }
    | { type: 'ModerationCaseOpened'; caseId: string }
    | { type: 'ModerationCaseDecided'; caseId: string }
  )

/** A value of a stream, and whether it is the last one. */
export type Mapped = { value: StreamValue; isLast?: boolean } | undefined

const mapped = new WeakMap<LiveEvent, Map<string, Mapped>>()

/** Caches the result of `map` for all of a person's subscriptions to the stream. */
export function once(
  event: LiveEvent,
  stream: string,
  userId: string,
  map: (event: LiveEvent, userId: string) => Mapped,
): Mapped {
  const ofEvent = mapped.get(event) ?? new Map<string, Mapped>()
  mapped.set(event, ofEvent)
  const key = `${stream} ${userId}`
  if (!ofEvent.has(key)) ofEvent.set(key, map(event, userId))
  return ofEvent.get(key)
}

const CHANGES = {
  MESSAGE_EDITED: 'MessageEdited',
  MESSAGE_RETRACTED: 'MessageRetracted',
  REACTIONS_CHANGED: 'ReactionsChanged',
} as const

/** Maps an event to the value that it has in the inbox of `userId`. Undefined if it is not shown there. */
export function inboxValue(event: LiveEvent, userId: string): Mapped {
  const { conversationId, position, batch } = event
  if (!conversationId || (event.recipientId && event.recipientId !== userId)) return undefined
  const positioned = { position, batch, stream: INBOX, conversationId }
  const isGone = event.kind === 'CONVERSATION_HIDDEN' || event.leftIds.includes(userId)
  if (!event.memberIds.has(userId)) {
    return isGone ? { value: { ...positioned, type: 'ConversationRemoved' } } : undefined
  }
  switch (event.kind) {
    case 'MESSAGE_SENT':
      if (!event.message || event.hiddenFrom.has(userId)) return undefined
      return {
        value: {
          ...positioned,
          type: 'ConversationActivity',
          message: event.message,
          own: event.actorId === userId,
        },
      }
    case 'BROADCAST_SENT':
    case 'BROADCAST_REMINDED': {
      const own = event.actorId === userId
      if (event.hiddenFrom.has(userId) || (own && event.kind === 'BROADCAST_REMINDED')) return undefined
      return { value: { ...positioned, type: 'BroadcastReceived', broadcastId: conversationId, own } }
    }
    case 'READ':
    case 'READ_REMINDER':
      return event.actorId === userId ? { value: { ...positioned, type: 'ConversationRead' } } : undefined
    case 'PARTICIPANTS_CHANGED':
    case 'CONVERSATION_CHANGED':
    case 'MESSAGE_HIDDEN':
    case 'MUTE_CHANGED':
      return { value: { ...positioned, type: 'InboxConversationChanged' } }
    case 'MESSAGE_EDITED':
    case 'MESSAGE_RETRACTED':
      if (event.hiddenFrom.has(userId)) return undefined
      return { value: { ...positioned, type: 'InboxConversationChanged' } }
    case 'MESSAGE_ACCESS_CHANGED':
      if (!event.joinedIds.includes(userId) && !event.leftIds.includes(userId)) return undefined
      return { value: { ...positioned, type: 'InboxConversationChanged' } }
    case 'AUDITED':
      return auditedValue(event, INBOX)
    case 'HELD_MESSAGE_DECIDED':
      return event.message
        ? { value: { position, batch, stream: INBOX, type: 'HeldMessageDecided', message: event.message } }
        : undefined
    default:
      return undefined
  }
}

/** Maps an event to the value that it has in its conversation for `userId`. Undefined if it is not shown. */
export function conversationValue(event: LiveEvent, userId: string): Mapped {
  const { conversationId, position, batch, message, seq, actorId } = event
  if (!conversationId || (event.recipientId && event.recipientId !== userId)) return undefined
  const positioned = { position, batch, stream: conversationId }
  if (!event.visibleTo.has(userId) || event.kind === 'CONVERSATION_HIDDEN') {
    // A person who may no longer see the conversation receives the end of the stream, whatever the event was.
    return { value: { ...positioned, type: 'ConversationRemoved', conversationId }, isLast: true }
  }
  switch (event.kind) {
    case 'MESSAGE_SENT':
    case 'BROADCAST_SENT':
      if (!message || event.hiddenFrom.has(userId)) return undefined
      return { value: { ...positioned, type: 'MessageSent', message } }
    case 'MESSAGE_EDITED':
    case 'MESSAGE_RETRACTED':
    case 'REACTIONS_CHANGED':
      if (!message || event.hiddenFrom.has(userId)) return undefined
      return { value: { ...positioned, type: CHANGES[event.kind], message } as StreamValue }
    case 'MESSAGE_ACCESS_CHANGED':
      return message ? accessValue(event, message, userId) : undefined
    case 'MESSAGE_HIDDEN':
      return message ? { value: { ...positioned, type: 'MessageHidden', messageId: message.id } } : undefined
    case 'READ':
    case 'DELIVERED':
      if (!actorId || seq === null || event.hiddenFrom.has(userId)) return undefined
      // Receipts of a broadcast are shown to the reader and to its author only.
      if (event.broadcasterId && ![event.broadcasterId, actorId].includes(userId)) return undefined
      return {
        value: {
          ...positioned,
          type: 'ReceiptAdvanced',
          userId: actorId,
          status: event.kind,
          upToSeq: seq,
          at: event.createdAt,
        },
      }
    case 'PARTICIPANTS_CHANGED': {
      const { joinedIds, leftIds } = event
      return { value: { ...positioned, type: 'ParticipantsChanged', conversationId, joinedIds, leftIds } }
    }
    case 'AUDITED':
      return auditedValue(event, conversationId)
    case 'CONVERSATION_CHANGED':
    case 'MUTE_CHANGED':
      return { value: { ...positioned, type: 'ConversationChanged', conversationId } }
    default:
      return undefined
  }
}

/** The event of an auditor who reads a conversation. */
function auditedValue(
  { conversationId, actorId, position, batch, createdAt: at }: LiveEvent,
  stream: string,
): Mapped {
  if (!conversationId || !actorId) return undefined
  return {
    value: { position, batch, stream, type: 'ConversationAudited', conversationId, auditorId: actorId, at },
  }
}

/** The event of a message that access rules now keep from the person, or let them see again. Others are not told. */
function accessValue(event: LiveEvent, message: MessageRow, userId: string): Mapped {
  const { position, batch, conversationId, joinedIds, leftIds } = event
  if (!conversationId) return undefined
  const positioned = { position, batch, stream: conversationId }
  const isHidden = event.hiddenFrom.has(userId)
  if (leftIds.includes(userId) && isHidden)
    return {
      value: { ...positioned, type: 'MessageAccessLost', messageId: message.id, seq: message.seq ?? 0 },
    }
  return joinedIds.includes(userId) && !isHidden
    ? { value: { ...positioned, type: 'MessageSent', message } }
    : undefined
}

/** Maps an event to the value that it has for a moderator. Undefined if it is about no case. */
export function moderationValue(event: LiveEvent, userId: string): Mapped {
  const { caseId, kind, position, batch } = event
  if (!caseId || !event.visibleTo.has(userId)) return undefined
  const type = kind === 'MODERATION_CASE_OPENED' ? 'ModerationCaseOpened' : 'ModerationCaseDecided'
  return { value: { position, batch, stream: MODERATION, type, caseId } }
}

/** Maps an event about guests to its value. Undefined for any other event. */
export function guestValue({ kind, about, position, batch }: LiveEvent): Mapped {
  if (about === null) return undefined
  const positioned = { position, batch, stream: GUESTS }
  switch (kind) {
    case 'GUEST_INBOUND':
      return { value: { ...positioned, type: 'InboundReceived', inboundId: about } }
    case 'GUEST_DELIVERY':
      return { value: { ...positioned, type: 'DeliveryAdvanced', deliveryId: about } }
    case 'GUEST_CONSENT':
      return { value: { ...positioned, type: 'ConsentChanged', guestId: about } }
    default:
      return undefined
  }
}
