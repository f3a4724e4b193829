import { seenBy } from '../conversations/visibility.ts'
import type { Statement } from '../database/database.ts'
import { type MessageRow, messageColumns } from '../messages/message-row.ts'

/** A hit, null in all columns of a message if there is none; with the horizon of what was looked through. */
export type SearchRow = (MessageRow | { [Column in keyof MessageRow]: null }) & Horizon

/** The last message looked at, if there may be more behind it. */
interface Horizon {
  horizonAt: Date | null
  horizonId: string | null
}

/** Rows of an index older than $4 $5 and not older than $6, for an alias and the name of its id. */
const range = (alias: string, id: string) =>
  `(${alias}.created_at, ${alias}.${id}) < ($4::timestamptz, $5::uuid) and ${alias}.created_at >= $6::timestamptz`

/** The newest $10 rows of an index; the last of so many is where the look ends. */
function newest(from: string, alias: string, id: string, where: string): string {
  return `select ${alias}.conversation_id, ${alias}.created_at, ${alias}.${id} as message_id,
      row_number() over (order by ${alias}.created_at desc, ${alias}.${id} desc) = $10 as is_last
    from ${from} where ${alias}.company_id = $1 and ${where} and ${range(alias, id)}
    order by ${alias}.created_at desc, ${alias}.${id} desc limit $10`
}

/**
 * Hits among the rows that `source` gives, newest first, down to the newest place where one of its stretches was cut
 * off: what lies behind that may have newer neighbours that were not looked at. The `offset 0` fix the order of things:
 * first the other words, each one look into the key, then the message, then who may see it, and only as far as asked.
 */
function hits(source: string): string {
  return `with source as materialized (${source}),
    horizon as materialized (
      select created_at, message_id from source where is_last order by created_at desc, message_id desc limit 1
    )
    select h.created_at as "horizonAt", h.message_id as "horizonId", hit.*
    from (select) always left join horizon h on true left join lateral (
      select ${messageColumns('m')} from (
        select s.* from source s
        where (s.created_at, s.message_id) >= (coalesce(h.created_at, '-infinity'), coalesce(h.message_id, s.message_id))
        order by s.created_at desc, s.message_id desc offset 0
      ) s
      cross join lateral (
        select m.* from messages m where m.company_id = $1 and m.id = s.message_id and m.state = 'POSTED'
          and m.seq is not null and ($8::uuid is null or m.author_id = $8) offset 0
      ) m
      ${seenBy()}
      where not exists (
        select from unnest($7::bytea[]) w (token) where not exists (
          select from message_tokens t where t.company_id = $1 and t.token = w.token
            and t.conversation_id = s.conversation_id and t.created_at = s.created_at and t.message_id = s.message_id offset 0
        ) offset 0
      )
      limit $9
    ) hit on true
    order by hit."createdAt" desc, hit.id desc`
}

/**
 * Messages with a word, in the whole company: $1 company, $2 viewer, $3 the word's token, $4 $5 older than this time and id,
 * $6 not older than this time, $7 tokens of the other words, $8 author or null, $9 most hits, $10 most messages looked at.
 */
export const searchByWord: Statement = {
  name: 'search_by_word',
  text: hits(newest('message_tokens t', 't', 'message_id', 't.token = $3')),
}

/** The same in the conversations $11 alone, $10 messages in each. */
export const searchByPlace: Statement = {
  name: 'search_by_place',
  text: hits(`select s.* from unnest($11::uuid[]) p (id) cross join lateral (
      ${newest('message_tokens t', 't', 'message_id', 't.token = $3 and t.conversation_id = p.id')}
    ) s`),
}

/** The same among what $3 has written, with all words in $7; `depth >= 0` names its index. */
export const searchByAuthor: Statement = {
  name: 'search_by_author',
  text: hits(newest('messages a', 'a', 'id', 'a.author_id = $3 and a.depth >= 0')),
}

/**
 * How far back the newest messages of each word reach, and those of an author; null if there are fewer than $7. $1
 * company, $2 tokens, $3 author or null, $4 $5 $6 as above.
 */
export const searchReach: Statement = {
  name: 'search_reach',
  text: `select w.token, r.created_at as "reachesTo" from unnest($2::bytea[]) w (token) left join lateral (
      select t.created_at from message_tokens t where t.company_id = $1 and t.token = w.token and ${range('t', 'message_id')}
      order by t.created_at desc, t.message_id desc offset $7 limit 1
    ) r on true
    union all
    select null, r.created_at from (select) always left join lateral (
      select a.created_at from messages a
      where a.company_id = $1 and a.author_id = $3 and a.depth >= 0 and ${range('a', 'id')}
      order by a.created_at desc, a.id desc offset $7 limit 1
    ) r on true where $3::uuid is not null`,
}

/** Conversations that the viewer has a place in or needs none for: $1 company, $2 viewer, $3 most. */
export const searchPlaces: Statement = {
  name: 'search_places',
  text: `select p.conversation_id as id from participants p
    where p.company_id = $1 and p.user_id = $2 and p.left_at is null
    union select c.id from conversations c where c.company_id = $1 and c.audience <> 'PARTICIPANTS' limit $3`,
}
