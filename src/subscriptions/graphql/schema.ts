import { builder } from '../../graphql/builder.ts'
import { decodeQueryIdOf } from '../../graphql/ids.ts'
import { recheckAccess } from '../recheck-access.ts'
import { conversationStream, guestStream, inboxStream, moderationStream } from '../streams.ts'
import { ConversationEvent } from './conversation-refs.ts'
import { GuestEvent } from './guest-refs.ts'
import { InboxEvent } from './inbox-refs.ts'
import { ModerationEvent } from './moderation-refs.ts'

const afterText =
  'A cursor of an earlier event or of a query. Events after it are sent first, each once and in order. Over Server-Sent Events the Last-Event-ID header replaces it.'

builder.subscriptionField('inboxEvents', (t) =>
  t.field({
    type: InboxEvent,
    description: "Emitted when something changes in one of the viewer's conversations.",
    authScopes: { permission: 'MESSAGE_READ' },
    args: { after: t.arg.string({ description: afterText }) },
    subscribe: (_root, { after }, context) =>
      inboxStream(context, after ?? undefined) as Promise<AsyncIterable<never>>,
    resolve: (event, _args, context) => recheckAccess(event, context),
  }),
)

builder.subscriptionField('conversationEvents', (t) =>
  t.field({
    type: ConversationEvent,
    description:
      'Emitted when something changes in the conversation. Fails with NOT_FOUND unless the viewer is a participant.',
    authScopes: { permission: 'MESSAGE_READ' },
    args: {
      conversationId: t.arg.id({ required: true, description: 'The conversation.' }),
      after: t.arg.string({ description: afterText }),
    },
    subscribe: (_root, { conversationId, after }, context) =>
      conversationStream(
        context,
        decodeQueryIdOf('Conversation', conversationId),
        after ?? undefined,
      ) as Promise<AsyncIterable<never>>,
    resolve: (event, _args, context) => recheckAccess(event, context),
  }),
)

builder.subscriptionField('moderationEvents', (t) =>
  t.field({
    type: ModerationEvent,
    description: 'Emitted when a case of moderation is opened or decided.',
    authScopes: { permission: 'MESSAGE_MODERATE' },
    args: { after: t.arg.string({ description: afterText }) },
    subscribe: (_root, { after }, context) =>
      moderationStream(context, after ?? undefined) as Promise<AsyncIterable<never>>,
    resolve: (event, _args, context) => recheckAccess(event, context),
  }),
)

builder.subscriptionField('guestEvents', (t) =>
  t.field({
    type: GuestEvent,
    description:
      'Emitted when an SMS comes in, when a delivery advances, and when the consent of a guest changes. New guests of an import are not told of.',
    authScopes: { permission: 'GUEST_MESSAGE' },
    args: { after: t.arg.string({ description: afterText }) },
    subscribe: (_root, { after }, context) =>
      guestStream(context, after ?? undefined) as Promise<AsyncIterable<never>>,
    resolve: (event, _args, context) => recheckAccess(event, context),
  }),
)
