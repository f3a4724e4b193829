import type { Statement } from '../../database/database.ts'
import { type MessageRow, messageColumns } from '../../messages/message-row.ts'
import { seenBy } from '../../visibility/visibility.ts'

/** A hit and the horizon. Without a hit, all columns of the message are null. */
export type SearchRow = (MessageRow | { [Column in keyof MessageRow]: null }) & Horizon

/** The last message that was searched, if older ones may follow; else null. */
interface Horizon {
  horizonAt: Date | null
  horizonId: string | null
}

/**
 * Hits among the rows of `source`, newest first, for which the condition `holding` on row `s` is true. Each `offset 0`
 * fixes the order of evaluation: words, message, visibility; and it ends as soon as the page is full.
 */
function hits(source: string, holding = 'true'): string {
  return `with source as materialized (${source}),
    horizon as materialized (select created_at, message_id from source where is_last)
    select h.created_at as "horizonAt", h.message_id as "horizonId", hit.*
    from (select) always left join horizon h on true left join lateral (
      select ${messageColumns('m')} from (
        select s.* from source s where ${holding} order by s.created_at desc, s.message_id desc offset 0
      ) s
      cross join lateral (
        select m.* from messages m where m.company_id = $1 and m.id = s.message_id and m.state = 'POSTED'
          and m.seq is not null and ($7::uuid is null or m.author_id = $7) offset 0
      ) m
      ${seenBy()}
      limit $8
    ) hit on true
    order by hit."createdAt" desc, hit.id desc`
}

/**
 * Messages with all words: $1 company, $2 viewer, $3 the words' tokens, $4 $5 older than this time and id, $6 not older
 * than this time, $7 author or null, $8 most hits, $9 most messages looked at, $10 in these conversations or null for all.
 */
export const searchByWords: Statement = {
  name: 'search_by_words',
  text: hits(`select w.conversation_id, w.created_at, w.message_id, w.is_last
    from app.messages_with_words($3::bigint[], $4::timestamptz, $5::uuid, $6::timestamptz, $9, $10::uuid[]) w`),
}

/**
 * Like searchByWords, for the messages of author $7 in all conversations. `depth >= 0` makes the planner use the
 * author's index.
 */
export const searchByAuthor: Statement = {
  name: 'search_by_author',
  text: hits(
    `select a.conversation_id, a.created_at, a.id as message_id,
      row_number() over (order by a.created_at desc, a.id desc) = $9 as is_last
    from messages a where ${writtenBy('$7')}
    order by a.created_at desc, a.id desc limit $9`,
    `exists (
        select from message_words w where w.company_id = $1 and w.message_id = s.message_id
          and w.words @> app.words_of_day($3::bigint[], app.day_of(s.created_at)) offset 0
      )`,
  ),
}

/**
 * How far back the newest $7 messages with all words reach, and those of an author; null if there are fewer. $1 company,
 * $2 tokens, $3 author, $4 $5 $6 as above.
 */
export const searchReach: Statement = {
  name: 'search_reach',
  text: `select
    (select w.created_at from app.messages_with_words($2::bigint[], $4::timestamptz, $5::uuid, $6::timestamptz, $7, null) w
      where w.is_last) as "wordsReachTo",
    (select a.created_at from messages a where ${writtenBy('$3')}
      order by a.created_at desc, a.id desc offset $7 - 1 limit 1) as "authorReachesTo"`,
}

function writtenBy(author: string): string {
  return `a.company_id = $1 and a.author_id = ${author}::uuid and a.depth >= 0
      and (a.created_at, a.id) < ($4::timestamptz, $5::uuid) and a.created_at >= $6::timestamptz`
}

/** Conversations that the viewer is a member of or needs no membership for: $1 company, $2 viewer, $3 most. */
export const searchMemberships: Statement = {
  name: 'search_memberships',
  text: `select p.conversation_id as id from participants p
    where p.company_id = $1 and p.user_id = $2 and p.left_at is null
    union select c.id from conversations c where c.company_id = $1 and c.audience <> 'PARTICIPANTS' limit $3`,
}
