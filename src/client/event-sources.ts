import type { ColloquyClient } from './api.ts'
import { ColloquyError } from './errors.ts'
import {
  ConversationEventsDocument,
  EventsCursorDocument,
  InboxCursorDocument,
  InboxEventsDocument,
  PresenceChangedDocument,
} from './operations.ts'
import { type Request, textOf } from './request.ts'
import type { StreamSource } from './stream.ts'

type OpenStream = <Event>(
  source: Omit<StreamSource, 'signal'>,
  signal: AbortSignal | undefined,
) => AsyncIterableIterator<Event>

/** Creates the streams, which read the cursors they begin with by requests. */
export function createStreams(
  request: Request,
  open: OpenStream,
): Pick<ColloquyClient, 'inboxEvents' | 'conversationEvents' | 'presenceChanged' | 'subscribe'> {
  async function inboxCursor(signal: AbortSignal): Promise<string> {
    const { viewer } = await request(InboxCursorDocument, {}, { signal })
    return viewer.inboxCursor
  }

  async function eventsCursor(conversationId: string, signal: AbortSignal): Promise<string> {
    const { conversation } = await request(EventsCursorDocument, { conversationId }, { signal })
    if (conversation) return conversation.eventsCursor
    throw new ColloquyError('NOT_FOUND', 'There is no such conversation.')
  }

  return {
    inboxEvents: ({ signal, ...options } = {}) =>
      open({ query: textOf(InboxEventsDocument), variables: {}, begin: inboxCursor, ...options }, signal),
    conversationEvents: (conversationId, { signal, ...options } = {}) => {
      const begin = (signal: AbortSignal) => eventsCursor(conversationId, signal)
      const query = textOf(ConversationEventsDocument)
      return open({ query, variables: { conversationId }, begin, ...options }, signal)
    },
    presenceChanged: ({ userIds, signal } = {}) =>
      open({ query: textOf(PresenceChangedDocument), variables: { userIds } }, signal),
    subscribe: (document, variables, { signal, ...options } = {}) =>
      open({ query: textOf(document), variables, ...options }, signal),
  }
}
