import type { Context } from '../../context.ts'
import { ConversationRef, conversationOf } from '../../conversations/graphql/refs.ts'
import { signCursor } from '../../events/cursor.ts'
import { builder } from '../../graphql/builder.ts'
import { encodeId } from '../../ids.ts'
import { UnreadCountsRef, UserRef } from '../../members/graphql/refs.ts'
import { person } from '../../members/queries/people.ts'
import { unreadCounts } from '../../members/queries/unread-counts.ts'
import type { StreamValue } from '../stream-value.ts'

/** A value of a stream with this type. */
export type Value<Type extends StreamValue['type']> = Extract<StreamValue, { type: Type }>

/** The GraphQL type of one kind of event. */
export function eventType<Type extends StreamValue['type']>(type: Type) {
  return builder.objectRef<Value<Type>>(type)
}

/** The description of every cursor. */
export const cursorText = 'Pass it as `after` to resume the subscription after this event.'

/** The description of every `unread` field. */
export const unreadText = "The viewer's unread counts at the time of delivery."

/** The last event about a conversation that the viewer has lost access to. */
export const ConversationRemoved = eventType('ConversationRemoved').implement({
  description:
    'Emitted when the viewer loses access: the viewer left, was removed, hid the conversation, or lost the permission. It is the last event of conversationEvents.',
  fields: (t) => ({
    cursor: t.string({ description: cursorText, perViewer: 'cursor', resolve: cursorOf }),
    conversationId: t.id({
      description: 'Id of the conversation.',
      resolve: ({ conversationId }) => encodeId('Conversation', conversationId),
    }),
    unread: t.field({
      perViewer: true,
      type: UnreadCountsRef,
      description: unreadText,
      resolve: (_event, _args, context) => unreadCounts(context),
    }),
  }),
})

/** The event of an auditor who reads a conversation. */
export const ConversationAudited = eventType('ConversationAudited').implement({
  description:
    "Emitted when an auditor reads the conversation, if the company's auditReadsVisible is true; once an hour for each auditor.",
  fields: (t) => ({
    cursor: t.string({ description: cursorText, perViewer: 'cursor', resolve: cursorOf }),
    conversation: t.field({
      type: ConversationRef,
      description: 'The conversation.',
      resolve: conversationOf,
    }),
    auditor: t.field({
      type: UserRef,
      description: 'The person who reads it.',
      resolve: ({ auditorId }, _args, context) => person(context, auditorId),
    }),
    at: t.expose('at', { type: 'DateTime', description: 'Time of the read.' }),
  }),
})

/** The last event of a stream whose client reads too slowly. */
export const Discontinuity = eventType('Discontinuity').implement({
  description:
    'The last event of a subscription whose client reads too slowly. Subscribe again with `cursor` as `after`: no event is missed.',
  fields: (t) => ({ cursor: t.string({ description: cursorText, perViewer: 'cursor', resolve: cursorOf }) }),
})

/** Signs the cursor of an event. */
export async function cursorOf(
  { position, stream }: StreamValue,
  _args: object,
  { keys, viewer }: Context,
): Promise<string> {
  return signCursor(await keys(), { userId: viewer.userId, stream }, position)
}
