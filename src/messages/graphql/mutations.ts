import { ConversationRef, conversationOf } from '../../conversations/graphql/refs.ts'
import {
  ConflictError,
  InvalidInputError,
  NotFoundError,
  PermissionDeniedError,
  RepliesClosedError,
  SpamRefusedError,
  ThreadTooDeepError,
} from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import { UnreadCountsRef } from '../../members/graphql/refs.ts'
import { unreadCounts } from '../../members/queries/unread-counts.ts'
import { type SpamSignal, spamReason } from '../../moderation/spam-signal.ts'
import { acknowledgeDelivery, markRead, markUnread } from '../operations/mark-read.ts'
import { findReplayOfSend, sendMessage } from '../operations/send-message.ts'
import { AccessRuleInput } from './access-refs.ts'
import { MessageRef, PriorityEnum, SpamSignalEnum } from './refs.ts'

const SpamWarningRef = builder.objectRef<{ signals: SpamSignal[] }>('SpamWarning').implement({
  description: 'The message was sent; the next of the kind may be refused or held for review.',
  fields: (t) => ({
    signals: t.expose('signals', { type: [SpamSignalEnum], description: 'The reasons.' }),
    detail: t.string({
      description: 'The reasons in plain English, safe to show to users.',
      resolve: ({ signals }) =>
        `The message was sent, but looks like spam: ${spamReason(signals)}. The next may be refused.`,
    }),
  }),
})

builder.relayMutationField(
  'sendMessage',
  {
    description: 'A message to send.',
    inputFields: (t) => ({
      conversationId: t.id({
        description:
          'The conversation to send to. Exactly one of conversationId and recipientId is required.',
      }),
      recipientId: t.id({
        description: 'The person to send to. The direct conversation with this person is found or created.',
      }),
      body: t.string({
        required: true,
        description: 'Up to 32 KiB of UTF-8. With attachmentIds it may be empty.',
      }),
      subject: t.string({ description: 'Up to 255 user-perceived characters.' }),
      priority: t.field({ type: PriorityEnum, description: 'Defaults to NORMAL.' }),
      parentId: t.id({ description: 'The message to reply to, in the same conversation.' }),
      mentionIds: t.idList({
        description: 'People of the conversation that the message mentions, at most 100.',
      }),
      metadata: t.field({ type: 'JSON', description: "The sender's own data, at most 4 KiB." }),
      clientMessageId: t.string({
        description: "The sender's own id of the message, up to 128 characters. Visible to the sender only.",
      }),
      accessRules: t.field({
        type: [AccessRuleInput],
        description:
          'Rules on who in the conversation may see the message, at most 50. Without any, everyone.',
      }),
      attachmentIds: t.idList({
        description: 'Uploads of the viewer that are READY, at most 10, in this order.',
      }),
      idempotencyKey: t.string({
        description:
          'Repeating the mutation with the same key within 24 hours does not do it twice. Up to 128 characters, unique per viewer and mutation. For an operation with one such mutation the Idempotency-Key header does the same.',
      }),
    }),
  },
  {
    description: 'Sends a message to a conversation, or to a person by direct conversation.',
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
        SpamRefusedError,
      ],
      union: { description: 'The payload, or the error that the caller can act on.' },
    },
    resolve: (_root, { input }, context) => sendMessage(context, input),
  },
  {
    description: 'Returned when the message is stored.',
    outputFields: (t) => ({
      message: t.field({ type: MessageRef, description: 'The message.', resolve: ({ message }) => message }),
      conversation: t.field({
        type: ConversationRef,
        description: 'The conversation of the message.',
        resolve: (sent) => sent.conversation(),
      }),
      warning: t.field({
        type: SpamWarningRef,
        nullable: true,
        description: 'Set if the message was sent although it looks like spam.',
        resolve: ({ warning }) => warning,
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
    description: 'The last message that the viewer has read.',
    inputFields: (t) => ({
      conversationId: t.id({ required: true, description: 'The conversation.' }),
      upToSeq: t.int({
        description: 'Sequence number up to which messages are read. Defaults to the latest message.',
      }),
    }),
  },
  {
    description: 'Marks messages as read up to a sequence number. Receipts never move back.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: readingLimit(),
    errors: markErrors,
    resolve: (_root, { input }, context) => markRead(context, input),
  },
  {
    description: 'Returned when the read mark is stored.',
    outputFields: (t) => ({
      conversation: t.field({
        type: ConversationRef,
        description: 'The conversation.',
        resolve: conversationOf,
      }),
      unread: t.field({
        type: UnreadCountsRef,
        description: "The viewer's unread counts.",
        resolve: (_payload, _args, context) => unreadCounts(context),
      }),
    }),
  },
)

builder.relayMutationField(
  'markUnread',
  {
    description: 'The messages to mark as unread.',
    inputFields: (t) => ({
      conversationId: t.id({ required: true, description: 'The conversation.' }),
      fromSeq: t.int({
        required: true,
        description: 'Sequence number of the first message that counts as unread again.',
      }),
    }),
  },
  {
    description: 'Marks messages as unread for the viewer only. Receipts that authors see do not change.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors: markErrors,
    resolve: (_root, { input }, context) => markUnread(context, input),
  },
  {
    description: 'Returned when the reminder is set.',
    outputFields: (t) => ({
      conversation: t.field({
        type: ConversationRef,
        description: 'The conversation.',
        resolve: conversationOf,
      }),
      unread: t.field({
        type: UnreadCountsRef,
        description: "The viewer's unread counts.",
        resolve: (_payload, _args, context) => unreadCounts(context),
      }),
    }),
  },
)

const DeliveryMarkInput = builder.inputType('DeliveryMarkInput', {
  description: 'The last message of a conversation that the client has received.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation.' }),
    upToSeq: t.int({
      required: true,
      description: 'Sequence number up to which messages have been delivered.',
    }),
  }),
})

builder.relayMutationField(
  'acknowledgeDelivery',
  {
    description: 'The last message that the client has received, per conversation.',
    inputFields: (t) => ({
      marks: t.field({
        type: [DeliveryMarkInput],
        required: true,
        description: 'At most 1,000 conversations.',
      }),
    }),
  },
  {
    description:
      'Tells senders that messages up to a sequence number have been delivered to this client. If one conversation is not accepted, none is.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: readingLimit(),
    errors: markErrors,
    resolve: (_root, { input }, context) => acknowledgeDelivery(context, input),
  },
  {
    description: 'Returned when the delivery marks are stored.',
    outputFields: (t) => ({
      conversations: t.field({
        type: [ConversationRef],
        description: 'The conversations.',
        complexity: { multiplier: 1_000 },
        resolve: ({ conversationIds }, args, context, info) =>
          Promise.all(
            conversationIds.map((conversationId) => conversationOf({ conversationId }, args, context, info)),
          ),
      }),
    }),
  },
)

/**
 * Readers may mark as read ten times as often as other mutations run, because several people may each send to them at
 * the full rate.
 */
function readingLimit() {
  return [{ name: 'rateLimit' as const, args: { max: 600, per: '1m' } }]
}
