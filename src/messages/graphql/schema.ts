import { ConversationRef, conversationOf } from '../../conversations/graphql/refs.ts'
import type { UserRow } from '../../database/prisma-types.ts'
import { countText } from '../../graphql/answered-text.ts'
import { asksOnlyForId } from '../../graphql/asks-only-for-id.ts'
import { builder } from '../../graphql/builder.ts'
import { decodeQueryIdOf } from '../../graphql/ids.ts'
import { loadersFor } from '../../loaders.ts'
import { UserRef } from '../../members/graphql/refs.ts'
import { people } from '../../members/queries/people.ts'
import { rulesOf } from '../queries/access-rules.ts'
import { deliveryStatus, recipientMarks } from '../queries/delivery-status.ts'
import { sentPage } from '../queries/message-page.ts'
import { readText } from '../queries/message-text.ts'
import { parentOf } from '../queries/parent-message.ts'
import { receiptPage } from '../queries/receipts.ts'
import { replyPage } from '../queries/reply-page.ts'
import { revisionPage } from '../queries/revisions.ts'
import { AccessRuleRef } from './access-refs.ts'
import { ReactionRef } from './reaction-refs.ts'
import { ReceiptConnection, ReceiptRef } from './receipt-refs.ts'
import { DeliveryStatusEnum, MessageConnection, MessageRef, PriorityEnum } from './refs.ts'
import { MessageRevisionConnection, MessageRevisionRef } from './revision-refs.ts'

const MessageStateEnum = builder.enumType('MessageState', {
  description: 'The state of a message.',
  values: {
    POSTED: { description: 'It is visible in its conversation.' },
    HELD: { description: 'It waits for review by a moderator. Only its author sees it.' },
    REJECTED: { description: 'A moderator has rejected it.' },
    RETRACTED: { description: 'It was retracted. Its sequence number stays.' },
  } as const,
})

builder.node(MessageRef, {
  description: 'One message.',
  id: { resolve: (message) => message.id },
  loadManyWithoutCache: (ids, { loaders }) => Promise.all(ids.map((id) => loaders.message.load(id))),
  fields: (t) => ({
    conversation: t.field({
      type: ConversationRef,
      description: 'The conversation of the message.',
      resolve: conversationOf,
    }),
    seq: t.exposeInt('seq', {
      nullable: true,
      description:
        'Sequence number in the conversation: 1, 2, 3 … without gaps, in commit order. Null if the message is held for review or rejected.',
    }),
    author: t.field({
      type: UserRef,
      nullable: true,
      description: 'The author; null once that person is erased.',
      // No other field is resolved of it, and nothing is read for what the message knows.
      resolve: (message, _args, { loaders }, info) =>
        asksOnlyForId(info) ? ({ id: message.authorId } as UserRow) : loaders.user.load(message.authorId),
    }),
    parent: t.field({
      perViewer: true,
      type: MessageRef,
      nullable: true,
      description: 'The message that it replies to.',
      resolve: (message, _args, context) => parentOf(context, message),
    }),
    depth: t.exposeInt('depth', { description: 'Depth in the thread; 0 for a top-level message.' }),
    replies: t.connection(
      {
        perViewer: true,
        type: MessageRef,
        description: 'Replies in the order they were sent. With `subtree`, replies to replies are included.',
        args: {
          subtree: t.arg.boolean({
            description:
              'Includes replies to replies at all depths. Use `parent` and `depth` to build the tree.',
          }),
        },
        resolve: (message, args, context) => replyPage(context, message, args),
      },
      MessageConnection,
    ),
    replyCount: t.int({
      perViewer: true,
      description: 'Number of replies.',
      resolve: (message, _args, { loaders }) => loadersFor(loaders, message).replyCount.load(message.id),
    }),
    subject: t.string({
      nullable: true,
      description: 'The subject. Subject and body are null once the message is retracted.',
      resolve: (message, _args, context, info) => {
        countText(context, info, message.subject)
        return readText(context, message, 'subject')
      },
    }),
    body: t.string({
      nullable: true,
      description: 'The text.',
      resolve: (message, _args, context, info) => {
        countText(context, info, message.body)
        return readText(context, message, 'body')
      },
    }),
    priority: t.field({
      type: PriorityEnum,
      description: 'Its priority.',
      resolve: ({ priority }) => priority as 'LOW' | 'NORMAL' | 'HIGH' | 'URGENT',
    }),
    mentions: t.field({
      perViewer: true,
      type: [UserRef],
      description: 'The people it mentions.',
      resolve: async (message, _args, context) =>
        people(context, await loadersFor(context.loaders, message).mentions.load(message.id)),
    }),
    state: t.field({
      type: MessageStateEnum,
      description: 'The current state.',
      resolve: ({ state }) => state as 'POSTED' | 'HELD' | 'REJECTED' | 'RETRACTED',
    }),
    status: t.field({
      perViewer: true,
      type: DeliveryStatusEnum,
      nullable: true,
      description:
        "Delivery state of the viewer's own message: the lowest state among its recipients. Null for messages of others.",
      resolve: async (message, _args, { viewer, loaders }) =>
        message.authorId === viewer.userId
          ? deliveryStatus(message, await recipientMarks(loaders, message))
          : null,
    }),
    receipts: t.connection(
      {
        perViewer: true,
        type: ReceiptRef,
        description: 'Recipients who have received or read it, latest first.',
        resolve: (message, args, context) => receiptPage(context, message, args),
      },
      ReceiptConnection,
    ),
    reactions: t.field({
      perViewer: true,
      type: [ReactionRef],
      description: 'Reactions in the order of their first use. Empty once the message is retracted.',
      complexity: { multiplier: 20 },
      resolve: (message, _args, { loaders }) => loadersFor(loaders, message).reactions.load(message.id),
    }),
    revisions: t.connection(
      {
        perViewer: true,
        type: MessageRevisionRef,
        nullable: true,
        description:
          "Earlier texts, latest first. Null unless the company's revisionsVisibleTo includes the viewer.",
        resolve: (message, args, context) => revisionPage(context, message, args),
      },
      MessageRevisionConnection,
    ),
    metadata: t.field({
      type: 'JSON',
      nullable: true,
      description: "The sender's own data, at most 4 KiB.",
      resolve: async (message, _args, context, info) => {
        countText(context, info, message.metadata)
        const metadata = await readText(context, message, 'metadata')
        return metadata === null ? null : JSON.parse(metadata)
      },
    }),
    clientMessageId: t.string({
      perViewer: true,
      nullable: true,
      description: "The sender's own id of the message. Visible to the sender only.",
      resolve: (message, _args, { viewer }) =>
        message.authorId === viewer.userId ? message.clientMessageId : null,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time at which it was sent.' }),
    submittedAt: t.expose('submittedAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'Time at which it was handed in, if it was held for review; null if it was posted at once.',
    }),
    accessRules: t.field({
      perViewer: true,
      type: [AccessRuleRef],
      nullable: true,
      description:
        'The rules on who may see it, for its author and holders of MESSAGE_MODERATE; null for others. Empty: everyone in the conversation.',
      complexity: { multiplier: 50 },
      resolve: (message, _args, context) => rulesOf(context, message),
    }),
    editedAt: t.expose('editedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time of the last edit; null if it was never edited.',
    }),
    retractedAt: t.expose('retractedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time at which it was retracted; null if it was not.',
    }),
  }),
})

builder.queryField('message', (t) =>
  t.field({
    type: MessageRef,
    nullable: true,
    description: 'One message; null if it does not exist or the viewer may not see it.',
    authScopes: { permission: 'MESSAGE_READ' },
    args: { id: t.arg.id({ required: true, description: 'The message.' }) },
    resolve: (_root, { id }, { loaders }) => loaders.message.load(decodeQueryIdOf('Message', id)),
  }),
)

builder.queryField('sentMessages', (t) =>
  t.connection(
    {
      type: MessageRef,
      description: 'Messages that the viewer sent, latest first.',
      authScopes: { permission: 'MESSAGE_READ' },
      resolve: (_root, args, context) => sentPage(context, args),
    },
    MessageConnection,
  ),
)
