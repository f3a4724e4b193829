import {
  InvalidInputError,
  MembershipManagedError,
  NotFoundError,
  PermissionDeniedError,
} from '../../errors.ts'
import type { builder } from '../../graphql/builder.ts'
import type { ConversationRow } from '../conversation-row.ts'
import { ConversationRef } from './refs.ts'

/** The errors that every change to a conversation may return. */
export const errors = {
  types: [PermissionDeniedError, InvalidInputError, NotFoundError],
  union: { description: 'The payload, or the error that the caller can act on.' },
}

/** Those, and the one that a department channel returns, whose membership follows departments. */
export const managedErrors = { ...errors, types: [...errors.types, MembershipManagedError] }

/** Input field for the id of a group. */
export const theGroup = { required: true, description: 'The group.' } as const

/** Input field for the id of a conversation. */
export const theConversation = { required: true, description: 'The conversation.' } as const

/** The payload of a mutation that changes a conversation. */
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
