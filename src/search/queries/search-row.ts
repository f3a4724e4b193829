import { rowsOf } from '../../database/columns.ts'
import { fence, statement } from '../../database/statement.ts'
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
 * Hits among the rows of `source`, newest first, for which the condition `holding` on row `s` is true. Each fence
 * fixes the order of evaluation: words, message, visibility; and it ends as soon as the page is full.
 */
function hits(source: string, holding = 'true'): string {
  return `with source as materialized (${source}),
    horizon as materialized (select created_at, message_id from source where is_last)
    select h.created_at as "horizonAt", h.message_id as "horizonId", hit.*
    from (select) always left join horizon h on true left join lateral (
      select ${messageColumns.of('m')} from (
        select s.* from source s where ${holding} order by s.created_at desc, s.message_id desc ${fence}
      ) s
      cross join lateral (
        select m.* from messages m where m.company_id = :companyId and m.id = s.message_id and m.state = 'POSTED'
          and m.seq is not null and (:authorId::uuid is null or m.author_id = :authorId) ${fence}
      ) m
      ${seenBy()}
      limit :max
    ) hit on true
    order by hit."createdAt" desc, hit.id desc`
}

/**
 * Messages with all words, of which `tokens` are made, older than `beforeAt` and `beforeId` and not older than `from`: at most
 * `max` hits among `stretch` messages; of any author, and in all conversations, where those are null.
 */
export const searchByWords = statement({
  name: 'search_by_words',
  parameters: [
    'companyId',
    'viewerId',
    'tokens',
    'beforeAt',
    'beforeId',
    'from',
    'authorId',
    'max',
    'stretch',
    'conversationIds',
  ],
  row: rowsOf<SearchRow>(),
  text: hits(`select w.conversation_id, w.created_at, w.message_id, w.is_last
    from app.messages_with_words(:tokens::bigint[], :beforeAt::timestamptz, :beforeId::uuid, :from::timestamptz,
      :stretch, :conversationIds::uuid[]) w`),
})

/**
 * Like searchByWords, for the messages of the author in all conversations. `depth >= 0` makes the planner use the
 * author's index.
 */
export const searchByAuthor = statement({
  name: 'search_by_author',
  parameters: [
    'companyId',
    'viewerId',
    'tokens',
    'beforeAt',
    'beforeId',
    'from',
    'authorId',
    'max',
    'stretch',
  ],
  row: rowsOf<SearchRow>(),
  text: hits(
    `select a.conversation_id, a.created_at, a.id as message_id,
      row_number() over (order by a.created_at desc, a.id desc) = :stretch as is_last
    from messages a where ${writtenBy(':authorId')}
    order by a.created_at desc, a.id desc limit :stretch`,
    `exists (
        select from message_words w where w.company_id = :companyId and w.message_id = s.message_id
          and w.words @> app.words_of_day(:tokens::bigint[], app.day_of(s.created_at)) ${fence}
      )`,
  ),
})

/**
 * How far back the newest `nth` messages with all words reach, and those of an author; null if there are fewer.
 */
export const searchReach = statement({
  name: 'search_reach',
  parameters: ['companyId', 'tokens', 'authorId', 'beforeAt', 'beforeId', 'from', 'nth'],
  row: rowsOf<Record<'wordsReachTo' | 'authorReachesTo', Date | null>>(),
  text: `select
    (select w.created_at from app.messages_with_words(:tokens::bigint[], :beforeAt::timestamptz, :beforeId::uuid, :from::timestamptz,
      :nth, null) w where w.is_last) as "wordsReachTo",
    (select a.created_at from messages a where ${writtenBy(':authorId')}
      order by a.created_at desc, a.id desc offset :nth - 1 limit 1) as "authorReachesTo"`,
})

function writtenBy(author: string): string {
  return `a.company_id = :companyId and a.author_id = ${author}::uuid and a.depth >= 0
      and (a.created_at, a.id) < (:beforeAt::timestamptz, :beforeId::uuid) and a.created_at >= :from::timestamptz`
}

/** Conversations that the viewer is a member of or needs no membership for. */
export const searchMemberships = statement({
  name: 'search_memberships',
  parameters: ['companyId', 'viewerId', 'max'],
  row: rowsOf<{ id: string }>(),
  text: `select p.conversation_id as id from participants p
    where p.company_id = :companyId and p.user_id = :viewerId and p.left_at is null
    union select c.id from conversations c where c.company_id = :companyId and c.audience <> 'PARTICIPANTS' limit :max`,
})
