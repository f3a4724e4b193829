import { ConversationRef } from '../../conversations/graphql/refs.ts'
import {
  ConflictError,
  InvalidInputError,
  NotFoundError,
  PermissionDeniedError,
  SpamRefusedError,
} from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import { encodeId } from '../../ids.ts'
import type { MessageRow } from '../message-row.ts'
import { editMessage } from '../operations/edit-message.ts'
import { hideMessage } from '../operations/hide-message.ts'
import { retractMessage } from '../operations/retract-message.ts'
import { setMessageAccess } from '../operations/set-message-access.ts'
import { setReaction } from '../operations/set-reaction.ts'
import { AccessRuleInput } from './access-refs.ts'
import { MessageRef } from './refs.ts'

const errors = {
  types: [PermissionDeniedError, InvalidInputError, NotFoundError, ConflictError],
  union: { description: 'The payload, or the error that the caller can act on.' },
}
const theMessage = { required: true, description: 'The message.' } as const

/** The payload of a mutation that changes a message. */
function changed(description: string) {
  return {
    description,
    outputFields: (
      t: PothosSchemaTypes.ObjectFieldBuilder<typeof builder.$inferSchemaTypes, { message: MessageRow }>,
    ) => ({
      message: t.field({
        type: MessageRef,
        description: 'The message after the change.',
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
        description: 'Up to 255 user-perceived characters. Null removes the subject; if left out, it stays.',
      }),
    }),
  },
  {
    description:
      "Edits the viewer's own message within the company's `editWindowMinutes`. The earlier text is kept. Returns ConflictError if the message is retracted or was edited concurrently.",
    authScopes: { permission: 'MESSAGE_WRITE' },
    directives: standardLimit,
    errors: { ...errors, types: [...errors.types, SpamRefusedError] },
    resolve: (_root, { input }, context) => editMessage(context, input),
  },
  changed('Returned when the text has been changed.'),
)

builder.relayMutationField(
  'retractMessage',
  { description: 'The message to retract.', inputFields: (t) => ({ messageId: t.id(theMessage) }) },
  {
    description:
      "Retracts a message for everyone. Its sequence number stays. The author may do so within the company's `retractWindowMinutes`, holders of MESSAGE_MODERATE at any time.",
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors: { ...errors, types: [PermissionDeniedError, InvalidInputError, NotFoundError] },
    resolve: (_root, { input }, context) => retractMessage(context, input),
  },
  changed('Returned when the message is retracted.'),
)

builder.relayMutationField(
  'setMessageAccess',
  {
    description: 'New access rules of a message.',
    inputFields: (t) => ({
      messageId: t.id(theMessage),
      rules: t.field({
        type: [AccessRuleInput],
        required: true,
        description: 'All rules from now on, at most 50. Empty: everyone in the conversation sees it.',
      }),
    }),
  },
  {
    description:
      'Says who may see a message. Its author may, who always sees it, and holders of MESSAGE_MODERATE who see it. People from whom it is taken are told by MessageAccessLost.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors: { ...errors, types: [PermissionDeniedError, InvalidInputError, NotFoundError] },
    resolve: (_root, { input }, context) => setMessageAccess(context, input),
  },
  changed('Returned when the rules hold.'),
)

builder.relayMutationField(
  'setReaction',
  {
    description: 'A reaction to set or remove.',
    inputFields: (t) => ({
      messageId: t.id(theMessage),
      emoji: t.string({ required: true, description: 'One emoji. A message has at most 20 different ones.' }),
      on: t.boolean({ required: true, description: 'True sets the reaction, false removes it.' }),
    }),
  },
  {
    description:
      "Sets or removes the viewer's reaction with one emoji. Returns ConflictError if the message is retracted.",
    authScopes: { permission: 'MESSAGE_WRITE' },
    directives: standardLimit,
    errors,
    resolve: (_root, { input }, context) => setReaction(context, input),
  },
  changed('Returned when the reaction is set or removed.'),
)

builder.relayMutationField(
  'hideMessage',
  {
    description: 'The message to hide.',
    inputFields: (t) => ({ messageId: t.id(theMessage) }),
  },
  {
    description: 'Hides a message from the viewer only.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors: { ...errors, types: [PermissionDeniedError, InvalidInputError, NotFoundError] },
    resolve: (_root, { input }, context) => hideMessage(context, input),
  },
  {
    description: 'Returned when it is hidden from the viewer.',
    outputFields: (t) => ({
      messageId: t.id({
        description: 'Id of the message.',
        resolve: ({ messageId }) => encodeId('Message', messageId),
      }),
      conversation: t.field({
        type: ConversationRef,
        description: 'The conversation of the message.',
        resolve: ({ conversation }) => conversation,
      }),
    }),
  },
)
