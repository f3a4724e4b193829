import { InvalidInputError, NotFoundError, PermissionDeniedError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import { createLegalHold } from '../operations/create-legal-hold.ts'
import { releaseLegalHold } from '../operations/release-legal-hold.ts'
import { LegalHoldRef } from './refs.ts'

const common = {
  authScopes: { permission: 'CONVERSATION_AUDIT' as const },
  directives: standardLimit,
  errors: {
    types: [PermissionDeniedError, InvalidInputError, NotFoundError],
    union: { description: 'The payload, or the error that the caller can act on.' },
  },
}

builder.relayMutationField(
  'createLegalHold',
  {
    description:
      'The messages to keep: those that meet all that is named. Name a person, a conversation, or the beginning and end of a time.',
    inputFields: (t) => ({
      name: t.string({ required: true, description: 'A name, such as that of the matter.' }),
      userId: t.id({
        description:
          'Keeps what this person wrote, and all messages of conversations that they take part in or have left.',
      }),
      conversationId: t.id({ description: 'Keeps the messages of this conversation.' }),
      from: t.field({ type: 'DateTime', description: 'Keeps messages from this moment on.' }),
      to: t.field({ type: 'DateTime', description: 'Keeps messages that were sent before this moment.' }),
    }),
  },
  {
    ...common,
    description:
      'Places a legal hold. The messages that it covers survive every purge and, for exports and auditors, retraction; people with such messages cannot be erased.',
    resolve: (_root, { input }, context) => createLegalHold(context, input),
  },
  {
    description: 'Returned when the hold is in force.',
    outputFields: (t) => ({ hold: t.expose('hold', { type: LegalHoldRef, description: 'The hold.' }) }),
  },
)

builder.relayMutationField(
  'releaseLegalHold',
  {
    description: 'The hold to release.',
    inputFields: (t) => ({
      holdId: t.id({ required: true, description: 'The hold.' }),
      reason: t.string({ required: true, description: 'The reason, which is kept with the hold.' }),
    }),
  },
  {
    ...common,
    description:
      'Releases a legal hold: what is past its retention is deleted in the following night. Releasing twice changes nothing.',
    resolve: (_root, { input }, context) => releaseLegalHold(context, input),
  },
  {
    description: 'Returned when the hold is released.',
    outputFields: (t) => ({ hold: t.expose('hold', { type: LegalHoldRef, description: 'The hold.' }) }),
  },
)
