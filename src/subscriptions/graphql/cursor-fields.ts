import { ConversationRef } from '../../conversations/graphql/refs.ts'
import { GUESTS, INBOX, signCursor } from '../../events/cursor.ts'
import { builder } from '../../graphql/builder.ts'
import { ViewerRef } from '../../members/graphql/refs.ts'

builder.objectFields(ConversationRef, (t) => ({
  eventsCursor: t.string({
    perViewer: true,
    description:
      'The current position of the event stream. Read it together with the messages and pass it as `after` to conversationEvents: no event is missed.',
    resolve: async ({ id, isReadable, view }, _args, { keys, viewer, streamPosition }) =>
      isReadable && view !== 'audited'
        ? signCursor(await keys(), { userId: viewer.userId, stream: id }, streamPosition ?? 0)
        : '',
  }),
}))

builder.objectFields(ViewerRef, (t) => ({
  inboxCursor: t.string({
    description:
      'The current position of the inbox stream. Read it together with the inbox and pass it as `after` to inboxEvents: no event is missed.',
    resolve: async (_viewer, _args, { keys, viewer, streamPosition }) =>
      signCursor(await keys(), { userId: viewer.userId, stream: INBOX }, streamPosition ?? 0),
  }),
  guestEventsCursor: t.string({
    nullable: true,
    description:
      'The current position of the stream about guests, null without GUEST_MESSAGE. Read it together with guests and deliveries and pass it as `after` to guestEvents: no event is missed.',
    resolve: async (_viewer, _args, { keys, viewer, streamPosition }) =>
      viewer.permissions.has('GUEST_MESSAGE')
        ? signCursor(await keys(), { userId: viewer.userId, stream: GUESTS }, streamPosition ?? 0)
        : null,
  }),
}))
