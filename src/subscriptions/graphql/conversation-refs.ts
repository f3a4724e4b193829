import { ConversationRef, conversationOf } from '../../conversations/graphql/refs.ts'
import { builder } from '../../graphql/builder.ts'
import { encodeId } from '../../ids.ts'
import { UserRef } from '../../members/graphql/refs.ts'
import { people, person } from '../../members/queries/people.ts'
import { DeliveryStatusEnum, MessageRef } from '../../messages/graphql/refs.ts'
import type { MessageRow } from '../../messages/message-row.ts'
import type { StreamValue } from '../stream-value.ts'
import { ConversationRemoved, cursorOf, cursorText, Discontinuity, eventType } from './event-refs.ts'

/** How many people an event names at the most; more are seen by reading the conversation. */
const MAX_NAMED = 100

const MessageSent = eventType('MessageSent').implement({
  description: 'A message was sent.',
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

const MessageEdited = messageEvent('MessageEdited', 'A message has been edited.')

const MessageRetracted = messageEvent(
  'MessageRetracted',
  'A message has been taken back; its sequence number stays.',
)

const ReactionsChanged = messageEvent('ReactionsChanged', 'The reactions to a message have changed.')

const ReceiptAdvanced = eventType('ReceiptAdvanced').implement({
  description: 'Somebody has received or read everything up to a message.',
  fields: (t) => ({
    cursor: t.string({ description: cursorText, perViewer: 'cursor', resolve: cursorOf }),
    user: t.field({
      type: UserRef,
      description: 'The person.',
      resolve: ({ userId }, _args, context) => person(context, userId),
    }),
    status: t.expose('status', { type: DeliveryStatusEnum, description: 'DELIVERED or READ.' }),
    upToSeq: t.exposeInt('upToSeq', { description: 'Everything up to this message.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
  }),
})

const MessageHidden = eventType('MessageHidden').implement({
  description: 'The viewer has deleted a message for themselves, here or on another device.',
  fields: (t) => ({
    cursor: t.string({ description: cursorText, perViewer: 'cursor', resolve: cursorOf }),
    messageId: t.id({
      description: "The message's id.",
      resolve: ({ messageId }) => encodeId('Message', messageId),
    }),
  }),
})

const ParticipantsChanged = eventType('ParticipantsChanged').implement({
  description:
    'People came or went. At most 100 of each are named; more are seen by reading the conversation.',
  fields: (t) => ({
    cursor: t.string({ description: cursorText, perViewer: 'cursor', resolve: cursorOf }),
    conversation: t.field({
      type: ConversationRef,
      description: 'The conversation.',
      resolve: conversationOf,
    }),
    joined: t.field({
      type: [UserRef],
      description: 'The people who joined.',
      complexity: { multiplier: MAX_NAMED },
      resolve: ({ joinedIds }, _args, context) => people(context, joinedIds.slice(0, MAX_NAMED)),
    }),
    left: t.field({
      type: [UserRef],
      description: 'The people who left.',
      complexity: { multiplier: MAX_NAMED },
      resolve: ({ leftIds }, _args, context) => people(context, leftIds.slice(0, MAX_NAMED)),
    }),
  }),
})

const ConversationChanged = eventType('ConversationChanged').implement({
  description:
    'The conversation itself changed: title, description, access, roles, or its mute by the viewer.',
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
  description: 'Somebody else begins or stops typing; it ends by itself after 6 seconds, and has no cursor.',
  fields: (t) => ({
    user: t.field({
      type: UserRef,
      description: 'The person who types.',
      resolve: ({ userId }, _args, context) => person(context, userId),
    }),
    typing: t.exposeBoolean('typing', { description: 'Types, or does not any more.' }),
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
    ReactionsChanged,
    TypingChanged,
    ReceiptAdvanced,
    ParticipantsChanged,
    ConversationChanged,
    ConversationRemoved,
    Discontinuity,
  ],
  resolveType: ({ type }) => type,
})
