import type { Context } from '../../context.ts'
import { signCursor } from '../../events/cursor.ts'
import { builder } from '../../graphql/builder.ts'
import { encodeId } from '../../ids.ts'
import { UnreadCountsRef } from '../../members/graphql/refs.ts'
import { unreadCounts } from '../../members/queries/unread-counts.ts'
import type { StreamValue } from '../stream-value.ts'

/** A stream's value of one type. */
export type Value<Type extends StreamValue['type']> = Extract<StreamValue, { type: Type }>

/** The GraphQL type of one kind of event. */
export function eventType<Type extends StreamValue['type']>(type: Type) {
  return builder.objectRef<Value<Type>>(type)
}

/** What every cursor is for. */
export const cursorText = 'Pass it as `after` to resume from here.'

/** What every count of unread messages is. */
export const unreadText = "The viewer's unread messages as of delivery."

/** The last event of a conversation that is no longer the viewer's. */
export const ConversationRemoved = eventType('ConversationRemoved').implement({
  description:
    "No longer the viewer's: left, removed, hidden, forbidden. On conversationEvents it is the last event.",
  fields: (t) => ({
    cursor: t.string({ description: cursorText, perViewer: 'cursor', resolve: cursorOf }),
    conversationId: t.id({
      description: 'The thing that is gone.',
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

/** The last event of a stream that cannot go on. */
export const Discontinuity = eventType('Discontinuity').implement({
  description: 'The stream could not keep up and ends here: resume from `cursor`.',
  fields: (t) => ({ cursor: t.string({ description: cursorText, perViewer: 'cursor', resolve: cursorOf }) }),
})

/** Signs the cursor to resume after an event. */
export async function cursorOf(
  { position, stream }: StreamValue,
  _args: object,
  { keys, viewer }: Context,
): Promise<string> {
  return signCursor(await keys(), { userId: viewer.userId, stream }, position)
}
