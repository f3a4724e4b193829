import type { BroadcastRow } from '../../broadcasts/broadcast-row.ts'
import { BroadcastRef } from '../../broadcasts/graphql/refs.ts'
import type { Context } from '../../context.ts'
import { ConversationRef, conversationOf } from '../../conversations/graphql/refs.ts'
import { RequestError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { UnreadCountsRef } from '../../members/graphql/refs.ts'
import { unreadCounts } from '../../members/queries/unread-counts.ts'
import { MessageRef } from '../../messages/graphql/refs.ts'
import {
  ConversationAudited,
  ConversationRemoved,
  cursorOf,
  cursorText,
  Discontinuity,
  eventType,
  unreadText,
  type Value,
} from './event-refs.ts'

const ConversationActivity = eventType('ConversationActivity').implement({
  description: "Emitted when a message is sent in one of the viewer's conversations.",
  fields: (t) => ({
    cursor: t.string({ description: cursorText, perViewer: 'cursor', resolve: cursorOf }),
    conversation: t.field({
      type: ConversationRef,
      description: 'The conversation.',
      resolve: conversationOf,
    }),
    message: t.expose('message', { type: MessageRef, description: 'The message.' }),
    unread: t.field({
      perViewer: true,
      type: UnreadCountsRef,
      description: unreadText,
      resolve: (_event, _args, context) => unreadCounts(context),
    }),
    notify: t.boolean({
      perViewer: true,
      description:
        "True if the client should show a notification: browser notifications are on, the viewer may be disturbed, the message is another person's, and the conversation is not muted or the message mentions the viewer.",
      resolve: wantsNotice,
    }),
  }),
})

const ConversationRead = eventType('ConversationRead').implement({
  description: 'Emitted when the viewer reads the conversation or marks it unread, on any device.',
  fields: (t) => ({
    cursor: t.string({ description: cursorText, perViewer: 'cursor', resolve: cursorOf }),
    conversation: t.field({
      type: ConversationRef,
      description: 'The conversation.',
      resolve: conversationOf,
    }),
    unread: t.field({
      perViewer: true,
      type: UnreadCountsRef,
      description: unreadText,
      resolve: (_event, _args, context) => unreadCounts(context),
    }),
  }),
})

const InboxConversationChanged = eventType('InboxConversationChanged').implement({
  description:
    'Emitted when the inbox entry changes in another way: title, members or mute change, or the latest message or an unread one is edited or retracted.',
  fields: (t) => ({
    cursor: t.string({ description: cursorText, perViewer: 'cursor', resolve: cursorOf }),
    conversation: t.field({
      type: ConversationRef,
      description: 'The conversation.',
      resolve: conversationOf,
    }),
    unread: t.field({
      perViewer: true,
      type: UnreadCountsRef,
      description: unreadText,
      resolve: (_event, _args, context) => unreadCounts(context),
    }),
  }),
})

const BroadcastReceived = eventType('BroadcastReceived').implement({
  description:
    'Emitted when a broadcast arrives, or when its author reminds a recipient who has not read it.',
  fields: (t) => ({
    cursor: t.string({ description: cursorText, perViewer: 'cursor', resolve: cursorOf }),
    broadcast: t.field({
      perViewer: true,
      type: BroadcastRef,
      description: 'The broadcast.',
      resolve: broadcastOf,
    }),
    unread: t.field({
      perViewer: true,
      type: UnreadCountsRef,
      description: "The viewer's unread counts.",
      resolve: (_event, _args, context) => unreadCounts(context),
    }),
    notify: t.boolean({
      perViewer: true,
      description:
        "True if the client should show a notification: browser notifications are on, the viewer may be disturbed, and the broadcast is another person's, unread and not muted.",
      resolve: wantsBroadcastNotice,
    }),
  }),
})

const HeldMessageDecided = eventType('HeldMessageDecided').implement({
  description:
    "Emitted when a message of the viewer's that was held for review has been posted or rejected by a moderator.",
  fields: (t) => ({
    cursor: t.string({ description: cursorText, perViewer: 'cursor', resolve: cursorOf }),
    message: t.expose('message', { type: MessageRef, description: 'The message, as it is now.' }),
  }),
})

/** The events of inboxEvents. */
export const InboxEvent = builder.unionType('InboxEvent', {
  description: "An event of the viewer's inbox.",
  types: [
    ConversationActivity,
    ConversationRead,
    InboxConversationChanged,
    ConversationAudited,
    ConversationRemoved,
    BroadcastReceived,
    HeldMessageDecided,
    Discontinuity,
  ],
  resolveType: ({ type }) => type,
})

async function broadcastOf(
  { broadcastId }: Value<'BroadcastReceived'>,
  _args: object,
  { loaders }: Context,
): Promise<BroadcastRow> {
  const broadcast = await loaders.broadcast.load(broadcastId)
  if (!broadcast) throw new RequestError('NOT_FOUND', 'There is no such broadcast.')
  return broadcast
}

async function wantsBroadcastNotice(
  { broadcastId, own }: Value<'BroadcastReceived'>,
  _args: object,
  { loaders, viewer }: Context,
): Promise<boolean> {
  if (own || !(await wantsNotifications(loaders, viewer))) return false
  const broadcast = await loaders.broadcast.load(broadcastId)
  const conversation = await loaders.conversation.load(broadcastId)
  return broadcast?.isRead === false && conversation?.isMuted === false
}

/** Own messages and messages of muted conversations do not notify, unless a message mentions the viewer. */
async function wantsNotice(
  { conversationId, message, own }: Value<'ConversationActivity'>,
  _args: object,
  { loaders, viewer }: Context,
): Promise<boolean> {
  if (own || !(await wantsNotifications(loaders, viewer))) return false
  const conversation = await loaders.conversation.load(conversationId)
  if (!conversation) return false
  return !conversation.isMuted || (await loaders.mentions.load(message.id)).includes(viewer.userId)
}

/** Reads the preferences at delivery. */
async function wantsNotifications(
  { user }: Context['loaders'],
  { userId }: Context['viewer'],
): Promise<boolean> {
  const person = await user.load(userId)
  return person?.doNotDisturbUntil === null && person.browserNotifications
}
