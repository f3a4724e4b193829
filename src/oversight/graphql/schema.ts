import { BroadcastConnection, BroadcastRef } from '../../broadcasts/graphql/refs.ts'
import { ConversationConnection, ConversationRef } from '../../conversations/graphql/refs.ts'
import { builder } from '../../graphql/builder.ts'
import { limitsOf } from '../../graphql/rate-limit-plugin.ts'
import { UserRef } from '../../members/graphql/refs.ts'
import { person } from '../../members/queries/people.ts'
import { MessageConnection, MessageRef } from '../../messages/graphql/refs.ts'
import {
  activeGroupPage,
  busiestSenders,
  type MessagingState,
  messagingState,
  recentBroadcastPage,
  recentMessagePage,
} from '../queries/messaging-state.ts'
import type { SenderRow } from '../state-statements.ts'

const SenderLoadLevelEnum = builder.enumType('SenderLoadLevel', {
  description:
    "How near a person came to the company's rate limits of sendMessage, at the busiest time of the last 24 hours.",
  values: {
    NORMAL: { description: 'Less than half of every limit.' },
    HEAVY: { description: 'Half of a limit or more.' },
    OVER_CAP: {
      description: 'All that a limit allows: further messages were refused until it let some pass again.',
    },
  } as const,
})

const SenderLoadRef = builder.objectRef<SenderRow>('SenderLoad').implement({
  description: 'A person who has sent messages within the last 24 hours.',
  fields: (t) => ({
    user: t.field({
      type: UserRef,
      description: 'The person.',
      resolve: ({ userId }, _args, context) => person(context, userId),
    }),
    sent: t.exposeInt('sent', { description: 'Number of messages, without broadcasts.' }),
    level: t.field({
      type: SenderLoadLevelEnum,
      description: 'How near the person came to the limits.',
      resolve: ({ level }) => level,
    }),
  }),
})

const MessagingStateRef = builder.objectRef<MessagingState>('MessagingState').implement({
  description:
    'Messaging in the company within the last 24 hours, whoever takes part in it. Subjects, bodies and metadata are for holders of CONVERSATION_AUDIT; others see them as null, and empty in broadcasts. Messages that access rules keep from the viewer are left out and not counted, except for holders of CONVERSATION_AUDIT.',
  fields: (t) => ({
    members: t.int({
      description: 'Number of members who may sign in now.',
      resolve: async (state) => (await state.counts()).members,
    }),
    messages: t.int({
      description: 'Number of messages of the last 24 hours, without broadcasts.',
      resolve: async (state) => (await state.counts()).messages,
    }),
    broadcasts: t.int({
      description: 'Number of broadcasts that were sent within the last 24 hours.',
      resolve: async (state) => (await state.counts()).broadcasts,
    }),
    groups: t.int({
      description: 'Number of groups with messages within the last 24 hours.',
      resolve: async (state) => (await state.counts()).groups,
    }),
    topSenders: t.field({
      type: [SenderLoadRef],
      description: 'The 10 people who sent most messages within the last 24 hours.',
      resolve: (state, _args, context) =>
        busiestSenders(context, state, limitsOf('sendMessage', context)?.windows ?? []),
    }),
    recentMessages: t.connection(
      {
        perViewer: true,
        type: MessageRef,
        description: 'Messages of the last 24 hours, latest first, without broadcasts.',
        resolve: (state, args, context) => recentMessagePage(context, state, args),
      },
      MessageConnection,
    ),
    recentBroadcasts: t.connection(
      {
        perViewer: true,
        type: BroadcastRef,
        description: 'Broadcasts that were sent within the last 24 hours, latest first.',
        resolve: (state, args, context) => recentBroadcastPage(context, state, args),
      },
      BroadcastConnection,
    ),
    activeGroups: t.connection(
      {
        perViewer: true,
        type: ConversationRef,
        description:
          'Groups with messages within the last 24 hours, those with the latest first. The viewer sees the title, access and participantCount of those in which they take no part.',
        resolve: (state, args, context) => activeGroupPage(context, state, args),
      },
      ConversationConnection,
    ),
  }),
})

builder.queryField('messagingState', (t) =>
  t.field({
    type: MessagingStateRef,
    description: 'Messaging in the company within the last 24 hours, for its supervisors.',
    authScopes: { permission: 'MESSAGE_MODERATE' },
    resolve: (_root, _args, context) => messagingState(context),
  }),
)
