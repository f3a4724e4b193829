import { ConversationRef, conversationOf } from '../../conversations/graphql/refs.ts'
import { builder } from '../../graphql/builder.ts'
import { encodeId } from '../../ids.ts'
import { UserRef } from '../../members/graphql/refs.ts'
import { people, person } from '../../members/queries/people.ts'
import { DeliveryStatusEnum, MessageRef } from '../../messages/graphql/refs.ts'
import type { MessageRow } from '../../messages/message-row.ts'
import type { StreamValue } from '../stream-value.ts'
import {
  ConversationAudited,
  ConversationRemoved,
  cursorOf,
  cursorText,
  Discontinuity,
  eventType,
} from './event-refs.ts'

/** Maximum number of people that an event names. Query the conversation for all of them. */
const MAX_NAMED = 100

const MessageSent = eventType('MessageSent').implement({
  description: 'Emitted when a message is sent.',
  fields: (t) => ({
    cursor: t.string({ description: cursorText, perViewer: 'cursor', resolve: cursorOf }),
    message: t.expose('message', { type: MessageRef, description: 'The message.' }),
  }),
})

/** An event that shows a message as it is at delivery. */
function messageEvent(type: 'MessageEdited' | 'MessageRetracted' | 'ReactionsChanged', description: string) {
  return builder.objectRef<{ message: MessageRow } & StreamValue>(type).implement({
    description,
    fields: (t) => ({
      cursor: t.string({ description: cursorText, perViewer: 'cursor', resolve: cursorOf }),
      message: t.expose('message', { type: MessageRef, description: 'The message.' }),
    }),
  })
}

const MessageEdited = messageEvent('MessageEdited', 'Emitted when a message is edited.')

const MessageRetracted = messageEvent(
  'MessageRetracted',
  'Emitted when a message is retracted. Its sequence number stays.',
)

const ReactionsChanged = messageEvent('ReactionsChanged', 'Emitted when reactions to a message change.')

const ReceiptAdvanced = eventType('ReceiptAdvanced').implement({
  description: 'Emitted when a person has received or read the messages up to a sequence number.',
  fields: (t) => ({
    cursor: t.string({ description: cursorText, perViewer: 'cursor', resolve: cursorOf }),
    user: t.field({
      type: UserRef,
      description: 'The person.',
      resolve: ({ userId }, _args, context) => person(context, userId),
    }),
    status: t.expose('status', { type: DeliveryStatusEnum, description: 'DELIVERED or READ.' }),
    upToSeq: t.exposeInt('upToSeq', {
      description: 'Sequence number up to which messages are delivered or read.',
    }),
    at: t.expose('at', { type: 'DateTime', description: 'Time of the change.' }),
  }),
})

const MessageHidden = eventType('MessageHidden').implement({
  description: 'Emitted when the viewer hides a message on any device.',
  fields: (t) => ({
    cursor: t.string({ description: cursorText, perViewer: 'cursor', resolve: cursorOf }),
    messageId: t.id({
      description: 'Id of the message.',
      resolve: ({ messageId }) => encodeId('Message', messageId),
    }),
  }),
})

const MessageAccessLost = eventType('MessageAccessLost').implement({
  description:
    'Emitted when access rules keep a message from the viewer that was shown before. One that they let the viewer see again comes as MessageSent.',
  fields: (t) => ({
    cursor: t.string({ description: cursorText, perViewer: 'cursor', resolve: cursorOf }),
    messageId: t.id({
      description: 'Id of the message.',
      resolve: ({ messageId }) => encodeId('Message', messageId),
    }),
    seq: t.exposeInt('seq', { description: 'Its sequence number in the conversation.' }),
  }),
})

const ParticipantsChanged = eventType('ParticipantsChanged').implement({
  description:
    'Emitted when people join or leave. Each list names at most 100 people; query the conversation for all.',
  fields: (t) => ({
    cursor: t.string({ description: cursorText, perViewer: 'cursor', resolve: cursorOf }),
    conversation: t.field({
      type: ConversationRef,
      description: 'The conversation.',
      resolve: conversationOf,
    }),
    joined: t.field({
      type: [UserRef],
      description: 'People who joined, at most 100.',
      complexity: { multiplier: MAX_NAMED },
      resolve: ({ joinedIds }, _args, context) => people(context, joinedIds.slice(0, MAX_NAMED)),
    }),
    left: t.field({
      type: [UserRef],
      description: 'People who left, at most 100.',
      complexity: { multiplier: MAX_NAMED },
      resolve: ({ leftIds }, _args, context) => people(context, leftIds.slice(0, MAX_NAMED)),
    }),
  }),
})

const ConversationChanged = eventType('ConversationChanged').implement({
  description:
    'Emitted when title, description, access or roles of the conversation change, or when the viewer mutes or unmutes it.',
  fields: (t) => ({
    cursor: t.string({ description: cursorText, perViewer: 'cursor', resolve: cursorOf }),
    conversation: t.field({
      type: ConversationRef,
      description: 'The conversation.',
      resolve: conversationOf,
    }),
  }),
})

const TypingChanged = eventType('TypingChanged').implement({
  description:
    'Emitted when another person starts or stops typing. Typing ends after 6 seconds unless repeated. This event has no cursor.',
  fields: (t) => ({
    user: t.field({
      type: UserRef,
      description: 'The person who types.',
      resolve: ({ userId }, _args, context) => person(context, userId),
    }),
    typing: t.exposeBoolean('typing', {
      description: 'True while the person types, false when they have stopped.',
    }),
  }),
})

/** The events of conversationEvents. */
export const ConversationEvent = builder.unionType('ConversationEvent', {
  description: 'An event of one conversation.',
  types: [
    MessageSent,
    MessageEdited,
    MessageRetracted,
    MessageHidden,
    MessageAccessLost,
    ReactionsChanged,
    TypingChanged,
    ReceiptAdvanced,
    ParticipantsChanged,
    ConversationChanged,
    ConversationAudited,
    ConversationRemoved,
    Discontinuity,
  ],
  resolveType: ({ type }) => type,
})
