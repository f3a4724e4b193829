import { builder } from '../../graphql/builder.ts'
import { pageLength } from '../../graphql/field-cost.ts'
import { decodeQueryIdOf } from '../../graphql/ids.ts'
import { MessageConnection, MessageRef } from '../../messages/graphql/refs.ts'
import { searchMessages } from '../queries/search-messages.ts'

/** A search reads thousands of messages per page. */
const SEARCH_COST = 1_000

const MessageSearchFilter = builder.inputType('MessageSearchFilter', {
  description: 'Conditions for the messages to search. A message must meet all of them.',
  fields: (t) => ({
    conversationId: t.id({ description: 'Finds messages of this conversation.' }),
    authorId: t.id({ description: 'Finds messages of this author.' }),
    after: t.field({ type: 'DateTime', description: 'Finds messages sent at this time or later.' }),
    before: t.field({ type: 'DateTime', description: 'Finds messages sent before this time.' }),
  }),
})

builder.queryField('searchMessages', (t) =>
  t.connection(
    {
      type: MessageRef,
      description:
        'Messages whose subject or body contains all given words, newest first. A page may contain fewer than `first` messages although more follow.',
      authScopes: { permission: 'MESSAGE_READ' },
      complexity: ({ first }) => ({ field: SEARCH_COST, multiplier: pageLength({ first }) }),
      args: {
        text: t.arg.string({
          required: true,
          description:
            'Up to 16 words. Words in "quotation marks" must follow one another. Accents and case are ignored. Whole words are found; in scripts without spaces, any part of the text.',
        }),
        filter: t.arg({
          type: MessageSearchFilter,
          description: 'Conditions for the messages to search. A message must meet all of them.',
        }),
      },
      resolve: (_root, { text, filter, ...args }, context) =>
        searchMessages(
          context,
          text,
          {
            conversationId: filter?.conversationId
              ? decodeQueryIdOf('Conversation', filter.conversationId)
              : null,
            authorId: filter?.authorId ? decodeQueryIdOf('User', filter.authorId) : null,
            after: filter?.after ?? null,
            before: filter?.before ?? null,
          },
          args,
        ),
    },
    MessageConnection,
  ),
)
