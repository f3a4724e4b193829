import type { Context } from '../../context.ts'
import { type ForwardArgs, forwardPage, type Page } from '../../page.ts'
import { searchedWords } from '../../text/person-words.ts'
import { searchText } from '../../text/search-text.ts'
import { type ConversationRow, type FlatConversationRow, readConversation } from '../conversation-row.ts'
import { sumByKind, type UnreadInConversation, unreadByConversation } from '../unread-row.ts'
import { groupsPage, inboxPage } from './inbox.ts'
import { type FlatScreenRow, inboxScreen, readScreenRow } from './inbox-screen.ts'

/** The conditions for the conversations of the inbox to list. */
export interface InboxFilter {
  kinds?: readonly string[] | null | undefined
  contextType?: string | null | undefined
  unreadOnly?: boolean | null | undefined
  muted?: boolean | null | undefined
  search?: string | null | undefined
}

/** The part of an inbox that is asked for, as far as it decides how the inbox is read. */
export interface AskedOfInbox {
  /** Nothing but SCREEN_FIELDS, and of last messages nothing but PREVIEW_FIELDS. */
  isScreen: boolean
  /** The operation asks for the viewer's unread messages, too. */
  withTotals: boolean
}

/**
 * Returns a page of the viewer's inbox: the first screen with all that it shows, others without the people in them.
 */
export function inboxList(
  context: Context,
  args: ForwardArgs,
  filter: InboxFilter,
  { isScreen, withTotals }: AskedOfInbox = { isScreen: false, withTotals: false },
): Promise<Page<ConversationRow>> {
  const isWhole = Object.values(filter).every((condition) => condition == null)
  return isScreen && isWhole && args.after == null
    ? firstScreen(context, args, withTotals)
    : filteredList(context, args, filter)
}

/** The first page without conditions. The viewer's unread counts are read with it, for whoever asks its loader. */
function firstScreen(
  context: Context,
  args: ForwardArgs,
  withTotals: boolean,
): Promise<Page<ConversationRow>> {
  const { tenant, viewer, loaders } = context
  const { companyId, userId: viewerId } = viewer
  return forwardPage<ListedRow, ConversationRow>(args, {
    ...inboxKey,
    async read(_key, max) {
      const reading = tenant.query(inboxScreen, { companyId, viewerId, max })
      const counting = reading.then((rows) => countUnread(context, rows, withTotals))
      if (withTotals) loaders.unread.prime(viewerId, counting.then(sumByKind))
      const counts = new Map((await counting).map(({ conversationId, unread }) => [conversationId, unread]))
      const rows = (await reading).map((row) => readScreenRow(row, counts.get(row.id) ?? 0))
      const firstPageAt = rows[0]?.lastActivityAt.toISOString() ?? ''
      return rows.map((row) => ({ ...row, sortKey: row.lastActivityAt, firstPageAt }))
    },
  })
}

/** Counts what is unread in these conversations, or in the whole inbox; it asks the database only if anything may be. */
async function countUnread(
  { tenant, viewer: { companyId, userId: viewerId } }: Context,
  rows: readonly FlatScreenRow[],
  ofWholeInbox: boolean,
): Promise<UnreadInConversation[]> {
  if (ofWholeInbox && !rows[0]?.inboxMayHaveUnread) return []
  const ids = rows.filter(({ mayHaveUnread }) => mayHaveUnread).map(({ id }) => id)
  if (!ofWholeInbox && ids.length === 0) return []
  return tenant.query(unreadByConversation, { companyId, viewerId, ids: ofWholeInbox ? null : ids })
}

function filteredList(
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
  return forwardPage<ListedRow, ConversationRow>(args, {
    ...inboxKey,
    async read([beforeKey, beforeId, since], max) {
      const { companyId, userId: viewerId } = viewer
      const position = { beforeKey, beforeId, firstPageAt: since, max }
      const rows = loaded(
        context,
        await tenant.query(inboxPage, { companyId, viewerId, ...position, ...conditions }),
      )
      const firstPageAt = since ?? rows[0]?.sortKey.toISOString() ?? ''
      return rows.map((row) => ({ ...row, firstPageAt }))
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

/** A conversation of the inbox, its sort key, and the latest activity of the first page. */
type ListedRow = ConversationRow & { sortKey: Date; firstPageAt: string }

const inboxKey = {
  key: ['instant', 'uuid', 'instant'] as const,
  keyOf: ({ sortKey, id, firstPageAt }: ListedRow) => [sortKey.toISOString(), id, firstPageAt],
  nodeOf: (row: ListedRow) => row,
}

/** Primes the loader with the rows. */
function loaded({ loaders }: Context, flat: (FlatConversationRow & { sortKey: Date })[]) {
  const rows = flat.map((row) => ({ ...readConversation(row), sortKey: row.sortKey }))
  for (const row of rows) loaders.conversation.prime(row.id, row)
  return rows
}
