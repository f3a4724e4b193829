import { ConversationRef } from '../../conversations/graphql/refs.ts'
import { builder } from '../../graphql/builder.ts'
import { lastMessageOf } from '../queries/last-message.ts'
import { messagePage } from '../queries/message-page.ts'
import { MessageConnection, MessageRef } from './refs.ts'

builder.objectFields(ConversationRef, (t) => ({
  messages: t.connection(
    {
      perViewer: true,
      type: MessageRef,
      description:
        'Messages in chronological order. Without arguments the latest 50. `first` and `after` page towards newer messages, `last` and `before` towards older ones, and `aroundSeq` returns a page around one message.',
      args: {
        aroundSeq: t.arg.int({
          description: 'Returns a page of `first` messages around this sequence number.',
        }),
      },
      resolve: (conversation, args, context) => messagePage(context, conversation, args),
    },
    MessageConnection,
  ),
  lastMessage: t.field({
    perViewer: true,
    type: MessageRef,
    nullable: true,
    description: 'The latest message.',
    resolve: (conversation, _args, context) => lastMessageOf(context, conversation),
  }),
}))
