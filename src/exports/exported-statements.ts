import { column, columns, type RowOf, rowsOf } from '../database/columns.ts'
import { fence, statement } from '../database/statement.ts'
import { messageColumns } from '../messages/message-row.ts'

/** A conversation whose messages are exported. */
export interface ExportedConversation {
  id: string
  lastSeq: number
  /** Number of people whose marks are told of each message. */
  people: number
}

/** Conversations that may have messages in a span of time, after this id. Held messages do not count as activity. */
export const conversationsToExport = statement({
  name: 'conversations_to_export',
  parameters: ['companyId', 'from', 'to', 'conversationIds', 'afterId', 'max'],
  row: rowsOf<ExportedConversation>(),
  text: `select c.id, c.last_seq as "lastSeq", (
      select count(*)::int from participants p where p.company_id = c.company_id and p.conversation_id = c.id
    ) as people
    from conversations c
    where c.company_id = :companyId and (:afterId::uuid is null or c.id > :afterId)
      and (:conversationIds::uuid[] is null or c.id = any(:conversationIds))
      and (c.last_activity_at >= :from::timestamptz or exists (
        select from messages m where m.company_id = c.company_id and m.conversation_id = c.id and m.seq is null
          and m.created_at >= :from and m.created_at < :to::timestamptz
      ))
    order by c.id limit :max`,
})

/** The sum of all sequence numbers that an export goes through at most. */
export const sequencesToExport = statement({
  name: 'sequences_to_export',
  parameters: ['companyId', 'from'],
  row: rowsOf<{ count: number }>(),
  text: `select coalesce(sum(c.last_seq), 0)::float8 as count from conversations c
    where c.company_id = :companyId and c.last_activity_at >= :from`,
})

const instant = (sql: string) => `to_char(${sql} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const list = (object: string, from: string, order: string) =>
  `(select coalesce(json_agg(${object} order by ${order}), '[]') from ${from})`

const ofMessage = (alias: string) => `where ${alias}.company_id = m.company_id and ${alias}.message_id = m.id`

/** The first time at which a person's mark reached message `m`. */
const markOf = (status: 'READ' | 'DELIVERED') => `(
    select x.at from receipts x where x.company_id = p.company_id and x.conversation_id = p.conversation_id
      and x.user_id = p.user_id and x.status = '${status}' and x.up_to_seq >= m.seq order by x.up_to_seq limit 1
  )`

/** A text of a revision is ciphertext in base64. */
interface ExportedRevision {
  revision: number
  subject: string | null
  body: string
  editedAt: string
  editedBy: string
}

/** A file of a message. Its name and its key are ciphertext in base64. */
export interface ExportedAttachment {
  id: string
  kind: string
  fileName: string | null
  sealedKey: string | null
  content: string
  mediaType: string | null
  size: number
  durationMs: number | null
}

/** Somebody, and the time of what they did. */
interface At {
  user: string
  at: string
}

/** A message with all that is stored about it. Ids are UUIDs, texts ciphertext. */
export type ExportedRow = RowOf<typeof messageColumns> & RowOf<typeof aboutColumns>

const aboutColumns = columns({
  conversationKind: column.text.from('c.kind'),
  conversationTitle: column.text.from('c.title'),
  contextType: column.text.orNull.from('c.context_type'),
  contextId: column.text.orNull.from('c.context_id'),
  authorName: column.text.from('a.name'),
  authorExternalId: column.text.orNull.from('a.external_id'),
  mentions: column.of<string[]>().from(list('n.user_id', `mentions n ${ofMessage('n')}`, 'n.user_id')),
  accessRules: column
    .of<{ effect: string; role?: string; user?: string; attribute?: string }[]>()
    .from(
      list(
        `json_strip_nulls(json_build_object('effect', r.effect, 'role', r.role_id, 'user', r.user_id, 'attribute', r.attribute))`,
        `message_access r ${ofMessage('r')} and r.ended_at is null`,
        'r.number',
      ),
    ),
  revisions: column.of<ExportedRevision[]>().from(
    list(
      `json_build_object('revision', v.revision, 'subject', encode(v.subject, 'base64'), 'body', encode(v.body, 'base64'),
          'editedAt', ${instant('v.edited_at')}, 'editedBy', v.edited_by_id)`,
      `message_revisions v ${ofMessage('v')}`,
      'v.revision',
    ),
  ),
  reactions: column
    .of<(At & { emoji: string })[]>()
    .from(
      list(
        `json_build_object('emoji', r.emoji, 'user', r.user_id, 'at', ${instant('r.created_at')})`,
        `reactions r ${ofMessage('r')} and r.is_on`,
        'r.created_at, r.user_id',
      ),
    ),
  receipts: column.of<{ user: string; deliveredAt: string | null; readAt: string | null }[]>().from(
    list(
      `json_build_object('user', p.user_id, 'deliveredAt', ${instant('least(p.delivered, p.read)')}, 'readAt', ${instant('p.read')})`,
      `(
          select p.user_id, case when p.last_read_seq >= m.seq then ${markOf('READ')} end as read, ${markOf('DELIVERED')} as delivered
          from participants p where p.company_id = m.company_id and p.conversation_id = m.conversation_id
            and p.user_id <> m.author_id and m.seq is not null and (p.left_at is null or p.last_delivered_seq >= m.seq)
        ) p`,
      'p.user_id',
    ),
  ),
  attachments: column.of<ExportedAttachment[]>().from(
    list(
      `json_build_object('id', f.id, 'kind', f.kind, 'fileName', encode(f.file_name, 'base64'), 'mediaType', f.media_type,
          'size', f.size, 'durationMs', f.duration_ms, 'sealedKey', encode(f.sealed_key, 'base64'), 'content', f.content)`,
      `attachments f ${ofMessage('f')}`,
      'f.place',
    ),
  ),
  hiddenBy: column
    .of<At[]>()
    .from(
      list(
        `json_build_object('user', h.user_id, 'at', ${instant('h.created_at')})`,
        `hidden_messages h ${ofMessage('h')}`,
        'h.user_id',
      ),
    ),
})

/**
 * The messages of stretches of conversations, each from one sequence number to another, in this order; with the last stretch of a
 * conversation also those that have no number, because they are held or were rejected.
 */
export const messagesToExport = statement({
  name: 'messages_to_export',
  parameters: ['companyId', 'conversationIds', 'firsts', 'lasts', 'ends', 'from', 'to', 'authorIds'],
  row: rowsOf<ExportedRow>(),
  text: `select ${messageColumns.of('m')}, ${aboutColumns.of('m')}
    from unnest(:conversationIds::uuid[], :firsts::int[], :lasts::int[], :ends::boolean[]) s (id, first, last, is_end)
    cross join lateral (
      select m.* from (
        select * from messages n where n.company_id = :companyId and n.conversation_id = s.id
          and n.seq >= s.first and n.seq <= s.last
        union all
        select * from messages n where s.is_end and n.company_id = :companyId and n.conversation_id = s.id and n.seq is null
      ) m
      where m.created_at >= :from::timestamptz and m.created_at < :to::timestamptz
        and (:authorIds::uuid[] is null or m.author_id = any(:authorIds)) ${fence}
    ) m
    cross join lateral (
      select * from conversations c where c.company_id = :companyId and c.id = m.conversation_id ${fence}
    ) c
    cross join lateral (select * from users a where a.company_id = :companyId and a.id = m.author_id ${fence}) a
    order by m.conversation_id, m.seq, m.id`,
})
