import type { Statement } from '../database/database.ts'

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
}

/** The columns of a message row, for a table alias. */
export function messageColumns(alias: string): string {
  return `${alias}.id, ${alias}.conversation_id as "conversationId", ${alias}.seq, ${alias}.author_id as "authorId",
    ${alias}.parent_id as "parentId", ${alias}.depth, ${alias}.subject, ${alias}.body, ${alias}.metadata, ${alias}.priority,
    ${alias}.state, ${alias}.client_message_id as "clientMessageId", ${alias}.created_at as "createdAt",
    ${alias}.edited_at as "editedAt", ${alias}.retracted_at as "retractedAt"`
}

/**
 * Lets message `m` through if the viewer, $2, takes part in its conversation. The `offset 0` keeps the planner from
 * starting with all conversations of the viewer, of which it expects next to none.
 */
const ownPlace = `cross join lateral (
      select from participants p where p.company_id = m.company_id and p.conversation_id = m.conversation_id
        and p.user_id = $2 and p.left_at is null offset 0
    ) own_place`

/** Messages by id: those of the viewer's conversations. $1 company, $2 viewer, $3 ids. */
export const messagesById: Statement = {
  name: 'messages_by_id',
  text: `select ${messageColumns('m')} from messages m
    ${ownPlace}
    where m.company_id = $1 and m.id = any($3) and (m.seq is not null or m.author_id = $2)`,
}

/** A stretch of a conversation upwards: $1 company, $2 conversation, $3 above this sequence, $4 up to this one, $5 most rows. */
export const messagesUpwards: Statement = {
  name: 'messages_upwards',
  text: `select ${messageColumns('m')} from messages m
    where m.company_id = $1 and m.conversation_id = $2 and m.seq > $3 and m.seq <= $4 order by m.seq limit $5`,
}

/** A stretch of a conversation downwards: $1 company, $2 conversation, $3 from this sequence, $4 below this one, $5 most rows. */
export const messagesDownwards: Statement = {
  name: 'messages_downwards',
  text: `select ${messageColumns('m')} from messages m
    where m.company_id = $1 and m.conversation_id = $2 and m.seq >= $3 and m.seq < $4 order by m.seq desc limit $5`,
}

/** Holds only while the bound viewer takes part: what was let through a moment ago may be forbidden by now. */
const stillTakesPart = `exists (select from participants p where p.company_id = m.company_id
      and p.conversation_id = m.conversation_id and p.user_id = (select app.bound_user()) and p.left_at is null)`

/** Replies to one message in order: $1 company, $2 parent, $3 above this sequence, $4 most rows. */
export const repliesAfter: Statement = {
  name: 'replies_after',
  text: `select ${messageColumns('m')} from messages m
    where m.company_id = $1 and m.parent_id = $2 and m.seq > $3 and ${stillTakesPart} order by m.seq limit $4`,
}

/** How many replies messages have: $1 company, $2 parents. */
export const replyCounts: Statement = {
  name: 'reply_counts',
  text: `select m.parent_id as "parentId", count(*)::int as count from messages m
    where m.company_id = $1 and m.parent_id = any($2) and m.seq is not null group by m.parent_id`,
}

/** Whom messages mention: $1 company, $2 messages. */
export const mentionsOf: Statement = {
  name: 'mentions_of',
  text: `select n.message_id as "messageId", n.user_id as "userId" from mentions n
    where n.company_id = $1 and n.message_id = any($2) order by n.user_id`,
}

/** What the viewer has sent, latest first; `depth >= 0` names its index. $1 company, $2 viewer, $3 $4 before this time and id, $5 most rows. */
export const sentBefore: Statement = {
  name: 'sent_before',
  text: `select ${messageColumns('m')} from messages m
    ${ownPlace}
    where m.company_id = $1 and m.author_id = $2 and m.depth >= 0
      and ($3::timestamptz is null or (m.created_at, m.id) < ($3::timestamptz, $4::uuid))
    order by m.created_at desc, m.id desc limit $5`,
}
