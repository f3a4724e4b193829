import { column, columns, type RowOf, rowsOf } from '../../database/columns.ts'
import { bindingItself } from '../../database/own-binding.ts'
import { fence, statement } from '../../database/statement.ts'
import { isLatestSql, type MessageRow } from '../../messages/message-row.ts'
import { begunSql, conversationOf, membershipsOf, shownTo } from '../../visibility/visibility.ts'
import { type ConversationRow, mutedSql } from '../conversation-row.ts'
import { mayHaveUnreadSql } from '../unread-row.ts'

/** The columns of conversation `c` in the inbox of membership `p` that the first screen of a client shows. */
const screenColumns = columns({
  id: column.uuid,
  kind: column.text,
  title: column.text,
  lastSeq: column.integer,
  lastActivityAt: column.instant,
  lastReadSeq: column.integer.from('coalesce(p.last_read_seq, 0)'),
  isMuted: column.boolean.from(mutedSql),
  mutedUntil: column.instant.orNull.from(`case when ${mutedSql} then p.muted_until end`),
})

/** The columns of its last message. */
const previewColumns = columns({
  id: column.uuid,
  seq: column.integer.orNull,
  authorId: column.uuid,
  body: column.bytes,
  state: column.text,
  createdAt: column.instant,
  revision: column.integer,
  isLatest: column.boolean.from(isLatestSql),
})

/** The fields of a conversation that the first screen can show. */
export const SCREEN_FIELDS: ReadonlySet<string> = new Set([
  '__typename',
  'id',
  'kind',
  'title',
  'lastMessage',
  'lastSeq',
  'lastActivityAt',
  'lastReadSeq',
  'isMuted',
  'mutedUntil',
  'unreadCount',
])
/** The fields of a last message that it can show. */
export const PREVIEW_FIELDS: ReadonlySet<string> = new Set([
  '__typename',
  'id',
  'seq',
  'author',
  'body',
  'state',
  'createdAt',
])

type Preview = RowOf<typeof previewColumns>

/** A row of the screen. The last message's columns are null if there is none that the viewer may read. */
export type FlatScreenRow = RowOf<typeof screenColumns> & {
  [Name in keyof Preview as `last:${Name}`]: Preview[Name] | null
} & {
  counterpartId: string | null
  counterpartName: string | null
  /** Whether something may be unread in this conversation, and in any of the inbox. */
  mayHaveUnread: boolean
  inboxMayHaveUnread: boolean
}

/**
 * The first page of the inbox without conditions, with the names of people in it: all that a client shows as it starts but the
 * numbers of unread messages. It says whether there may be any, because counting takes a plan as large as all the rest, which
 * is set up whether anything is unread or not.
 */
export const inboxScreen = bindingItself(
  statement({
    name: 'inbox_screen',
    parameters: ['companyId', 'viewerId', 'max'],
    row: rowsOf<FlatScreenRow>(),
    text: `select ${screenColumns.of('c')}, ${previewColumns.names.map((name) => `l."${name}" as "last:${name}"`).join(', ')},
      q.id as "counterpartId", q.name as "counterpartName",
      c.may_have_unread as "mayHaveUnread", c.inbox_may_have_unread as "inboxMayHaveUnread"
    from (
      select c.*, p.user_id, p.last_read_seq, p.hidden_seq, p.is_muted, p.muted_until,
        ${mayHaveUnreadSql} as may_have_unread, bool_or(${mayHaveUnreadSql}) over () as inbox_may_have_unread
      from ${membershipsOf('array[:viewerId::uuid]')} p ${conversationOf}
      where ${begunSql} and (p.hidden_seq is null or c.last_seq > p.hidden_seq)
      order by c.last_activity_at desc, c.id desc limit :max
    ) c
    cross join lateral (
      select c.user_id, c.last_read_seq, c.hidden_seq, c.is_muted, c.muted_until
    ) p
    left join lateral (
      select u.id, u.name from participants q join users u on u.company_id = q.company_id and u.id = q.user_id
      where c.kind = 'DIRECT' and q.company_id = c.company_id and q.conversation_id = c.id and q.user_id <> p.user_id
      limit 1
    ) q on true
    left join lateral (
      select ${previewColumns.of('m')} from messages m
      where m.company_id = c.company_id and m.conversation_id = c.id and m.seq > coalesce(p.hidden_seq, 0) and ${shownTo()}
      order by m.seq desc limit 1 ${fence}
    ) l on true
    order by c.last_activity_at desc, c.id desc`,
  }),
)

/** A conversation of the screen: nothing but SCREEN_FIELDS is resolved of it. */
export function readScreenRow(flat: FlatScreenRow, unreadCount: number): ConversationRow {
  const { id, kind, title, lastSeq, lastActivityAt, lastReadSeq, isMuted, mutedUntil } = flat
  const { counterpartId, counterpartName } = flat
  const row = { id, kind, title, lastSeq, lastActivityAt, lastReadSeq, isMuted, mutedUntil, unreadCount }
  return {
    ...row,
    counterpartId,
    counterpartName,
    isReadable: true,
    lastMessage: previewOf(flat),
  } as ConversationRow
}

function previewOf(flat: FlatScreenRow): MessageRow | null {
  if (flat['last:id'] === null) return null
  return {
    id: flat['last:id'],
    conversationId: flat.id,
    seq: flat['last:seq'],
    authorId: flat['last:authorId'],
    body: flat['last:body'],
    state: flat['last:state'],
    createdAt: flat['last:createdAt'],
    revision: flat['last:revision'],
    isLatest: flat['last:isLatest'],
  } as MessageRow
}
