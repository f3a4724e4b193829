import type { Context } from '../../context.ts'
import { ConversationConnection, ConversationRef } from '../../conversations/graphql/refs.ts'
import { RequestError } from '../../errors.ts'
import { countText } from '../../graphql/answered-text.ts'
import { builder } from '../../graphql/builder.ts'
import { UserRef } from '../../members/graphql/refs.ts'
import { person } from '../../members/queries/people.ts'
import { PriorityEnum } from '../../messages/graphql/refs.ts'
import type { BroadcastRow } from '../broadcast-row.ts'
import { groupPage, readerPage } from '../queries/broadcast-lists.ts'
import { readBroadcastText } from '../queries/broadcast-text.ts'
import {
  BroadcastAudienceEnum,
  BroadcastReaderConnection,
  BroadcastReaderRef,
  BroadcastRef,
  BroadcastStatusEnum,
} from './refs.ts'
import { ScheduleRef } from './schedule-refs.ts'

BroadcastReaderRef.implement({
  description: 'A recipient of a broadcast.',
  fields: (t) => ({
    user: t.field({
      type: UserRef,
      description: 'The person.',
      resolve: ({ userId }, _args, context) => person(context, userId),
    }),
    readAt: t.expose('readAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time at which the person read it; null while it is unread.',
    }),
  }),
})

builder.node(BroadcastRef, {
  description:
    'A message to many recipients. Once sent, it is message 1 of a conversation of kind BROADCAST; marks and unread counts treat it as such.',
  id: { resolve: (broadcast) => broadcast.id },
  loadManyWithoutCache: (ids, { loaders }) => Promise.all(ids.map((id) => loaders.broadcast.load(id))),
  fields: (t) => ({
    author: t.field({
      type: UserRef,
      nullable: true,
      description: 'The author; null once that person is erased.',
      resolve: ({ authorId }, _args, { loaders }) => loaders.user.load(authorId),
    }),
    subject: t.string({
      description: 'The subject. Subject and body are empty once the broadcast is retracted.',
      resolve: (broadcast, _args, context, info) => {
        countText(context, info, broadcast.subject)
        return readBroadcastText(context, broadcast, 'subject')
      },
    }),
    body: t.string({
      description: 'The text.',
      resolve: (broadcast, _args, context, info) => {
        countText(context, info, broadcast.body)
        return readBroadcastText(context, broadcast, 'body')
      },
    }),
    priority: t.field({
      type: PriorityEnum,
      description: 'Its priority.',
      resolve: ({ priority }) => priority as 'LOW' | 'NORMAL' | 'HIGH' | 'URGENT',
    }),
    audience: t.field({
      type: BroadcastAudienceEnum,
      description: 'The audience.',
      resolve: ({ audience }) => audience as 'ALL' | 'GROUPS' | 'USERS',
    }),
    groups: t.connection(
      {
        perViewer: true,
        type: ConversationRef,
        description: 'The groups that it is sent to. Groups that are hidden from the viewer are left out.',
        resolve: (broadcast, args, context) => groupPage(context, broadcast, args),
      },
      ConversationConnection,
    ),
    status: t.field({
      type: BroadcastStatusEnum,
      description: 'The current state.',
      resolve: ({ status }) => status as 'SCHEDULED' | 'SENT' | 'CANCELLED',
    }),
    schedule: t.field({
      type: ScheduleRef,
      nullable: true,
      description: 'The local time it was scheduled for; null if it was sent at once.',
      resolve: ({ localTime, timeZone }) => (localTime && timeZone ? { localTime, timeZone } : null),
    }),
    scheduledFor: t.expose('scheduledFor', {
      type: 'DateTime',
      nullable: true,
      description: 'The scheduled local time as an instant; null if it was sent at once.',
    }),
    sentAt: t.expose('sentAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time at which it was sent.',
    }),
    emailOffline: t.exposeBoolean('emailOffline', {
      description: 'Recipients who are offline and have not read it receive an e-mail.',
    }),
    repliesAllowed: t.exposeBoolean('repliesAllowed', {
      description: 'True if recipients may reply. The author always may.',
    }),
    isRead: t.exposeBoolean('isRead', {
      perViewer: true,
      description: 'True if the viewer has read it. It is always true for the author.',
    }),
    recipientCount: t.exposeInt('recipientCount', {
      perViewer: true,
      description: 'Number of people who could receive it when it was sent, without the author.',
    }),
    readCount: t.exposeInt('readCount', {
      perViewer: true,
      description: 'Number of recipients who have read it.',
    }),
    readers: t.connection(
      {
        perViewer: true,
        type: BroadcastReaderRef,
        description:
          'Recipients who have read it, latest first, or recipients who have not, by name. Visible to the author and to holders of CONVERSATION_AUDIT.',
        args: {
          read: t.arg.boolean({
            required: true,
            description: 'True lists the recipients who have read it, false the others.',
          }),
        },
        resolve: (broadcast, args, context) => {
          requireOversight(broadcast, context)
          return readerPage(context, broadcast, args)
        },
      },
      BroadcastReaderConnection,
    ),
    conversation: t.field({
      perViewer: true,
      type: ConversationRef,
      nullable: true,
      description: 'Null before it is sent.',
      resolve: ({ id, status }, _args, { loaders }) =>
        status === 'SENT' ? loaders.conversation.load(id) : null,
    }),
  }),
})

function requireOversight({ authorId }: BroadcastRow, { viewer }: Context): void {
  if (authorId === viewer.userId || viewer.permissions.has('CONVERSATION_AUDIT')) return
  throw new RequestError(
    'FORBIDDEN',
    'Only its author and holders of CONVERSATION_AUDIT see who has read a broadcast.',
  )
}
