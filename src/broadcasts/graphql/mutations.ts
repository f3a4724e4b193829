import { ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError } from '../../errors.ts'
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

const errors = {
  types: [PermissionDeniedError, InvalidInputError, NotFoundError, ConflictError],
  union: { description: 'The payload, or the error that the caller can act on.' },
}
const theBroadcast = { required: true, description: 'The broadcast.' } as const

/** The field of a payload that gives the broadcast as it is now. */
function broadcastField(
  t: PothosSchemaTypes.ObjectFieldBuilder<typeof builder.$inferSchemaTypes, { broadcast: BroadcastRow }>,
) {
  return t.field({
    type: BroadcastRef,
    description: 'The broadcast as it is now.',
    resolve: ({ broadcast }) => broadcast,
  })
}

const ScheduleInput = builder.inputType('ScheduleInput', {
  description:
    'A wall-clock time and where. A local time that does not exist that day is refused, one that exists twice means the first.',
  fields: (t) => ({
    localTime: t.field({
      type: 'LocalDateTime',
      required: true,
      description: 'The time on the clock there, at most a year ahead.',
    }),
    timeZone: t.string({ required: true, description: 'An IANA zone, such as Europe/Berlin.' }),
  }),
})

builder.relayMutationField(
  'sendBroadcast',
  {
    description: 'A broadcast to send.',
    inputFields: (t) => ({
      audience: t.field({
        type: BroadcastAudienceEnum,
        required: true,
        description: 'groupIds with GROUPS, userIds with USERS, neither with ALL; an empty list is an error.',
      }),
      groupIds: t.idList({ description: 'Listed groups and the own, at most 1,000.' }),
      userIds: t.idList({ description: 'Colleagues, at most 1,000.' }),
      subject: t.string({ required: true, description: 'Up to 255 characters as a person counts them.' }),
      body: t.string({ required: true, description: 'Up to 32 KiB of UTF-8.' }),
      priority: t.field({ type: PriorityEnum, description: 'NORMAL unless given.' }),
      schedule: t.field({ type: ScheduleInput, description: 'When to send it; at once unless given.' }),
      emailOffline: t.boolean({
        description: 'Sends an e-mail to recipients who are offline and do not read it; false unless given.',
      }),
      repliesAllowed: t.boolean({ description: 'Recipients may reply; false unless given.' }),
      idempotencyKey: t.string({
        description:
          'Up to 128 characters, unique per viewer and mutation for at least 24 hours. The Idempotency-Key header does the same for an operation with one such mutation.',
      }),
    }),
  },
  {
    description:
      'Sends a broadcast. A company sends at most its `broadcastsPerHour`; a scheduled one counts when it is sent, and waits while there are none left.',
    authScopes: { permission: 'CONVERSATION_BROADCAST' },
    directives: standardLimit,
    findReplay: findReplayOfBroadcast,
    errors,
    resolve: (_root, { input }, context) => sendBroadcast(context, input),
  },
  { description: 'It is on its way.', outputFields: (t) => ({ broadcast: broadcastField(t) }) },
)

builder.relayMutationField(
  'rescheduleBroadcast',
  {
    description: 'Another time for a broadcast that waits.',
    inputFields: (t) => ({
      broadcastId: t.id(theBroadcast),
      schedule: t.field({ type: ScheduleInput, required: true, description: 'When to send it.' }),
    }),
  },
  {
    description: 'Gives an own broadcast another time. ConflictError: it has been sent or cancelled.',
    authScopes: { permission: 'CONVERSATION_BROADCAST' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => rescheduleBroadcast(context, input),
  },
  { description: 'It waits for that time.', outputFields: (t) => ({ broadcast: broadcastField(t) }) },
)

builder.relayMutationField(
  'cancelBroadcast',
  { description: 'The broadcast to call off.', inputFields: (t) => ({ broadcastId: t.id(theBroadcast) }) },
  {
    description: 'Calls an own broadcast off. ConflictError: it has been sent or cancelled.',
    authScopes: { permission: 'CONVERSATION_BROADCAST' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => cancelBroadcast(context, input),
  },
  { description: 'It will not be sent.', outputFields: (t) => ({ broadcast: broadcastField(t) }) },
)

builder.relayMutationField(
  'markBroadcastRead',
  { description: 'The broadcast that was read.', inputFields: (t) => ({ broadcastId: t.id(theBroadcast) }) },
  {
    description: 'Marks a broadcast read; replies to it stay as they are.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors: { ...errors, types: [PermissionDeniedError, InvalidInputError, NotFoundError] },
    resolve: (_root, { input }, context) => markBroadcastRead(context, input),
  },
  {
    description: 'It is read.',
    outputFields: (t) => ({
      broadcast: broadcastField(t),
      unread: t.field({
        type: UnreadCountsRef,
        description: "The viewer's unread messages.",
        resolve: (_payload, _args, context) => unreadCounts(context),
      }),
    }),
  },
)

builder.relayMutationField(
  'remindUnreadRecipients',
  { description: 'The broadcast to remind of.', inputFields: (t) => ({ broadcastId: t.id(theBroadcast) }) },
  {
    description: 'Notifies once more those recipients who have not read it, and nobody else; for its author.',
    authScopes: { permission: 'CONVERSATION_BROADCAST' },
    directives: [{ name: 'rateLimit', args: { max: 10, per: '1h' } }],
    errors,
    resolve: (_root, { input }, context) => remindUnreadRecipients(context, input),
  },
  {
    description: 'They are reminded.',
    outputFields: (t) => ({
      broadcast: broadcastField(t),
      remindedCount: t.exposeInt('remindedCount', { description: 'How many have not read it.' }),
    }),
  },
)
