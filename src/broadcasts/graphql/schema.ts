import type { Context } from '../../context.ts'
import { ConversationConnection, ConversationRef } from '../../conversations/graphql/refs.ts'
import { RequestError } from '../../errors.ts'
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

const ScheduleRef = builder.objectRef<{ localTime: string; timeZone: string }>('Schedule').implement({
  description: 'Wall-clock time somewhere, kept over changes of clock.',
  fields: (t) => ({
    localTime: t.expose('localTime', { type: 'LocalDateTime', description: 'The time on the clock there.' }),
    timeZone: t.exposeString('timeZone', { description: 'The IANA zone.' }),
  }),
})

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
      description: 'When that person read it; null if not yet.',
    }),
  }),
})

builder.node(BroadcastRef, {
  description:
    'Once sent, a broadcast is message 1 of a conversation of kind BROADCAST, and is counted and read as that.',
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
      description: 'Its subject; empty once retracted, as is the body.',
      resolve: (broadcast, _args, context) => readBroadcastText(context, broadcast, 'subject'),
    }),
    body: t.string({
      description: 'The text.',
      resolve: (broadcast, _args, context) => readBroadcastText(context, broadcast, 'body'),
    }),
    priority: t.field({
      type: PriorityEnum,
      description: 'How urgent it is.',
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
        description: 'The groups it goes to, as far as the viewer may know of them.',
        resolve: (broadcast, args, context) => groupPage(context, broadcast, args),
      },
      ConversationConnection,
    ),
    status: t.field({
      type: BroadcastStatusEnum,
      description: 'Its state.',
      resolve: ({ status }) => status as 'SCHEDULED' | 'SENT' | 'CANCELLED',
    }),
    schedule: t.field({
      type: ScheduleRef,
      nullable: true,
      description: 'When it was to be sent, if not at once.',
      resolve: ({ localTime, timeZone }) => (localTime && timeZone ? { localTime, timeZone } : null),
    }),
    scheduledFor: t.expose('scheduledFor', {
      type: 'DateTime',
      nullable: true,
      description: 'The instant the schedule comes to.',
    }),
    sentAt: t.expose('sentAt', { type: 'DateTime', nullable: true, description: 'When it was sent.' }),
    emailOffline: t.exposeBoolean('emailOffline', {
      description: 'Recipients who are offline and have not read it are sent an e-mail.',
    }),
    repliesAllowed: t.exposeBoolean('repliesAllowed', {
      description: 'Recipients may reply; its author always may.',
    }),
    isRead: t.exposeBoolean('isRead', {
      perViewer: true,
      description: 'The viewer has read it; an own one is read.',
    }),
    recipientCount: t.exposeInt('recipientCount', {
      perViewer: true,
      description: 'Everyone entitled at the moment of sending, without the author.',
    }),
    readCount: t.exposeInt('readCount', { perViewer: true, description: 'How many of them have read it.' }),
    readers: t.connection(
      {
        perViewer: true,
        type: BroadcastReaderRef,
        description:
          'Who has read it, latest first, or who has not, by name. For the author and holders of CONVERSATION_AUDIT.',
        args: {
          read: t.arg.boolean({ required: true, description: 'Those who have, or those who have not.' }),
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
