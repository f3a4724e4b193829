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
  ConversationRemoved,
  cursorOf,
  cursorText,
  Discontinuity,
  eventType,
  unreadText,
  type Value,
} from './event-refs.ts'

const ConversationActivity = eventType('ConversationActivity').implement({
  description: "A new message in one of the viewer's conversations.",
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
      description: 'False when muted, own or not wanted.',
      resolve: wantsNotice,
    }),
  }),
})

const ConversationRead = eventType('ConversationRead').implement({
  description: 'Read or marked unread, here or on another device.',
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
    'Anything else that changes what the inbox shows: title, members, mute, an edit or retraction of the preview or of an unread message.',
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
  description: 'A broadcast has arrived, or its author reminds those who have not read it.',
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
      description: "The viewer's unread messages.",
      resolve: (_event, _args, context) => unreadCounts(context),
    }),
    notify: t.boolean({
      perViewer: true,
      description: 'False when own, read already, or muted.',
      resolve: wantsBroadcastNotice,
    }),
  }),
})

/** The events of inboxEvents. */
export const InboxEvent = builder.unionType('InboxEvent', {
  description: 'An event of the inbox of the viewer.',
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

/** Own messages and muted conversations do not notify; a mention un-mutes. */
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

/** The preference as of delivery. */
async function wantsNotifications(
  { user }: Context['loaders'],
  { userId }: Context['viewer'],
): Promise<boolean> {
  return (await user.load(userId))?.browserNotifications ?? false
}
