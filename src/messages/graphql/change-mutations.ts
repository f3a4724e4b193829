import { ConversationRef } from '../../conversations/graphql/refs.ts'
import { ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import { encodeId } from '../../ids.ts'
import type { MessageRow } from '../message-row.ts'
import { editMessage } from '../operations/edit-message.ts'
import { hideMessage } from '../operations/hide-message.ts'
import { retractMessage } from '../operations/retract-message.ts'
import { setReaction } from '../operations/set-reaction.ts'
import { MessageRef } from './refs.ts'

const errors = {
  types: [PermissionDeniedError, InvalidInputError, NotFoundError, ConflictError],
  union: { description: 'The payload, or the error that the caller can act on.' },
}
const theMessage = { required: true, description: 'The message.' } as const

/** The payload of a change to a message: the message as it is now. */
function changed(description: string) {
  return {
    description,
    outputFields: (
      t: PothosSchemaTypes.ObjectFieldBuilder<typeof builder.$inferSchemaTypes, { message: MessageRow }>,
    ) => ({
      message: t.field({
        type: MessageRef,
        description: 'The message as it is now.',
        resolve: ({ message }) => message,
      }),
    }),
  }
}

builder.relayMutationField(
  'editMessage',
  {
    description: 'A new text for a message.',
    inputFields: (t) => ({
      messageId: t.id(theMessage),
      body: t.string({ required: true, description: 'Up to 32 KiB of UTF-8.' }),
      subject: t.string({
        description: 'Up to 255 characters as a person counts them; left out, it stays; null takes it away.',
      }),
    }),
  },
  {
    description:
      "Edits an own message within the company's `editWindowMinutes`; the earlier text is kept. ConflictError: it is retracted, or was edited meanwhile.",
    authScopes: { permission: 'MESSAGE_WRITE' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => editMessage(context, input),
  },
  changed('The message reads as given.'),
)

builder.relayMutationField(
  'retractMessage',
  { description: 'The message to take back.', inputFields: (t) => ({ messageId: t.id(theMessage) }) },
  {
    description:
      "Takes a message back for everyone; its sequence number stays. By the author within the company's `retractWindowMinutes`, or with MESSAGE_MODERATE.",
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors: { ...errors, types: [PermissionDeniedError, InvalidInputError, NotFoundError] },
    resolve: (_root, { input }, context) => retractMessage(context, input),
  },
  changed('The message is taken back.'),
)

builder.relayMutationField(
  'setReaction',
  {
    description: 'A reaction to set or take back.',
    inputFields: (t) => ({
      messageId: t.id(theMessage),
      emoji: t.string({ required: true, description: 'One emoji, of at most 20 kinds on a message.' }),
      on: t.boolean({ required: true, description: 'Set it, or take it back.' }),
    }),
  },
  {
    description:
      "Sets or takes back the viewer's reaction, one per emoji. ConflictError: the message is retracted.",
    authScopes: { permission: 'MESSAGE_WRITE' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => setReaction(context, input),
  },
  changed('The reaction is as given.'),
)

builder.relayMutationField(
  'hideMessage',
  {
    description: 'The message to delete.',
    inputFields: (t) => ({ messageId: t.id(theMessage) }),
  },
  {
    description: 'Deletes a message for the viewer alone.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors: { ...errors, types: [PermissionDeniedError, InvalidInputError, NotFoundError] },
    resolve: (_root, { input }, context) => hideMessage(context, input),
  },
  {
    description: "It is gone from the viewer's side.",
    outputFields: (t) => ({
      messageId: t.id({
        description: "The message's id.",
        resolve: ({ messageId }) => encodeId('Message', messageId),
      }),
      conversation: t.field({
        type: ConversationRef,
        description: 'Where it was said.',
        resolve: ({ conversation }) => conversation,
      }),
    }),
  },
)
