import { InvalidInputError, NotFoundError, PermissionDeniedError } from '../../errors.ts'
import type { builder } from '../../graphql/builder.ts'
import type { ConversationRow } from '../conversation-row.ts'
import { ConversationRef } from './refs.ts'

/** What every change to a conversation may be refused for. */
export const errors = {
  types: [PermissionDeniedError, InvalidInputError, NotFoundError],
  union: { description: 'The payload, or the error that the caller can act on.' },
}

/** The argument that names a group. */
export const theGroup = { required: true, description: 'The group.' } as const

/** The argument that names a conversation. */
export const theConversation = { required: true, description: 'The conversation.' } as const

/** The payload of a change to a conversation: the conversation as it is now. */
export function changed(description: string) {
  return {
    description,
    outputFields: (
      t: PothosSchemaTypes.ObjectFieldBuilder<
        typeof builder.$inferSchemaTypes,
        { conversation: ConversationRow }
      >,
    ) => ({
      conversation: t.field({
        type: ConversationRef,
        description: 'The conversation after the change.',
        resolve: ({ conversation }) => conversation,
      }),
    }),
  }
}
