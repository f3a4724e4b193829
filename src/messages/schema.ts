import type { Context } from '../context.ts'
import type { ConversationRow } from '../conversations/conversation-row.ts'
import { ConversationRef } from '../conversations/refs.ts'
import { ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError } from '../errors.ts'
import { builder } from '../graphql/builder.ts'
import { decodeQueryIdOf } from '../graphql/ids.ts'
import { standardLimit } from '../graphql/rate-limit-plugin.ts'
import { people } from '../members/people.ts'
import { UserRef } from '../members/schema.ts'
import { UnreadCountsRef, unreadCounts } from '../members/unread-counts.ts'
import { deliveryStatus } from './delivery-status.ts'
import { RepliesClosedError, ThreadTooDeepError } from './errors.ts'
import { acknowledgeDelivery, markRead, markUnread } from './mark-read.ts'
import { replyPage, sentPage } from './message-page.ts'
import { readText } from './message-text.ts'
import { type ReceiptRow, receiptPage } from './receipts.ts'
import { MessageRef } from './refs.ts'
import { findReplayOfSend, sendMessage } from './send-message.ts'

const PriorityEnum = builder.enumType('Priority', {
  description: 'How urgent a message is.',
  values: {
    LOW: { description: 'Can wait.' },
    NORMAL: { description: 'As usual.' },
    HIGH: { description: 'Soon.' },
    URGENT: { description: 'At once.' },
  } as const,
})

const MessageStateEnum = builder.enumType('MessageState', {
  description: 'What has become of a message.',
  values: {
    POSTED: { description: 'It stands in its conversation.' },
    HELD: { description: 'It waits for review; nobody but its author sees it.' },
    REJECTED: { description: 'A moderator has refused it.' },
    RETRACTED: { description: 'It was taken back; its place stays.' },
  } as const,
})

export const DeliveryStatusEnum = builder.enumType('DeliveryStatus', {
  description: 'How far a message has got.',
  values: {
    SENT: { description: 'It is stored.' },
    DELIVERED: { description: 'The client has it.' },
    READ: { description: 'The person has read it.' },
  } as const,
})

const ReceiptRef = builder.objectRef<ReceiptRow>('Receipt').implement({
  description: 'Where one person stands with a message.',
  fields: (t) => ({
    user: t.loadable({
      type: UserRef,
      description: 'The person.',
      load: loadUsers,
      resolve: (receipt) => receipt.userId,
    }),
    status: t.field({
      type: DeliveryStatusEnum,
      description: 'How far it has got.',
      resolve: (receipt) => (receipt.readAt ? 'READ' : 'DELIVERED'),
    }),
    deliveredAt: t.expose('deliveredAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the client had it.',
    }),
    readAt: t.expose('readAt', { type: 'DateTime', nullable: true, description: 'When the person read it.' }),
  }),
})

builder.node(MessageRef, {
  description: 'One message.',
  id: { resolve: (message) => message.id },
  loadManyWithoutCache: (ids, { loaders }) => ids.map((id) => loaders.message.load(id)),
  fields: (t) => ({
    conversation: t.field({
      type: ConversationRef,
      description: 'Where it was said.',
      resolve: async (message, _args, { loaders }) =>
        must(await loaders.conversation.load(message.conversationId)),
    }),
    seq: t.exposeInt('seq', {
      nullable: true,
      description:
        'Position in the conversation: 1, 2, 3 … without gaps, in commit order. Null while held for review or once rejected.',
    }),
    author: t.field({
      type: UserRef,
      nullable: true,
      description: 'Who said it; null once that person is erased.',
      resolve: (message, _args, { loaders }) => loaders.user.load(message.authorId),
    }),
    parent: t.field({
      type: MessageRef,
      nullable: true,
      description: 'The message it replies to.',
      resolve: (message, _args, { loaders }) =>
        message.parentId ? loaders.message.load(message.parentId) : null,
    }),
    depth: t.exposeInt('depth', { description: '0 for a top-level message.' }),
    replies: t.connection({
      type: MessageRef,
      description: 'Replies to it, in order.',
      resolve: (message, args, context) => replyPage(context, message.id, args),
    }),
    replyCount: t.int({
      description: 'How many replies it has.',
      resolve: (message, _args, { loaders }) => loaders.replyCount.load(message.id),
    }),
    subject: t.string({
      nullable: true,
      description: 'Null once retracted, as is body.',
      resolve: (message, _args, context) => readText(context, message, 'subject'),
    }),
    body: t.string({
      nullable: true,
      description: 'What was said.',
      resolve: (message, _args, context) => readText(context, message, 'body'),
    }),
    priority: t.field({
      type: PriorityEnum,
      description: 'How urgent it is.',
      resolve: ({ priority }) => priority as 'LOW' | 'NORMAL' | 'HIGH' | 'URGENT',
    }),
    mentions: t.field({
      type: [UserRef],
      description: 'Whom it mentions.',
      resolve: async (message, _args, context) =>
        people(context, await context.loaders.mentions.load(message.id)),
    }),
    state: t.field({
      type: MessageStateEnum,
      description: 'What has become of it.',
      resolve: ({ state }) => state as 'POSTED' | 'HELD' | 'REJECTED' | 'RETRACTED',
    }),
    status: t.field({
      type: DeliveryStatusEnum,
      nullable: true,
      description: "Towards the viewer's recipients, the least advanced counting. Null on others' messages.",
      resolve: async (message, _args, { viewer, loaders }) =>
        message.authorId === viewer.userId
          ? deliveryStatus(message, await loaders.marks.load(message.conversationId))
          : null,
    }),
    receipts: t.connection({
      type: ReceiptRef,
      description: 'People who have moved past it, latest first.',
      resolve: (message, args, context) => receiptPage(context, message, args),
    }),
    metadata: t.field({
      type: 'JSON',
      nullable: true,
      description: "The sender's own data, at most 4 KiB.",
      resolve: async (message, _args, context) => {
        const metadata = await readText(context, message, 'metadata')
        return metadata === null ? null : JSON.parse(metadata)
      },
    }),
    clientMessageId: t.string({
      nullable: true,
      description: 'As given by the sender; shown to the sender alone.',
      resolve: (message, _args, { viewer }) =>
        message.authorId === viewer.userId ? message.clientMessageId : null,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was sent.' }),
    editedAt: t.expose('editedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last edited.',
    }),
    retractedAt: t.expose('retractedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was taken back.',
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
  t.connection({
    type: MessageRef,
    description: 'What the viewer has sent, latest first.',
    authScopes: { permission: 'MESSAGE_READ' },
    resolve: (_root, args, context) => sentPage(context, args),
  }),
)

builder.relayMutationField(
  'sendMessage',
  {
    description: 'A message to send.',
    inputFields: (t) => ({
      conversationId: t.id({ description: 'Exactly one of conversationId and recipientId.' }),
      recipientId: t.id({ description: 'Starts or reuses the direct conversation with this user.' }),
      body: t.string({ required: true, description: 'Up to 32 KiB of UTF-8.' }),
      subject: t.string({ description: 'Up to 255 characters as a person counts them.' }),
      priority: t.field({ type: PriorityEnum, description: 'NORMAL unless given.' }),
      parentId: t.id({ description: 'The message this replies to, in the same conversation.' }),
      mentionIds: t.idList({ description: 'People of the conversation whom it mentions, at most 100.' }),
      metadata: t.field({ type: 'JSON', description: "The sender's own data, at most 4 KiB." }),
      clientMessageId: t.string({
        description: "The sender's own id, up to 128 characters; shown to the sender alone.",
      }),
      idempotencyKey: t.string({
        description:
          'Up to 128 characters, unique per viewer and mutation for at least 24 hours. The Idempotency-Key header does the same for an operation with one such mutation.',
      }),
    }),
  },
  {
    description: 'Sends a message.',
    authScopes: { permission: 'MESSAGE_WRITE' },
    directives: [
      { name: 'rateLimit', args: { max: 10, per: '10s' } },
      { name: 'rateLimit', args: { max: 30, per: '1m' } },
      { name: 'rateLimit', args: { max: 120, per: '10m' } },
      { name: 'rateLimit', args: { max: 500, per: '1h' } },
    ],
    findReplay: findReplayOfSend,
    errors: {
      types: [
        PermissionDeniedError,
        InvalidInputError,
        NotFoundError,
        ConflictError,
        RepliesClosedError,
        ThreadTooDeepError,
      ],
      union: { description: 'What became of it.' },
    },
    resolve: (_root, { input }, context) => sendMessage(context, input),
  },
  {
    description: 'The message is stored.',
    outputFields: (t) => ({
      message: t.field({ type: MessageRef, description: 'The message.', resolve: ({ message }) => message }),
      conversation: t.field({
        type: ConversationRef,
        description: 'Where it was said.',
        resolve: (sent) => sent.conversation(),
      }),
    }),
  },
)

const markErrors = {
  types: [PermissionDeniedError, InvalidInputError, NotFoundError],
  union: { description: 'What became of it.' },
}

builder.relayMutationField(
  'markRead',
  {
    description: 'How far the viewer has read.',
    inputFields: (t) => ({
      conversationId: t.id({ required: true, description: 'The conversation.' }),
      upToSeq: t.int({
        description: 'Everything up to this message is read; the last message, unless given.',
      }),
    }),
  },
  {
    description: 'Marks a conversation read up to a message. Receipts only move forward.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: readingLimit(),
    errors: markErrors,
    resolve: (_root, { input }, context) => markRead(context, input),
  },
  {
    description: 'The mark is where it should be.',
    outputFields: (t) => ({
      conversation: t.field({
        type: ConversationRef,
        description: 'The conversation.',
        resolve: ({ conversation }) => conversation,
      }),
      unread: t.field({
        type: UnreadCountsRef,
        description: "The viewer's unread messages.",
        resolve: (_payload, _args, context) => unreadCounts(context),
      }),
    }),
  },
)

builder.relayMutationField(
  'markUnread',
  {
    description: 'Where to be reminded from.',
    inputFields: (t) => ({
      conversationId: t.id({ required: true, description: 'The conversation.' }),
      fromSeq: t.int({ required: true, description: 'The first message that counts as unread again.' }),
    }),
  },
  {
    description: "The viewer's own reminder; receipts stay.",
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors: markErrors,
    resolve: (_root, { input }, context) => markUnread(context, input),
  },
  {
    description: 'The reminder is set.',
    outputFields: (t) => ({
      conversation: t.field({
        type: ConversationRef,
        description: 'The conversation.',
        resolve: ({ conversation }) => conversation,
      }),
      unread: t.field({
        type: UnreadCountsRef,
        description: "The viewer's unread messages.",
        resolve: (_payload, _args, context) => unreadCounts(context),
      }),
    }),
  },
)

const DeliveryMarkInput = builder.inputType('DeliveryMarkInput', {
  description: 'How far the client has a conversation.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation.' }),
    upToSeq: t.int({ required: true, description: 'Everything up to this message has arrived.' }),
  }),
})

builder.relayMutationField(
  'acknowledgeDelivery',
  {
    description: 'What has arrived.',
    inputFields: (t) => ({
      marks: t.field({
        type: [DeliveryMarkInput],
        required: true,
        description: 'At most 1,000 conversations.',
      }),
    }),
  },
  {
    description: 'Tells the senders what has arrived on this client; cumulative, all or none.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: readingLimit(),
    errors: markErrors,
    resolve: (_root, { input }, context) => acknowledgeDelivery(context, input),
  },
  {
    description: 'The marks are where they should be.',
    outputFields: (t) => ({
      conversations: t.expose('conversations', {
        type: [ConversationRef],
        description: 'The conversations.',
      }),
    }),
  },
)

/** Reading keeps pace with receiving: several people may write at their limits to one reader. */
function readingLimit() {
  return [{ name: 'rateLimit' as const, args: { max: 600, per: '1m' } }]
}

async function loadUsers(ids: string[], context: Context) {
  return Promise.all(
    ids.map((id) =>
      context.loaders.user.load(id).then((user) => user ?? new Error('A receipt names nobody.')),
    ),
  )
}

function must(conversation: ConversationRow | null): ConversationRow {
  if (!conversation) throw new Error('A visible message lies in a conversation that is not.')
  return conversation
}
