import { ConversationRef } from '../../conversations/graphql/refs.ts'
import { InvalidInputError, NotFoundError, PermissionDeniedError, RepliesClosedError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { setTyping } from '../operations/set-typing.ts'

builder.relayMutationField(
  'setTyping',
  {
    description: 'Where the viewer types.',
    inputFields: (t) => ({
      conversationId: t.id({ required: true, description: 'The conversation.' }),
      typing: t.boolean({ required: true, description: 'Types, or does not any more.' }),
    }),
  },
  {
    description:
      'Shows who follows the conversation that the viewer types. It expires after 6 seconds unless it is repeated, and is never stored.',
    authScopes: { permission: 'MESSAGE_WRITE' },
    directives: [{ name: 'rateLimit', args: { max: 120, per: '1m' } }],
    errors: {
      types: [PermissionDeniedError, InvalidInputError, NotFoundError, RepliesClosedError],
      union: { description: 'The payload, or the error that the caller can act on.' },
    },
    resolve: (_root, { input }, context) => setTyping(context, input),
  },
  {
    description: 'It is shown.',
    outputFields: (t) => ({
      conversation: t.field({
        type: ConversationRef,
        description: 'The conversation.',
        resolve: ({ conversation }) => conversation,
      }),
    }),
  },
)
