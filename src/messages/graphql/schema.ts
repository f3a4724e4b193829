import { ConversationRef, conversationOf } from '../../conversations/graphql/refs.ts'
import { builder } from '../../graphql/builder.ts'
import { decodeQueryIdOf } from '../../graphql/ids.ts'
import type { ReactionRow } from '../../loaders.ts'
import { UserConnection, UserRef } from '../../members/graphql/refs.ts'
import { people } from '../../members/queries/people.ts'
import { deliveryStatus } from '../queries/delivery-status.ts'
import { replyPage, sentPage } from '../queries/message-page.ts'
import { readText } from '../queries/message-text.ts'
import { reactorPage } from '../queries/reactors.ts'
import { receiptPage } from '../queries/receipts.ts'
import { type RevisionRow, readRevision, revisionPage } from '../queries/revisions.ts'
import { ReceiptConnection, ReceiptRef } from './receipt-refs.ts'
import { DeliveryStatusEnum, MessageConnection, MessageRef, PriorityEnum } from './refs.ts'

const MessageStateEnum = builder.enumType('MessageState', {
  description: 'The state of a message.',
  values: {
    POSTED: { description: 'It stands in its conversation.' },
    HELD: { description: 'It waits for review; nobody but its author sees it.' },
    REJECTED: { description: 'A moderator has refused it.' },
    RETRACTED: { description: 'It was taken back; its sequence number stays.' },
  } as const,
})

const ReactionRef = builder.objectRef<ReactionRow>('Reaction').implement({
  description: 'An emoji on a message.',
  fields: (t) => ({
    emoji: t.exposeString('emoji', { description: 'The emoji.' }),
    count: t.exposeInt('count', { description: 'How many people have set it.' }),
    reactedByViewer: t.exposeBoolean('reactedByViewer', {
      perViewer: true,
      description: 'The viewer is one of them.',
    }),
    users: t.connection(
      {
        type: UserRef,
        description: 'The people who have set it, the first one first.',
        resolve: (reaction, args, context) => reactorPage(context, reaction, args),
      },
      UserConnection,
    ),
  }),
})

const MessageRevisionRef = builder.objectRef<RevisionRow>('MessageRevision').implement({
  description: 'An earlier text of a message.',
  fields: (t) => ({
    subject: t.string({
      nullable: true,
      description: 'Its subject then.',
      resolve: (revision, _args, context) => readRevision(context, revision, 'subject'),
    }),
    body: t.string({
      description: 'Its body then.',
      resolve: async (revision, _args, context) => (await readRevision(context, revision, 'body')) ?? '',
    }),
    editedAt: t.expose('editedAt', { type: 'DateTime', description: 'When an edit replaced it.' }),
    editedBy: t.field({
      type: UserRef,
      nullable: true,
      description: 'The person who replaced it; null once that person is erased.',
      resolve: ({ editedById }, _args, { loaders }) => loaders.user.load(editedById),
    }),
  }),
})

const MessageRevisionConnection = builder.connectionObject(
  { type: MessageRevisionRef, name: 'MessageRevisionConnection', description: 'A page of earlier texts.' },
  { name: 'MessageRevisionEdge', description: 'An earlier text and its cursor in the list.' },
)

builder.node(MessageRef, {
  description: 'One message.',
  id: { resolve: (message) => message.id },
  loadManyWithoutCache: (ids, { loaders }) => Promise.all(ids.map((id) => loaders.message.load(id))),
  fields: (t) => ({
    conversation: t.field({
      type: ConversationRef,
      description: 'Where it was said.',
      resolve: conversationOf,
    }),
    seq: t.exposeInt('seq', {
      nullable: true,
      description:
        'Position in the conversation: 1, 2, 3 … without gaps, in commit order. Null while held for review or once rejected.',
    }),
    author: t.field({
      type: UserRef,
      nullable: true,
      description: 'The author; null once that person is erased.',
      resolve: (message, _args, { loaders }) => loaders.user.load(message.authorId),
    }),
    parent: t.field({
      perViewer: true,
      type: MessageRef,
      nullable: true,
      description: 'The message it replies to.',
      resolve: (message, _args, { loaders }) =>
        message.parentId ? loaders.message.load(message.parentId) : null,
    }),
    depth: t.exposeInt('depth', { description: '0 for a top-level message.' }),
    replies: t.connection(
      {
        perViewer: true,
        type: MessageRef,
        description: 'Replies to it, in order; with `subtree`, those to its replies as well.',
        args: {
          subtree: t.arg.boolean({
            description:
              'All levels below it, in the order they were sent: `parent` and `depth` tell where each belongs.',
          }),
        },
        resolve: (message, args, context) => replyPage(context, message.id, args),
      },
      MessageConnection,
    ),
    replyCount: t.int({
      perViewer: true,
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
      description: 'The text.',
      resolve: (message, _args, context) => readText(context, message, 'body'),
    }),
    priority: t.field({
      type: PriorityEnum,
      description: 'How urgent it is.',
      resolve: ({ priority }) => priority as 'LOW' | 'NORMAL' | 'HIGH' | 'URGENT',
    }),
    mentions: t.field({
      perViewer: true,
      type: [UserRef],
      description: 'The people it mentions.',
      resolve: async (message, _args, context) =>
        people(context, await context.loaders.mentions.load(message.id)),
    }),
    state: t.field({
      type: MessageStateEnum,
      description: 'Its state.',
      resolve: ({ state }) => state as 'POSTED' | 'HELD' | 'REJECTED' | 'RETRACTED',
    }),
    status: t.field({
      perViewer: true,
      type: DeliveryStatusEnum,
      nullable: true,
      description: "Towards the viewer's recipients, the least advanced counting. Null on others' messages.",
      resolve: async (message, _args, { viewer, loaders }) =>
        message.authorId === viewer.userId
          ? deliveryStatus(message, await loaders.marks.load(message.conversationId))
          : null,
    }),
    receipts: t.connection(
      {
        perViewer: true,
        type: ReceiptRef,
        description: 'People who have moved past it, latest first.',
        resolve: (message, args, context) => receiptPage(context, message, args),
      },
      ReceiptConnection,
    ),
    reactions: t.field({
      perViewer: true,
      type: [ReactionRef],
      description: 'Emoji on it, in the order of their first use; none once retracted.',
      complexity: { multiplier: 20 },
      resolve: (message, _args, { loaders }) => loaders.reactions.load(message.id),
    }),
    revisions: t.connection(
      {
        perViewer: true,
        type: MessageRevisionRef,
        nullable: true,
        description: 'Earlier texts, latest first; null unless the company lets the viewer see them.',
        resolve: (message, args, context) => revisionPage(context, message, args),
      },
      MessageRevisionConnection,
    ),
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
      perViewer: true,
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
  t.connection(
    {
      type: MessageRef,
      description: 'Messages that the viewer has sent, latest first.',
      authScopes: { permission: 'MESSAGE_READ' },
      resolve: (_root, args, context) => sentPage(context, args),
    },
    MessageConnection,
  ),
)
