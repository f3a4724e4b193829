import type { BroadcastRow } from '../broadcasts/broadcast-row.ts'
import { BroadcastRef } from '../broadcasts/refs.ts'
import type { Context } from '../context.ts'
import type { ConversationRow } from '../conversations/conversation-row.ts'
import { ConversationRef } from '../conversations/refs.ts'
import { Refusal } from '../errors.ts'
import { builder } from '../graphql/builder.ts'
import { encodeId } from '../ids.ts'
import { people, person } from '../members/people.ts'
import { UnreadCountsRef, UserRef } from '../members/refs.ts'
import { unreadCounts } from '../members/unread-counts.ts'
import type { MessageRow } from '../messages/message-row.ts'
import { DeliveryStatusEnum, MessageRef } from '../messages/refs.ts'
import { signCursor } from './cursor.ts'
import type { StreamValue } from './stream-value.ts'

type Value<Type extends StreamValue['type']> = Extract<StreamValue, { type: Type }>

/** How many people an event names at the most; more are seen by reading the conversation. */
const MOST_NAMED = 100

function eventType<Type extends StreamValue['type']>(type: Type) {
  return builder.objectRef<Value<Type>>(type)
}

/** An event that shows a message as it is at delivery. */
function messageEvent(type: 'MessageEdited' | 'MessageRetracted' | 'ReactionsChanged', description: string) {
  return builder.objectRef<{ message: MessageRow } & StreamValue>(type).implement({
    description,
    fields: (t) => ({
      cursor: t.string({ description: cursorText, resolve: cursorOf }),
      message: t.expose('message', { type: MessageRef, description: 'The message.' }),
    }),
  })
}

const cursorText = 'Pass it as `after` to resume from here.'
const unreadText = "The viewer's unread messages as of delivery."

const ConversationActivity = eventType('ConversationActivity').implement({
  description: "A new message in one of the viewer's conversations.",
  fields: (t) => ({
    cursor: t.string({ description: cursorText, resolve: cursorOf }),
    conversation: t.field({
      type: ConversationRef,
      description: 'The conversation.',
      resolve: conversationOf,
    }),
    message: t.expose('message', { type: MessageRef, description: 'The message.' }),
    unread: t.field({
      type: UnreadCountsRef,
      description: unreadText,
      resolve: (_event, _args, context) => unreadCounts(context),
    }),
    notify: t.boolean({ description: 'False when muted, own or not wanted.', resolve: wantsNotice }),
  }),
})

const ConversationRead = eventType('ConversationRead').implement({
  description: 'Read or marked unread, here or on another device.',
  fields: (t) => ({
    cursor: t.string({ description: cursorText, resolve: cursorOf }),
    conversation: t.field({
      type: ConversationRef,
      description: 'The conversation.',
      resolve: conversationOf,
    }),
    unread: t.field({
      type: UnreadCountsRef,
      description: unreadText,
      resolve: (_event, _args, context) => unreadCounts(context),
    }),
  }),
})

const InboxConversationChanged = eventType('InboxConversationChanged').implement({
  description:
    'Anything else that changes what the inbox shows: title, members, mute, an edit or retraction of the preview or of an unread message.',
  fields: (t) => ({
    cursor: t.string({ description: cursorText, resolve: cursorOf }),
    conversation: t.field({
      type: ConversationRef,
      description: 'The conversation.',
      resolve: conversationOf,
    }),
    unread: t.field({
      type: UnreadCountsRef,
      description: unreadText,
      resolve: (_event, _args, context) => unreadCounts(context),
    }),
  }),
})

const ConversationRemoved = eventType('ConversationRemoved').implement({
  description:
    "No longer the viewer's: left, removed, hidden, forbidden. On conversationEvents it is the last event.",
  fields: (t) => ({
    cursor: t.string({ description: cursorText, resolve: cursorOf }),
    conversationId: t.id({
      description: 'What is gone.',
      resolve: ({ conversationId }) => encodeId('Conversation', conversationId),
    }),
    unread: t.field({
      type: UnreadCountsRef,
      description: unreadText,
      resolve: (_event, _args, context) => unreadCounts(context),
    }),
  }),
})

const Discontinuity = eventType('Discontinuity').implement({
  description: 'The stream could not keep up and ends here: resume from `cursor`.',
  fields: (t) => ({ cursor: t.string({ description: cursorText, resolve: cursorOf }) }),
})

const MessageSent = eventType('MessageSent').implement({
  description: 'A message was sent.',
  fields: (t) => ({
    cursor: t.string({ description: cursorText, resolve: cursorOf }),
    message: t.expose('message', { type: MessageRef, description: 'The message.' }),
  }),
})

const MessageEdited = messageEvent('MessageEdited', 'A message has been edited.')
const MessageRetracted = messageEvent('MessageRetracted', 'A message has been taken back; its place stays.')
const ReactionsChanged = messageEvent('ReactionsChanged', 'The reactions to a message have changed.')

const ReceiptAdvanced = eventType('ReceiptAdvanced').implement({
  description: 'Somebody has received or read everything up to a message.',
  fields: (t) => ({
    cursor: t.string({ description: cursorText, resolve: cursorOf }),
    user: t.field({
      type: UserRef,
      description: 'The person.',
      resolve: ({ userId }, _args, context) => person(context, userId),
    }),
    status: t.expose('status', { type: DeliveryStatusEnum, description: 'DELIVERED or READ.' }),
    upToSeq: t.exposeInt('upToSeq', { description: 'Everything up to this message.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
  }),
})

const BroadcastReceived = eventType('BroadcastReceived').implement({
  description: 'A broadcast has arrived, or its author reminds those who have not read it.',
  fields: (t) => ({
    cursor: t.string({ description: cursorText, resolve: cursorOf }),
    broadcast: t.field({ type: BroadcastRef, description: 'The broadcast.', resolve: broadcastOf }),
    unread: t.field({
      type: UnreadCountsRef,
      description: "The viewer's unread messages.",
      resolve: (_event, _args, context) => unreadCounts(context),
    }),
    notify: t.boolean({
      description: 'False when own, read already, or muted.',
      resolve: wantsBroadcastNotice,
    }),
  }),
})

const MessageHidden = eventType('MessageHidden').implement({
  description: 'The viewer has deleted a message for themselves, here or on another device.',
  fields: (t) => ({
    cursor: t.string({ description: cursorText, resolve: cursorOf }),
    messageId: t.id({
      description: "The message's id.",
      resolve: ({ messageId }) => encodeId('Message', messageId),
    }),
  }),
})

const ParticipantsChanged = eventType('ParticipantsChanged').implement({
  description:
    'People came or went. At most 100 of each are named; more are seen by reading the conversation.',
  fields: (t) => ({
    cursor: t.string({ description: cursorText, resolve: cursorOf }),
    conversation: t.field({
      type: ConversationRef,
      description: 'The conversation.',
      resolve: conversationOf,
    }),
    joined: t.field({
      type: [UserRef],
      description: 'Who came.',
      complexity: { multiplier: MOST_NAMED },
      resolve: ({ joinedIds }, _args, context) => people(context, joinedIds.slice(0, MOST_NAMED)),
    }),
    left: t.field({
      type: [UserRef],
      description: 'Who went.',
      complexity: { multiplier: MOST_NAMED },
      resolve: ({ leftIds }, _args, context) => people(context, leftIds.slice(0, MOST_NAMED)),
    }),
  }),
})

const ConversationChanged = eventType('ConversationChanged').implement({
  description:
    'The conversation itself changed: title, description, access, roles, or its mute by the viewer.',
  fields: (t) => ({
    cursor: t.string({ description: cursorText, resolve: cursorOf }),
    conversation: t.field({
      type: ConversationRef,
      description: 'The conversation.',
      resolve: conversationOf,
    }),
  }),
})

/** What inboxEvents brings. */
export const InboxEvent = builder.unionType('InboxEvent', {
  description: "What happens in the viewer's inbox.",
  types: [
    ConversationActivity,
    ConversationRead,
    InboxConversationChanged,
    ConversationRemoved,
    BroadcastReceived,
    Discontinuity,
  ],
  resolveType: ({ type }) => type,
})

/** What conversationEvents brings. */
export const ConversationEvent = builder.unionType('ConversationEvent', {
  description: 'What happens in one conversation.',
  types: [
    MessageSent,
    MessageEdited,
    MessageRetracted,
    MessageHidden,
    ReactionsChanged,
    ReceiptAdvanced,
    ParticipantsChanged,
    ConversationChanged,
    ConversationRemoved,
    Discontinuity,
  ],
  resolveType: ({ type }) => type,
})

async function cursorOf(
  { position, stream }: StreamValue,
  _args: object,
  { keys, viewer }: Context,
): Promise<string> {
  return signCursor(await keys(), { userId: viewer.userId, stream }, position)
}

async function conversationOf(
  { conversationId }: { conversationId: string },
  _args: object,
  { loaders }: Context,
): Promise<ConversationRow> {
  const conversation = await loaders.conversation.load(conversationId)
  if (!conversation) throw new Refusal('NOT_FOUND', 'There is no such conversation.')
  return conversation
}

async function broadcastOf(
  { broadcastId }: Value<'BroadcastReceived'>,
  _args: object,
  { loaders }: Context,
): Promise<BroadcastRow> {
  const broadcast = await loaders.broadcast.load(broadcastId)
  if (!broadcast) throw new Refusal('NOT_FOUND', 'There is no such broadcast.')
  return broadcast
}

async function wantsBroadcastNotice(
  { broadcastId, own }: Value<'BroadcastReceived'>,
  _args: object,
  { loaders }: Context,
): Promise<boolean> {
  if (own) return false
  const broadcast = await loaders.broadcast.load(broadcastId)
  const conversation = await loaders.conversation.load(broadcastId)
  return broadcast?.isRead === false && conversation?.isMuted === false
}

/** Own messages and muted conversations do not notify; a mention un-mutes. */
async function wantsNotice(
  { conversationId, message, own }: Value<'ConversationActivity'>,
  _args: object,
  { loaders, viewer }: Context,
): Promise<boolean> {
  if (own) return false
  const conversation = await loaders.conversation.load(conversationId)
  if (!conversation) return false
  return !conversation.isMuted || (await loaders.mentions.load(message.id)).includes(viewer.userId)
}
