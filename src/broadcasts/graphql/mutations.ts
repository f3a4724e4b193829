import {
  ConflictError,
  InvalidInputError,
  NotFoundError,
  PermissionDeniedError,
  SpamRefusedError,
} from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import { UnreadCountsRef } from '../../members/graphql/refs.ts'
import { unreadCounts } from '../../members/queries/unread-counts.ts'
import { PriorityEnum } from '../../messages/graphql/refs.ts'
import type { BroadcastRow } from '../broadcast-row.ts'
import { cancelBroadcast } from '../operations/cancel-broadcast.ts'
import { markBroadcastRead } from '../operations/mark-broadcast-read.ts'
import { remindUnreadRecipients } from '../operations/remind-unread-recipients.ts'
import { rescheduleBroadcast } from '../operations/reschedule-broadcast.ts'
import { findReplayOfBroadcast, sendBroadcast } from '../operations/send-broadcast.ts'
import { BroadcastAudienceEnum, BroadcastRef } from './refs.ts'
import { ScheduleInput } from './schedule-refs.ts'

const errors = {
  types: [PermissionDeniedError, InvalidInputError, NotFoundError, ConflictError],
  union: { description: 'The payload, or the error that the caller can act on.' },
}
const theBroadcast = { required: true, description: 'The broadcast.' } as const

/** The payload field with the broadcast after the change. */
function broadcastField(
  t: PothosSchemaTypes.ObjectFieldBuilder<typeof builder.$inferSchemaTypes, { broadcast: BroadcastRow }>,
) {
  return t.field({
    type: BroadcastRef,
    description: 'The broadcast after the change.',
    resolve: ({ broadcast }) => broadcast,
  })
}

builder.relayMutationField(
  'sendBroadcast',
  {
    description: 'A broadcast to send.',
    inputFields: (t) => ({
      audience: t.field({
        type: BroadcastAudienceEnum,
        required: true,
        description:
          'GROUPS requires groupIds, USERS requires userIds, ALL requires neither. An empty list is an error.',
      }),
      groupIds: t.idList({ description: 'Groups that the viewer can find or takes part in, at most 1,000.' }),
      userIds: t.idList({ description: 'Members of the company, at most 1,000.' }),
      subject: t.string({ required: true, description: 'Up to 255 user-perceived characters.' }),
      body: t.string({
        required: true,
        description: 'Up to 32 KiB of UTF-8. With attachmentIds it may be empty.',
      }),
      priority: t.field({ type: PriorityEnum, description: 'Defaults to NORMAL.' }),
      schedule: t.field({
        type: ScheduleInput,
        description: 'Time at which to send it. Without it, the broadcast is sent at once.',
      }),
      emailOffline: t.boolean({
        description: 'Sends an e-mail to recipients who are offline and have not read it. Defaults to false.',
      }),
      repliesAllowed: t.boolean({ description: 'If true, recipients may reply. Defaults to false.' }),
      attachmentIds: t.idList({
        description:
          "Up to 10 of the viewer's uploads that are READY, in the order of the broadcast. None may be in another message. A scheduled broadcast keeps them until it is sent.",
      }),
      idempotencyKey: t.string({
        description:
          'Repeating the mutation with the same key within 24 hours does not do it twice. Up to 128 characters, unique per viewer and mutation. For an operation with one such mutation the Idempotency-Key header does the same.',
      }),
    }),
  },
  {
    description:
      'Sends or schedules a broadcast. A company sends at most `broadcastsPerHour`. A scheduled broadcast counts when it is sent, and is delayed while the limit is reached.',
    authScopes: { permission: 'CONVERSATION_BROADCAST' },
    directives: standardLimit,
    findReplay: findReplayOfBroadcast,
    errors: { ...errors, types: [...errors.types, SpamRefusedError] },
    resolve: (_root, { input }, context) => sendBroadcast(context, input),
  },
  {
    description: 'Returned when the broadcast is accepted.',
    outputFields: (t) => ({ broadcast: broadcastField(t) }),
  },
)

builder.relayMutationField(
  'rescheduleBroadcast',
  {
    description: 'A new time for a scheduled broadcast.',
    inputFields: (t) => ({
      broadcastId: t.id(theBroadcast),
      schedule: t.field({ type: ScheduleInput, required: true, description: 'Time at which to send it.' }),
    }),
  },
  {
    description:
      "Changes the time of the viewer's own scheduled broadcast. Returns ConflictError if it has been sent or cancelled.",
    authScopes: { permission: 'CONVERSATION_BROADCAST' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => rescheduleBroadcast(context, input),
  },
  {
    description: 'Returned when the time has been changed.',
    outputFields: (t) => ({ broadcast: broadcastField(t) }),
  },
)

builder.relayMutationField(
  'cancelBroadcast',
  { description: 'The broadcast to cancel.', inputFields: (t) => ({ broadcastId: t.id(theBroadcast) }) },
  {
    description:
      "Cancels the viewer's own scheduled broadcast, and deletes its files. Returns ConflictError if it has been sent or cancelled.",
    authScopes: { permission: 'CONVERSATION_BROADCAST' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => cancelBroadcast(context, input),
  },
  {
    description: 'Returned when the broadcast is cancelled.',
    outputFields: (t) => ({ broadcast: broadcastField(t) }),
  },
)

builder.relayMutationField(
  'markBroadcastRead',
  {
    description: 'The broadcast to mark as read.',
    inputFields: (t) => ({ broadcastId: t.id(theBroadcast) }),
  },
  {
    description: 'Marks a broadcast as read. Unread replies to it stay unread.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors: { ...errors, types: [PermissionDeniedError, InvalidInputError, NotFoundError] },
    resolve: (_root, { input }, context) => markBroadcastRead(context, input),
  },
  {
    description: 'Returned when the broadcast is marked as read.',
    outputFields: (t) => ({
      broadcast: broadcastField(t),
      unread: t.field({
        type: UnreadCountsRef,
        description: "The viewer's unread counts.",
        resolve: (_payload, _args, context) => unreadCounts(context),
      }),
    }),
  },
)

builder.relayMutationField(
  'remindUnreadRecipients',
  {
    description: 'The broadcast to remind recipients of.',
    inputFields: (t) => ({ broadcastId: t.id(theBroadcast) }),
  },
  {
    description: 'Notifies again the recipients who have not read the broadcast. Only its author may do so.',
    authScopes: { permission: 'CONVERSATION_BROADCAST' },
    directives: [{ name: 'rateLimit', args: { max: 10, per: '1h' } }],
    errors,
    resolve: (_root, { input }, context) => remindUnreadRecipients(context, input),
  },
  {
    description: 'Returned when the recipients are reminded.',
    outputFields: (t) => ({
      broadcast: broadcastField(t),
      remindedCount: t.exposeInt('remindedCount', { description: 'Number of recipients who were reminded.' }),
    }),
  },
)
