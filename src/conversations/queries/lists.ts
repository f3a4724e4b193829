import type { Context } from '../../context.ts'
import { type ForwardArgs, forwardPage, type Page } from '../../page.ts'
import { searchedWords } from '../../text/person-words.ts'
import { searchText } from '../../text/search-text.ts'
import { type ConversationRow, type FlatConversationRow, readConversation } from '../conversation-row.ts'
import { groupsPage, inboxPage } from './inbox.ts'

/** The conditions for the conversations of the inbox to list. */
export interface InboxFilter {
  kinds?: readonly string[] | null | undefined
  contextType?: string | null | undefined
  unreadOnly?: boolean | null | undefined
  muted?: boolean | null | undefined
  search?: string | null | undefined
}

/**
 * Returns a page of the viewer's inbox. It takes one statement for the conversations and one for the people in them.
 */
export function inboxList(
  context: Context,
  args: ForwardArgs,
  filter: InboxFilter,
): Promise<Page<ConversationRow>> {
  const { tenant, viewer } = context
  const { kinds, contextType, unreadOnly, muted, search } = filter
  const text = searchText(search)
  const conditions = {
    kinds: kinds ?? null,
    contextType: contextType ?? null,
    unreadOnly: unreadOnly ?? false,
    muted: muted ?? null,
    text,
    words: searchedWords(text ?? ''),
  }
  let firstPageAt: string | null = null
  return forwardPage<ListedRow, ConversationRow>(args, {
    key: ['instant', 'uuid', 'instant'],
    keyOf: (row) => [row.sortKey.toISOString(), row.id, String(firstPageAt)],
    nodeOf: (row) => row,
    async read([beforeKey, beforeId, since], max) {
      const { companyId, userId: viewerId } = viewer
      const position = { beforeKey, beforeId, firstPageAt: since, max }
      const rows = loaded(
        context,
        await tenant.query(inboxPage, { companyId, viewerId, ...position, ...conditions }),
      )
      firstPageAt = since ?? rows[0]?.sortKey.toISOString() ?? null
      return rows
    },
  })
}

/** Returns a page of the groups that the viewer can find or takes part in. */
export function groupList(
  context: Context,
  args: ForwardArgs,
  search: string | null | undefined,
): Promise<Page<ConversationRow>> {
  const { tenant, viewer } = context
  const text = searchText(search)
  return forwardPage<FlatConversationRow & { titleFolded: string }, ConversationRow>(args, {
    key: ['text', 'uuid'],
    keyOf: (row) => [row.titleFolded, row.id],
    nodeOf: readConversation,
    read: ([title, id], max) =>
      tenant.query(groupsPage, {
        companyId: viewer.companyId,
        viewerId: viewer.userId,
        afterTitle: title,
        afterId: id,
        max,
        text,
      }),
  })
}

/** A conversation of the inbox and its sort key. */
type ListedRow = ConversationRow & { sortKey: Date }

/** Primes the loaders with the rows, and loads all people in them by one statement. */
function loaded({ loaders }: Context, flat: (FlatConversationRow & { sortKey: Date })[]): ListedRow[] {
  const rows = flat.map((row) => ({ ...readConversation(row), sortKey: row.sortKey }))
  const people = rows
    .flatMap((row) => [row.counterpartId, row.lastMessage?.authorId])
    .filter((id) => id != null)
  void loaders.user.loadMany([...new Set(people)])
  for (const row of rows) loaders.conversation.prime(row.id, row)
  return rows
}
