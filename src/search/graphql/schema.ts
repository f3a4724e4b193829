import { builder } from '../../graphql/builder.ts'
import { pageLength } from '../../graphql/field-cost.ts'
import { decodeQueryIdOf } from '../../graphql/ids.ts'
import { MessageConnection, MessageRef } from '../../messages/graphql/refs.ts'
import { searchMessages } from '../queries/search-messages.ts'

/** A search looks through thousands of messages for a page of them. */
const SEARCH_COST = 1_000

const MessageSearchFilter = builder.inputType('MessageSearchFilter', {
  description: 'Which messages to search.',
  fields: (t) => ({
    conversationId: t.id({ description: 'Only those in this conversation.' }),
    authorId: t.id({ description: 'Only those of this person.' }),
    after: t.field({ type: 'DateTime', description: 'Only those sent at this time or later.' }),
    before: t.field({ type: 'DateTime', description: 'Only those sent before this time.' }),
  }),
})

builder.queryField('searchMessages', (t) =>
  t.connection(
    {
      type: MessageRef,
      description:
        'Messages the viewer may see that hold all words of a text in subject or body, newest first. A page may hold fewer than asked although more follow.',
      authScopes: { permission: 'MESSAGE_READ' },
      complexity: ({ first }) => ({ field: SEARCH_COST, multiplier: pageLength({ first }) }),
      args: {
        text: t.arg.string({
          required: true,
          description:
            'Up to 16 words; "in quotation marks" they follow one another. Accents and case do not matter. Of scripts without spaces any part is found, of others whole words.',
        }),
        filter: t.arg({ type: MessageSearchFilter, description: 'Which messages to search.' }),
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
