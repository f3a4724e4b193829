import { GroupAccessEnum } from '../../companies/graphql/refs.ts'
import { signCursor } from '../../events/cursor.ts'
import { builder } from '../../graphql/builder.ts'
import { UserRef } from '../../members/graphql/refs.ts'
import { person } from '../../members/queries/people.ts'
import { MessageConnection, MessageRef } from '../../messages/graphql/refs.ts'
import { messagePage } from '../../messages/queries/message-page.ts'
import { forwardPage } from '../../page.ts'
import { membersAsParticipants, type ParticipantRow, participantsPage } from '../participant-row.ts'
import { canPost } from '../queries/can-post.ts'
import { conversationTitle } from '../queries/conversation-title.ts'
import {
  ContextTypeEnum,
  ConversationKindEnum,
  ConversationRef,
  ParticipantRoleEnum,
  SensitivityEnum,
} from './refs.ts'

const ContextLinkRef = builder
  .objectRef<{ type: 'TRANSACTION' | 'PLAN' | 'TOPIC'; contextId: string }>('ContextLink')
  .implement({
    description: 'The thing that a conversation is about.',
    fields: (t) => ({
      type: t.expose('type', { type: ContextTypeEnum, description: 'The type of the thing.' }),
      contextId: t.exposeString('contextId', { description: "The embedding product's own id of it." }),
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
    role: t.expose('role', { type: ParticipantRoleEnum, description: 'The role of the person here.' }),
    lastReadSeq: t.exposeInt('lastReadSeq', {
      description: 'Everything up to this message is read.',
    }),
    lastDeliveredSeq: t.exposeInt('lastDeliveredSeq', {
      description: 'Everything up to this message has arrived.',
    }),
    joinedAt: t.expose('joinedAt', { type: 'DateTime', description: 'When the person came in.' }),
  }),
})

const ParticipantConnection = builder.connectionObject(
  { type: ParticipantRef, name: 'ParticipantConnection', description: 'A page of participants.' },
  { name: 'ParticipantEdge', description: 'A participant and its cursor in the list.' },
)

builder.node(ConversationRef, {
  description:
    'To a non-member of a listed group: title, description, access and participantCount; the rest is empty, null or 0.',
  id: { resolve: (conversation) => conversation.id },
  loadManyWithoutCache: (ids, { loaders }) => Promise.all(ids.map((id) => loaders.conversation.load(id))),
  fields: (t) => ({
    kind: t.field({
      type: ConversationKindEnum,
      description: 'Its purpose.',
      resolve: ({ kind }) => kind as 'DIRECT' | 'GROUP' | 'BROADCAST' | 'GLOBAL' | 'CONTEXT',
    }),
    title: t.string({
      perViewer: true,
      description:
        "The group's or context's title; for a direct conversation, the other person's name; a broadcast's subject.",
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
      description: 'The thing it is linked to.',
      resolve: ({ contextType, contextId }) =>
        contextType && contextId
          ? { type: contextType as 'TRANSACTION' | 'PLAN' | 'TOPIC', contextId }
          : null,
    }),
    sensitivity: t.field({
      type: SensitivityEnum,
      description: 'How delicate it is.',
      resolve: ({ sensitivity }) => sensitivity as 'NORMAL' | 'CONFIDENTIAL' | 'RESTRICTED',
    }),
    access: t.field({
      perViewer: true,
      type: GroupAccessEnum,
      nullable: true,
      description: 'Groups only.',
      resolve: ({ access }) => access as 'OPEN' | 'CLOSED' | 'PRIVATE' | null,
    }),
    counterpart: t.field({
      perViewer: true,
      type: UserRef,
      nullable: true,
      description: 'Direct conversations only.',
      resolve: ({ counterpartId }, _args, { loaders }) =>
        counterpartId ? loaders.user.load(counterpartId) : null,
    }),
    participants: t.connection(
      {
        perViewer: true,
        type: ParticipantRef,
        description: 'The participants, longest-standing first.',
        resolve: (conversation, args, { tenant, viewer }) =>
          forwardPage<ParticipantRow>(args, {
            key: ['instant', 'uuid'],
            keyOf: (row) => [row.joinedAt.toISOString(), row.userId],
            nodeOf: (row) => row,
            read: ([at, userId], max) =>
              tenant.query(conversation.audience === 'COMPANY' ? membersAsParticipants : participantsPage, [
                viewer.companyId,
                viewer.userId,
                conversation.id,
                at,
                userId,
                max,
              ]),
          }),
      },
      ParticipantConnection,
    ),
    participantCount: t.int({
      description: 'How many take part.',
      resolve: ({ id }, _args, { loaders }) => loaders.participantCount.load(id),
    }),
    isMember: t.exposeBoolean('isMember', { perViewer: true, description: 'The viewer takes part.' }),
    canPost: t.boolean({
      perViewer: true,
      description: 'The viewer may send messages here.',
      resolve: async (conversation, _args, context) => canPost(conversation, context),
    }),
    messages: t.connection(
      {
        perViewer: true,
        type: MessageRef,
        description:
          'Its messages, always in chronological order: the latest 50 unless anything is asked for, `first`/`after` upwards, `last`/`before` downwards, `aroundSeq` around one.',
        args: { aroundSeq: t.arg.int({ description: 'A page of `first` messages around this one.' }) },
        resolve: (conversation, args, context) => messagePage(context, conversation, args),
      },
      MessageConnection,
    ),
    lastMessage: t.field({
      perViewer: true,
      type: MessageRef,
      nullable: true,
      description: 'The latest message.',
      resolve: ({ lastMessage }) => lastMessage,
    }),
    lastSeq: t.int({
      perViewer: true,
      description: "The latest message's seq; 0 before the first.",
      resolve: (c) => (c.isReadable ? c.lastSeq : 0),
    }),
    lastActivityAt: t.field({
      perViewer: true,
      type: 'DateTime',
      description: 'When something was last said; before the first message, when it was created.',
      resolve: (c) => (c.isReadable ? c.lastActivityAt : c.createdAt),
    }),
    unreadCount: t.exposeInt('unreadCount', {
      perViewer: true,
      description: "The viewer's unread messages in it.",
    }),
    hasUnreadMention: t.exposeBoolean('hasUnreadMention', {
      perViewer: true,
      description: 'An unread message mentions the viewer.',
    }),
    unreadFromSeq: t.int({
      perViewer: true,
      nullable: true,
      description:
        "Where the unread line goes: the first message above the mark or the viewer's reminder; null if nothing is unread.",
      resolve: async ({ id, unreadCount }, _args, { loaders }) =>
        unreadCount > 0 ? ((await loaders.unreadStart.load(id))?.unreadFromSeq ?? null) : null,
    }),
    firstUnreadMentionSeq: t.int({
      perViewer: true,
      nullable: true,
      description: 'The first unread message that mentions the viewer; null if none does.',
      resolve: async ({ id, hasUnreadMention }, _args, { loaders }) =>
        hasUnreadMention ? ((await loaders.unreadStart.load(id))?.firstUnreadMentionSeq ?? null) : null,
    }),
    lastReadSeq: t.exposeInt('lastReadSeq', {
      perViewer: true,
      description: 'The viewer has read everything up to this message.',
    }),
    isMuted: t.exposeBoolean('isMuted', { perViewer: true, description: 'The viewer has muted it.' }),
    mutedUntil: t.expose('mutedUntil', {
      perViewer: true,
      type: 'DateTime',
      nullable: true,
      description: 'When the mute ends by itself.',
    }),
    createdBy: t.field({
      perViewer: true,
      type: UserRef,
      nullable: true,
      description: 'The person who created it.',
      resolve: (c, _args, { loaders }) =>
        c.isReadable && c.createdById ? loaders.user.load(c.createdById) : null,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    eventsCursor: t.string({
      perViewer: true,
      description: 'Read with the messages, then pass as `after` to conversationEvents.',
      resolve: async ({ id, isReadable }, _args, { keys, viewer, streamPosition }) =>
        isReadable
          ? signCursor(await keys(), { userId: viewer.userId, stream: id }, streamPosition ?? 0)
          : '',
    }),
  }),
})
