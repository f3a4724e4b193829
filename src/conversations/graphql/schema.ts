import { GroupAccessEnum } from '../../companies/graphql/refs.ts'
import { builder } from '../../graphql/builder.ts'
import { UserRef } from '../../members/graphql/refs.ts'
import { person } from '../../members/queries/people.ts'
import { forwardPage } from '../../page.ts'
import { viewOf } from '../../visibility/views.ts'
import { membersAsParticipants, type ParticipantRow, participantsPage } from '../participant-row.ts'
import { allowedConversationActions } from '../queries/allowed-actions.ts'
import { canPost } from '../queries/can-post.ts'
import { conversationTitle } from '../queries/conversation-title.ts'
import {
  ContextTypeEnum,
  ConversationActionEnum,
  ConversationKindEnum,
  ConversationRef,
  ParticipantRoleEnum,
  SensitivityEnum,
} from './refs.ts'

const ContextLinkRef = builder
  .objectRef<{ type: 'TRANSACTION' | 'PLAN' | 'TOPIC'; contextId: string }>('ContextLink')
  .implement({
    description: 'The object of the embedding product that a conversation is about.',
    fields: (t) => ({
      type: t.expose('type', { type: ContextTypeEnum, description: 'The type of the object.' }),
      contextId: t.exposeString('contextId', { description: "The embedding product's id of the object." }),
    }),
  })

const ParticipantRef = builder.objectRef<ParticipantRow>('Participant').implement({
  description: "A person's membership of a conversation.",
  fields: (t) => ({
    user: t.field({
      type: UserRef,
      description: 'The person.',
      resolve: ({ userId }, _args, context) => person(context, userId),
    }),
    role: t.expose('role', {
      type: ParticipantRoleEnum,
      description: "The person's role in the conversation.",
    }),
    lastReadSeq: t.exposeInt('lastReadSeq', {
      description: 'Sequence number up to which the person has read.',
    }),
    lastDeliveredSeq: t.exposeInt('lastDeliveredSeq', {
      description: 'Sequence number up to which messages have been delivered.',
    }),
    joinedAt: t.expose('joinedAt', {
      type: 'DateTime',
      description: 'Time at which the person joined the conversation.',
    }),
  }),
})

const ParticipantConnection = builder.connectionObject(
  { type: ParticipantRef, name: 'ParticipantConnection', description: 'A page of participants.' },
  { name: 'ParticipantEdge', description: 'A participant and its cursor in the list.' },
)

builder.node(ConversationRef, {
  description:
    'A sequence of messages. Non-members of a listed group see its title, description, access and participantCount; its other fields are empty, null or 0.',
  id: { resolve: (conversation) => conversation.id },
  loadManyWithoutCache: (ids, { loaders }) => Promise.all(ids.map((id) => loaders.conversation.load(id))),
  fields: (t) => ({
    kind: t.field({
      type: ConversationKindEnum,
      description: 'The kind.',
      resolve: ({ kind }) => kind as 'DIRECT' | 'GROUP' | 'BROADCAST' | 'GLOBAL' | 'CONTEXT',
    }),
    title: t.string({
      perViewer: true,
      description:
        'The title of a group, context or global conversation, the name of the other person of a direct conversation, or the subject of a broadcast.',
      resolve: (conversation, _args, context) => conversationTitle(context, conversation),
    }),
    description: t.string({
      nullable: true,
      description: 'The description of a group.',
      resolve: async ({ id, description }, _args, { keys }) =>
        description && (await keys()).decrypt(description, { field: 'description', conversationId: id }),
    }),
    context: t.field({
      type: ContextLinkRef,
      nullable: true,
      description: 'The object that the conversation is about. Null unless the kind is CONTEXT.',
      resolve: ({ contextType, contextId }) =>
        contextType && contextId
          ? { type: contextType as 'TRANSACTION' | 'PLAN' | 'TOPIC', contextId }
          : null,
    }),
    sensitivity: t.field({
      type: SensitivityEnum,
      description: 'The sensitivity.',
      resolve: ({ sensitivity }) => sensitivity as 'NORMAL' | 'CONFIDENTIAL' | 'RESTRICTED',
    }),
    access: t.field({
      perViewer: true,
      type: GroupAccessEnum,
      nullable: true,
      description: 'The people who may find and join the group. Null for other kinds.',
      resolve: ({ access }) => access as 'OPEN' | 'CLOSED' | 'PRIVATE' | null,
    }),
    counterpart: t.field({
      perViewer: true,
      type: UserRef,
      nullable: true,
      description: 'The other person of a direct conversation. Null for other kinds.',
      resolve: ({ counterpartId }, _args, { loaders }) =>
        counterpartId ? loaders.user.load(counterpartId) : null,
    }),
    participants: t.connection(
      {
        perViewer: true,
        type: ParticipantRef,
        description: 'The participants, in the order they joined.',
        resolve: (conversation, args, { tenant, viewer }) =>
          forwardPage<ParticipantRow>(args, {
            key: ['instant', 'uuid'],
            keyOf: (row) => [row.joinedAt.toISOString(), row.userId],
            nodeOf: (row) => row,
            read: ([at, userId], max) =>
              tenant.query(
                (conversation.audience === 'COMPANY' ? membersAsParticipants : participantsPage)[
                  viewOf(conversation)
                ],
                {
                  companyId: viewer.companyId,
                  viewerId: viewer.userId,
                  conversationId: conversation.id,
                  afterAt: at,
                  afterUserId: userId,
                  max,
                },
              ),
          }),
      },
      ParticipantConnection,
    ),
    participantCount: t.int({
      description: 'Number of participants.',
      resolve: ({ id }, _args, { loaders }) => loaders.participantCount.load(id),
    }),
    departments: t.stringList({
      perViewer: true,
      description:
        'The departments that a department channel follows, as they were named. Empty for every other conversation, and for non-members without MEMBER_MANAGE.',
      resolve: ({ id, isDepartmentChannel, isReadable }, _args, { loaders, viewer }) =>
        isDepartmentChannel && (isReadable || viewer.permissions.has('MEMBER_MANAGE'))
          ? loaders.departments.load(id)
          : [],
    }),
    isMember: t.exposeBoolean('isMember', {
      perViewer: true,
      description: 'True if the viewer is a participant.',
    }),
    canPost: t.boolean({
      perViewer: true,
      description: 'True if the viewer may send messages to it.',
      resolve: async (conversation, _args, context) => canPost(conversation, context),
    }),
    viewerRole: t.field({
      perViewer: true,
      type: ParticipantRoleEnum,
      nullable: true,
      description: "The viewer's role in it. Null if the viewer is not a participant.",
      resolve: ({ viewerRole }) => viewerRole as 'ADMIN' | 'MEMBER' | null,
    }),
    allowedActions: t.field({
      perViewer: true,
      type: [ConversationActionEnum],
      description:
        'All that the viewer may do with it now, as far as its state and the rules decide it. Rate limits and pauses for spam may still refuse it. Empty while nothing can be written.',
      resolve: (conversation, _args, context) => allowedConversationActions(conversation, context),
    }),
    lastSeq: t.int({
      perViewer: true,
      description: 'Sequence number of the latest message; 0 if there is none.',
      resolve: (c) => (c.isReadable ? c.lastSeq : 0),
    }),
    lastActivityAt: t.field({
      perViewer: true,
      type: 'DateTime',
      description: 'Time of the latest message. Before the first message, the time of creation.',
      resolve: (c) => (c.isReadable ? c.lastActivityAt : c.createdAt),
    }),
    unreadCount: t.exposeInt('unreadCount', {
      perViewer: true,
      description: 'Number of messages that the viewer has not read.',
    }),
    hasUnreadMention: t.exposeBoolean('hasUnreadMention', {
      perViewer: true,
      description: 'True if an unread message mentions the viewer.',
    }),
    unreadFromSeq: t.int({
      perViewer: true,
      nullable: true,
      description:
        'Sequence number of the first unread message, before which a client draws the unread line. It follows the read mark, or markUnread. Null if nothing is unread.',
      resolve: async ({ id, unreadCount }, _args, { loaders }) =>
        unreadCount > 0 ? ((await loaders.unreadStart.load(id))?.unreadFromSeq ?? null) : null,
    }),
    firstUnreadMentionSeq: t.int({
      perViewer: true,
      nullable: true,
      description: 'Sequence number of the first unread message that mentions the viewer; null if none does.',
      resolve: async ({ id, hasUnreadMention }, _args, { loaders }) =>
        hasUnreadMention ? ((await loaders.unreadStart.load(id))?.firstUnreadMentionSeq ?? null) : null,
    }),
    lastReadSeq: t.exposeInt('lastReadSeq', {
      perViewer: true,
      description: 'Sequence number up to which the viewer has read.',
    }),
    isMuted: t.exposeBoolean('isMuted', {
      perViewer: true,
      description: 'True if the viewer has muted the conversation.',
    }),
    mutedUntil: t.expose('mutedUntil', {
      perViewer: true,
      type: 'DateTime',
      nullable: true,
      description:
        'Time at which the mute ends. Null if the conversation is not muted or the mute has no end.',
    }),
    createdBy: t.field({
      perViewer: true,
      type: UserRef,
      nullable: true,
      description: 'The person who created it.',
      resolve: (c, _args, { loaders }) =>
        c.isReadable && c.createdById ? loaders.user.load(c.createdById) : null,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of creation.' }),
  }),
})
