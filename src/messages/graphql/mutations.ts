import { ConversationRef } from '../../conversations/graphql/refs.ts'
import {
  ConflictError,
  InvalidInputError,
  NotFoundError,
  PermissionDeniedError,
  RepliesClosedError,
  ThreadTooDeepError,
} from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import { UnreadCountsRef } from '../../members/graphql/refs.ts'
import { unreadCounts } from '../../members/queries/unread-counts.ts'
import { acknowledgeDelivery, markRead, markUnread } from '../operations/mark-read.ts'
import { findReplayOfSend, sendMessage } from '../operations/send-message.ts'
import { MessageRef, PriorityEnum } from './refs.ts'

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
      union: { description: 'The payload, or the error that the caller can act on.' },
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
  union: { description: 'The payload, or the error that the caller can act on.' },
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
    description: 'The conversations, and how far their messages have arrived.',
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
        complexity: { multiplier: 1_000 },
      }),
    }),
  },
)

/** Reading keeps pace with receiving: several people may write at their limits to one reader. */
function readingLimit() {
  return [{ name: 'rateLimit' as const, args: { max: 600, per: '1m' } }]
}
