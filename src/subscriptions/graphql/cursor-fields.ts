import { ConversationRef } from '../../conversations/graphql/refs.ts'
import { INBOX, signCursor } from '../../events/cursor.ts'
import { builder } from '../../graphql/builder.ts'
import { ViewerRef } from '../../members/graphql/refs.ts'

builder.objectFields(ConversationRef, (t) => ({
  eventsCursor: t.string({
    perViewer: true,
    description:
      'The current position of the event stream. Read it together with the messages and pass it as `after` to conversationEvents: no event is missed.',
    resolve: async ({ id, isReadable }, _args, { keys, viewer, streamPosition }) =>
      isReadable ? signCursor(await keys(), { userId: viewer.userId, stream: id }, streamPosition ?? 0) : '',
  }),
}))

builder.objectFields(ViewerRef, (t) => ({
  inboxCursor: t.string({
    description:
      'The current position of the inbox stream. Read it together with the inbox and pass it as `after` to inboxEvents: no event is missed.',
    resolve: async (_viewer, _args, { keys, viewer, streamPosition }) =>
      signCursor(await keys(), { userId: viewer.userId, stream: INBOX }, streamPosition ?? 0),
  }),
}))
