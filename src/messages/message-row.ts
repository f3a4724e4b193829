import type { Statement } from '../database/database.ts'
import { notHidden, readableSql, seenBy, viewerMembership } from '../visibility/visibility.ts'

/** A message as the statements below return it; subject, body and metadata are ciphertext. */
export interface MessageRow {
  id: string
  conversationId: string
  seq: number | null
  authorId: string
  parentId: string | null
  depth: number
  subject: Buffer | null
  body: Buffer
  metadata: Buffer | null
  priority: string
  state: string
  clientMessageId: string | null
  createdAt: Date
  editedAt: Date | null
  retractedAt: Date | null
  /** Number of edits. */
  revision: number
  /**
   * False if a revision with the same or a higher number is stored: an older row was put back, so its text is not
   * decrypted.
   */
  isLatest: boolean
}

/** The columns of a message row, for a table alias. */
export function messageColumns(alias: string): string {
  return `${alias}.id, ${alias}.conversation_id as "conversationId", ${alias}.seq, ${alias}.author_id as "authorId",
    ${alias}.parent_id as "parentId", ${alias}.depth, ${alias}.subject, ${alias}.body, ${alias}.metadata, ${alias}.priority,
    ${alias}.state, ${alias}.client_message_id as "clientMessageId", ${alias}.created_at as "createdAt",
    ${alias}.edited_at as "editedAt", ${alias}.retracted_at as "retractedAt",
    ${alias}.revision, ${isLatestSql(alias)} as "isLatest"`
}

/** True unless a revision shows that the message was edited more often than its row says. */
export function isLatestSql(alias: string): string {
  return `not exists (
      select from message_revisions later
      where later.company_id = ${alias}.company_id and later.message_id = ${alias}.id and later.revision >= ${alias}.revision
    )`
}

/** Messages by id, those that the viewer may read: $1 company, $2 viewer, $3 ids. */
export const messagesById: Statement = {
  name: 'messages_by_id',
  text: `select ${messageColumns('m')} from messages m ${seenBy()}
    where m.company_id = $1 and m.id = any($3) and (m.seq is not null or m.author_id = $2)`,
}

/** Which of them the viewer may read by now, and their versions, without their texts: $1 company, $2 viewer, $3 ids. */
export const messageVersions: Statement = {
  name: 'message_versions',
  text: `select m.id, m.revision, m.state from messages m ${seenBy()}
    where m.company_id = $1 and m.id = any($3) and (m.seq is not null or m.author_id = $2)`,
}

/** The same for many viewers at once: $1 company, $2 viewers and $3 ids, pair by pair. */
export const messageVersionsOfViewers: Statement = {
  name: 'message_versions_of_viewers',
  text: `select a.viewer_id as "viewerId", m.id, m.revision, m.state
    from unnest($2::uuid[], $3::uuid[]) a (viewer_id, message_id)
    join messages m on m.company_id = $1 and m.id = a.message_id ${seenBy('a.viewer_id')}
    where m.seq is not null or m.author_id = a.viewer_id`,
}

/** A stretch of a conversation, read only as far as the viewer may at this moment; `where` and `order` concern `m`. */
function stretch(where: string, order: string): string {
  return `select ${messageColumns('m')} from conversations c ${viewerMembership()}
    cross join lateral (
      select * from messages m
      where m.company_id = c.company_id and m.conversation_id = c.id and m.seq > coalesce(p.hidden_seq, 0)
        and ${where} and ${notHidden()} order by ${order} limit $6
    ) m
    where c.company_id = $1 and c.id = $3 and ${readableSql} order by ${order}`
}

/** Upwards: $1 company, $2 viewer, $3 conversation, $4 above this sequence, $5 up to this one, $6 most rows. */
export const messagesUpwards: Statement = {
  name: 'messages_upwards',
  text: stretch('m.seq > $4 and m.seq <= $5', 'm.seq'),
}

/** Downwards: $1 company, $2 viewer, $3 conversation, $4 from this sequence, $5 below this one, $6 most rows. */
export const messagesDownwards: Statement = {
  name: 'messages_downwards',
  text: stretch('m.seq >= $4 and m.seq < $5', 'm.seq desc'),
}

/** Replies to one message in order: $1 company, $2 viewer, $3 parent, $4 above this sequence, $5 most rows. */
export const repliesAfter: Statement = {
  name: 'replies_after',
  text: `select ${messageColumns('m')} from messages m ${seenBy()}
    where m.company_id = $1 and m.parent_id = $3 and m.seq > $4 order by m.seq limit $5`,
}

/** The first replies to each of several messages, in order: $1 company, $2 viewer, $3 parents, $4 most rows of each. */
export const firstReplies: Statement = {
  name: 'first_replies',
  text: `select ${messageColumns('m')} from unnest($3::uuid[]) parent (id)
    cross join lateral (
      select m.* from messages m ${seenBy()}
      where m.company_id = $1 and m.parent_id = parent.id and m.seq is not null order by m.seq limit $4
    ) m
    order by m.parent_id, m.seq`,
}

/**
 * Everything below one message, of all levels, in order: $1 company, $2 viewer, $3 the message, $4 above this sequence, $5
 * most rows. Below what is hidden or retracted, replies keep their depth. The `offset 0` keeps the planner, whose plan for
 * the average company serves the large one too, from looking through all replies of the company.
 */
export const subtreeAfter: Statement = {
  name: 'subtree_after',
  text: `with recursive subtree as (
      select m.id from messages m where m.company_id = $1 and m.parent_id = $3
      union all
      select m.id from subtree s cross join lateral (
        select m.id from messages m where m.company_id = $1 and m.parent_id = s.id offset 0
      ) m
    )
    select ${messageColumns('m')} from subtree s
    cross join lateral (select * from messages m where m.company_id = $1 and m.id = s.id offset 0) m ${seenBy()}
    where m.seq > $4 order by m.seq limit $5`,
}

/** How many replies to messages the viewer may read: $1 company, $2 viewer, $3 parents. */
export const replyCounts: Statement = {
  name: 'reply_counts',
  text: `select m.parent_id as "parentId", count(*)::int as count from messages m ${seenBy()}
    where m.company_id = $1 and m.parent_id = any($3) and m.seq is not null group by m.parent_id`,
}

/** Whom messages mention: $1 company, $2 viewer, $3 messages. */
export const mentionsOf: Statement = {
  name: 'mentions_of',
  text: `select n.message_id as "messageId", n.user_id as "userId"
    from mentions n join messages m on m.company_id = n.company_id and m.id = n.message_id ${seenBy()}
    where n.company_id = $1 and n.message_id = any($3) and m.state <> 'RETRACTED' order by n.user_id`,
}

/** Reactions to messages in the order of their first use: $1 company, $2 viewer, $3 messages. */
export const reactionsOf: Statement = {
  name: 'reactions_of',
  text: `select r.message_id as "messageId", r.emoji, count(*)::int as count, bool_or(r.user_id = $2) as "reactedByViewer"
    from reactions r join messages m on m.company_id = r.company_id and m.id = r.message_id ${seenBy()}
    where r.company_id = $1 and r.message_id = any($3) and r.is_on and m.state = 'POSTED'
    group by r.message_id, r.emoji order by min(r.created_at), r.emoji`,
}

/** What the viewer has sent, latest first; `depth >= 0` names its index. $1 company, $2 viewer, $3 $4 before this time and id, $5 most rows. */
export const sentBefore: Statement = {
  name: 'sent_before',
  text: `select ${messageColumns('m')} from messages m ${seenBy()}
    where m.company_id = $1 and m.author_id = $2 and m.depth >= 0
      and ($3::timestamptz is null or (m.created_at, m.id) < ($3::timestamptz, $4::uuid))
    order by m.created_at desc, m.id desc limit $5`,
}
