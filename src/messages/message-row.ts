import { column, columns, type RowOf, rowsOf } from '../database/columns.ts'
import { bindingItself } from '../database/own-binding.ts'
import { fence, statement } from '../database/statement.ts'
import type { Oversight } from '../visibility/oversight.ts'
import { inBothViews, seenIn, type Viewed } from '../visibility/views.ts'
import { readableSql, seenBy, shownTo, viewerMembership, visibleSql } from '../visibility/visibility.ts'

/** A message as the statements below return it. Subject, body and metadata are ciphertext. */
export type MessageRow = RowOf<typeof messageColumns> &
  Viewed & {
    /** True if it is shown to somebody who decides about it, or audits it, and need not take part in its conversation. */
    isUnderReview?: boolean
    /** Set if it is shown to an overseer. */
    oversight?: Oversight
  }

/** The columns of a message. */
export const messageColumns = columns({
  id: column.uuid,
  conversationId: column.uuid,
  seq: column.integer.orNull,
  authorId: column.uuid,
  parentId: column.uuid.orNull,
  depth: column.integer,
  subject: column.bytes.orNull,
  body: column.bytes,
  metadata: column.bytes.orNull,
  priority: column.text,
  state: column.text,
  clientMessageId: column.text.orNull,
  createdAt: column.instant,
  editedAt: column.instant.orNull,
  retractedAt: column.instant.orNull,
  /** Number of edits. */
  revision: column.integer,
  /** Set if it was held for review before it was posted. */
  submittedAt: column.instant.orNull,
  isRestricted: column.boolean,
  /** False if a revision with this or a higher number is stored: an older row was put back, so its text is not decrypted. */
  isLatest: column.boolean.from(isLatestSql),
})

/** The columns that change with a message's text. */
export type MessageVersion = RowOf<typeof versionColumns>

const versionColumns = columns({ id: column.uuid, revision: column.integer, state: column.text })

/** An emoji on a message. */
export type ReactionRow = RowOf<typeof reactionColumns> & Viewed

const reactionColumns = columns({
  messageId: column.uuid,
  emoji: column.text,
  count: column.integer.from('count(*)::int'),
  reactedByViewer: column.boolean.from('bool_or(r.user_id = :viewerId)'),
})

/** True unless a revision shows that the message was edited more often than its row says. */
export function isLatestSql(alias: string): string {
  return `not exists (
      select from message_revisions later
      where later.company_id = ${alias}.company_id and later.message_id = ${alias}.id and later.revision >= ${alias}.revision
    )`
}

/** Messages by id that the viewer may read. */
export const messagesById = inBothViews({
  name: 'messages_by_id',
  parameters: ['companyId', 'viewerId', 'ids'],
  row: messageColumns,
  text: (view) => `select ${messageColumns.of('m')} from messages m ${seenIn(view)}
    where m.company_id = :companyId and m.id = any(:ids)`,
})

/** The versions of these messages, without their texts, if the viewer may still read them. */
export const messageVersions = statement({
  name: 'message_versions',
  parameters: ['companyId', 'viewerId', 'ids'],
  row: versionColumns,
  text: `select ${versionColumns.of('m')} from messages m ${seenBy()}
    where m.company_id = :companyId and m.id = any(:ids)`,
})

/** Like messageVersions, for many viewers: each viewer with the id at the same index. */
export const messageVersionsOfViewers = statement({
  name: 'message_versions_of_viewers',
  parameters: ['companyId', 'viewerIds', 'ids'],
  row: rowsOf<MessageVersion & { viewerId: string }>(),
  text: `select a.viewer_id as "viewerId", ${versionColumns.of('m')}
    from unnest(:viewerIds::uuid[], :ids::uuid[]) a (viewer_id, message_id)
    join messages m on m.company_id = :companyId and m.id = a.message_id ${seenBy('a.viewer_id')}`,
})

/** A range of a conversation's messages that the viewer may read now. `where` and `order` refer to `m`. */
function stretch(where: string, order: string): string {
  return `select ${messageColumns.of('m')} from conversations c ${viewerMembership()}
    cross join lateral (
      select * from messages m
      where m.company_id = c.company_id and m.conversation_id = c.id and m.seq > coalesce(p.hidden_seq, 0)
        and ${where} and ${shownTo()} order by ${order} limit :max
    ) m
    where c.company_id = :companyId and c.id = :conversationId and ${readableSql} order by ${order}`
}

/** Messages of a conversation in order, above one sequence and up to another. */
export const messagesUpwards = bindingItself(
  statement({
    name: 'messages_upwards',
    parameters: ['companyId', 'viewerId', 'conversationId', 'above', 'upTo', 'max'],
    row: messageColumns,
    text: stretch('m.seq > :above and m.seq <= :upTo', 'm.seq'),
  }),
)

/** The latest first, from one sequence and below another. */
export const messagesDownwards = bindingItself(
  statement({
    name: 'messages_downwards',
    parameters: ['companyId', 'viewerId', 'conversationId', 'from', 'below', 'max'],
    row: messageColumns,
    text: stretch('m.seq >= :from and m.seq < :below', 'm.seq desc'),
  }),
)

/**
 * A conversation that the viewer may know of, and with it the messages downwards that they may read in it, in one statement.
 * Without any, its one row has no message.
 */
export const conversationWithMessages = bindingItself(
  statement({
    name: 'conversation_with_messages',
    parameters: ['companyId', 'viewerId', 'conversationId', 'from', 'below', 'max'],
    row: rowsOf<MessageRow & { lastSeq: number; isReadable: boolean }>(),
    text: `select c.last_seq as "lastSeq", ${readableSql} as "isReadable", ${messageColumns.of('m')}
    from conversations c ${viewerMembership()}
    left join lateral (
      select * from messages m
      where m.company_id = c.company_id and m.conversation_id = c.id and m.seq > coalesce(p.hidden_seq, 0)
        and m.seq >= :from and m.seq < :below and ${shownTo()} and ${readableSql} order by m.seq desc limit :max
    ) m on true
    where c.company_id = :companyId and c.id = :conversationId and ${visibleSql} order by m.seq desc`,
  }),
)

/** Replies to one message in order, above this sequence number. */
export const repliesAfter = inBothViews({
  name: 'replies_after',
  parameters: ['companyId', 'viewerId', 'parentId', 'above', 'max'],
  row: messageColumns,
  text: (view) => `select ${messageColumns.of('m')} from messages m ${seenIn(view)}
    where m.company_id = :companyId and m.parent_id = :parentId and m.seq > :above order by m.seq limit :max`,
})

/** The first replies to each of several messages, in order. */
export const firstReplies = inBothViews({
  name: 'first_replies',
  parameters: ['companyId', 'viewerId', 'ids', 'max'],
  row: messageColumns,
  text: (view) => `select ${messageColumns.of('m')} from unnest(:ids::uuid[]) parent (id)
    cross join lateral (
      select m.* from messages m ${seenIn(view)}
      where m.company_id = :companyId and m.parent_id = parent.id and m.seq is not null order by m.seq limit :max
    ) m
    order by m.parent_id, m.seq`,
})

/**
 * Replies at all depths below one message, in order, above this sequence number. Replies to hidden or retracted
 * messages keep their depth. The fences keep the planner from reading all replies of the company.
 */
export const subtreeAfter = inBothViews({
  name: 'subtree_after',
  parameters: ['companyId', 'viewerId', 'parentId', 'above', 'max'],
  row: messageColumns,
  text: (view) => `with recursive subtree as (
      select m.id from messages m where m.company_id = :companyId and m.parent_id = :parentId
      union all
      select m.id from subtree s cross join lateral (
        select m.id from messages m where m.company_id = :companyId and m.parent_id = s.id ${fence}
      ) m
    )
    select ${messageColumns.of('m')} from subtree s
    cross join lateral (select * from messages m where m.company_id = :companyId and m.id = s.id ${fence}) m ${seenIn(view)}
    where m.seq > :above order by m.seq limit :max`,
})

/** Numbers of replies that the viewer may read. The fence keeps the planner from reading all replies of the company. */
export const replyCounts = inBothViews({
  name: 'reply_counts',
  parameters: ['companyId', 'viewerId', 'ids'],
  row: rowsOf<{ parentId: string; count: number }>(),
  text: (
    view,
  ) => `select m.parent_id as "parentId", count(*)::int as count from unnest(:ids::uuid[]) counted (id)
    cross join lateral (
      select * from messages m where m.company_id = :companyId and m.parent_id = counted.id and m.seq is not null ${fence}
    ) m ${seenIn(view)} group by m.parent_id`,
})

/** The people that messages mention. */
export const mentionsOf = inBothViews({
  name: 'mentions_of',
  parameters: ['companyId', 'viewerId', 'ids'],
  row: rowsOf<{ messageId: string; userId: string }>(),
  text: (view) => `select n.message_id as "messageId", n.user_id as "userId"
    from mentions n join messages m on m.company_id = n.company_id and m.id = n.message_id ${seenIn(view)}
    where n.company_id = :companyId and n.message_id = any(:ids) and m.state <> 'RETRACTED' order by n.user_id`,
})

/** Reactions to messages in the order of their first use. */
export const reactionsOf = inBothViews({
  name: 'reactions_of',
  parameters: ['companyId', 'viewerId', 'ids'],
  row: reactionColumns,
  text: (view) => `select ${reactionColumns.of('r')}
    from reactions r join messages m on m.company_id = r.company_id and m.id = r.message_id ${seenIn(view)}
    where r.company_id = :companyId and r.message_id = any(:ids) and r.is_on and m.state = 'POSTED'
    group by r.message_id, r.emoji order by min(r.created_at), r.emoji`,
})

/** Messages that the viewer has sent, latest first. `depth >= 0` makes the planner use their index. */
export const sentBefore = statement({
  name: 'sent_before',
  parameters: ['companyId', 'viewerId', 'beforeAt', 'beforeId', 'max'],
  row: messageColumns,
  text: `select ${messageColumns.of('m')} from messages m ${seenBy()}
    where m.company_id = :companyId and m.author_id = :viewerId and m.depth >= 0
      and (:beforeAt::timestamptz is null or (m.created_at, m.id) < (:beforeAt::timestamptz, :beforeId::uuid))
    order by m.created_at desc, m.id desc limit :max`,
})
