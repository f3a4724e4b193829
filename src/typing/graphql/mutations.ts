import { ConversationRef } from '../../conversations/graphql/refs.ts'
import { InvalidInputError, NotFoundError, PermissionDeniedError, RepliesClosedError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { setTyping } from '../operations/set-typing.ts'

builder.relayMutationField(
  'setTyping',
  {
    description: "The viewer's typing state in a conversation.",
    inputFields: (t) => ({
      conversationId: t.id({ required: true, description: 'The conversation.' }),
      typing: t.boolean({
        required: true,
        description: 'True while the person types, false when they have stopped.',
      }),
    }),
  },
  {
    description:
      'Shows the subscribers of a conversation that the viewer is typing. It expires after 6 seconds unless repeated, and is never stored.',
    authScopes: { permission: 'MESSAGE_WRITE' },
    directives: [{ name: 'rateLimit', args: { max: 120, per: '1m' } }],
    errors: {
      types: [PermissionDeniedError, InvalidInputError, NotFoundError, RepliesClosedError],
      union: { description: 'The payload, or the error that the caller can act on.' },
    },
    resolve: (_root, { input }, context) => setTyping(context, input),
  },
  {
    description: 'Returned when the typing state is published.',
    outputFields: (t) => ({
      conversation: t.field({
        type: ConversationRef,
        description: 'The conversation.',
        resolve: ({ conversation }) => conversation,
      }),
    }),
  },
)
