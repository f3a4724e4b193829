import { builder } from '../../graphql/builder.ts'
import { UserConnection, UserRef } from '../../members/graphql/refs.ts'
import type { ReactionRow } from '../../messages/message-row.ts'
import { reactorPage } from '../queries/reactors.ts'

export const ReactionRef = builder.objectRef<ReactionRow>('Reaction').implement({
  description: 'All reactions to a message with one emoji.',
  fields: (t) => ({
    emoji: t.exposeString('emoji', { description: 'The emoji.' }),
    count: t.exposeInt('count', { description: 'Number of people who reacted with it.' }),
    reactedByViewer: t.exposeBoolean('reactedByViewer', {
      perViewer: true,
      description: 'True if the viewer reacted with it.',
    }),
    users: t.connection(
      {
        type: UserRef,
        description: 'People who reacted with it, in the order they did.',
        resolve: (reaction, args, context) => reactorPage(context, reaction, args),
      },
      UserConnection,
    ),
  }),
})
