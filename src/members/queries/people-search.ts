import { rowsOf } from '../../database/columns.ts'
import type { RoleRow, UserRow } from '../../database/prisma-types.ts'
import { fence, statement } from '../../database/statement.ts'
import { askedAt, contacts } from '../contacts.ts'
import { userColumns } from '../user-row.ts'

/**
 * A page of people is sorted by rank, time of the last contact, folded name and id. The tens of the rank are the kind
 * of match: 1, the name begins with the text; 2, each word of the text begins a word of the name or of the e-mail
 * address; 3, the words are misspelt; 4, the beginnings are misspelt. The ones are the closeness: 1 and 2 for contacts,
 * 3 for others.
 */
const OTHERS = 3

/** The people that a list contains, as SQL fragments over `u` (a user) or `w` (one of the user's words). */
interface Audience {
  who(row: string, id: string): string
  /** SQL condition on the parameters that is true if contacts come first. */
  byContact: string
  columns: string
  join: string
}

const picker: Audience = {
  who: (row, id) => `${row}.is_enabled and ${row}.${id} <> :viewerId`,
  byContact: 'true',
  columns: userColumns.of('u'),
  join: '',
}

const everybody: Audience = {
  who: () => 'true',
  byContact: `:text <> ''`,
  columns: `${userColumns.of('u')}, to_jsonb(r) as role`,
  join: `join (
      select r.company_id as "companyId", r.id, r.name, r.permissions, r.is_built_in as "isBuiltIn" from roles r
      where r.company_id = :companyId
    ) r on r.id = u.role_id`,
}

/** A person with the role in the company. */
export type MemberRow = UserRow & { role: RoleRow }

/** The sort key of a person in a page. */
export interface Rank {
  rank: number
  /** The time of the last contact; for others the time at which the first page was read. */
  at: Date
  askedAt: Date
}

/** True if each of the words in parameter `words` begins a word of person `u`. */
export function foundBy(words: string): string {
  return `not exists (
      select from unnest(${words}::text[]) s (word)
      where not exists (select from unnest(u.search_words) w (word) where starts_with(w.word, s.word))
    )`
}

/** A text that sorts after every text that begins with this one. */
const ceiling = (text: string) => `${text} || repeat(chr(1114111), 600)`

/**
 * The words and, for each, the end of the range of texts that begin with it. The ranges are made apart from the table:
 * before PostgreSQL 18 concatenation is not leakproof, so an index could not be used, and the comparison would read
 * every row that the policy lets through.
 */
const ranges = (source: string, columns: string) =>
  `(select s.*, s.word || chr(1114111) as word_end from ${source} s (${columns}) ${fence})`

/** The rows of a page, from `x (id, name_folded, rank, at)`. Its parameters are those of `exactPage`. */
function pageOf({ columns, join }: Audience, found: string): string {
  return `select ${columns}, x.rank, x.at, ${askedAt} as "askedAt"
    from (
      select * from (${found}) x
      where (x.rank, ${askedAt} - x.at, x.name_folded, x.id)
        > (:afterRank::int, ${askedAt} - :afterContact::timestamptz, :afterName::text, :afterId::uuid)
      order by x.rank, x.at desc, x.name_folded, x.id limit :max
    ) x
    cross join lateral (select * from users u where u.company_id = :companyId and u.id = x.id ${fence}) u
    ${join}
    order by x.rank, x.at desc, x.name_folded, x.id`
}

/**
 * People after this rank, last contact, folded name and id, as found by a folded text, which may be '', and its words; `askedAt`
 * is when the first page was read. The names that begin with the text come in the order of an index, and only if
 * they do not fill the page all those with such a word are read.
 */
function exactPage(audience: Audience): string {
  const { who, byContact } = audience
  return `with ${contacts(byContact)},
    near as materialized (
      select u.id, u.name_folded, case when starts_with(u.name_folded, :text) then 10 else 20 end + k.closeness as rank, k.at
      from contact k
      cross join lateral (select * from users u where u.company_id = :companyId and u.id = k.user_id ${fence}) u
      where ${who('u', 'id')} and (starts_with(u.name_folded, :text) or ${foundBy(':words')})
    ),
    named as materialized (
      select u.id, u.name_folded, 10 + ${OTHERS} as rank, ${askedAt} as at from users u
      where :afterRank::int <= 10 + ${OTHERS} and u.company_id = :companyId
        and (u.name_folded, u.id) > (
          case :afterRank::int when 10 + ${OTHERS} then :afterName::text else :text::text end,
          case :afterRank::int when 10 + ${OTHERS} then :afterId::uuid else '00000000-0000-0000-0000-000000000000' end
        )
        and u.name_folded < ${ceiling(':text::text')}
        and ${who('u', 'id')} and u.id not in (select k.user_id from contact k)
      order by u.name_folded, u.id limit :max
    ),
    worded as materialized (
      select w.user_id as id, w.name_folded, 20 + ${OTHERS} as rank, ${askedAt} as at
      from ${ranges('unnest(:words::text[]) with ordinality', 'word, nth')} s
      cross join lateral (
        select * from user_words w where w.company_id = :companyId and w.word >= s.word and w.word < s.word_end ${fence}
      ) w
      where :afterRank::int <= 20 + ${OTHERS} and (select count(*) from named) < :max
        and (:afterRank::int < 20 + ${OTHERS} or (w.name_folded, w.user_id) > (:afterName::text, :afterId::uuid))
        and not starts_with(w.name_folded, :text)
        and ${who('w', 'user_id')} and w.user_id not in (select k.user_id from contact k)
      group by w.user_id, w.name_folded
      having bit_or(1::bigint << s.nth::int) = (1::bigint << cardinality(:words::text[]) + 1) - 2
      order by w.name_folded, w.user_id limit :max
    )
    ${pageOf(audience, 'select * from near union all select * from named union all select * from worded')}`
}

/** Like exactPage, for variants of the words. `wordNumbers` are the indexes, from 0, of the words they vary. */
function misspeltPage(audience: Audience): string {
  const every = `(1::bigint << :wordCount::int) - 1`
  return `with ${contacts('true')},
    found as materialized (
      select w.user_id as id, w.name_folded,
        case when bit_or(case w.word when v.word then 1::bigint << v.nth else 0 end) = ${every} then 30 else 40 end as match
      from ${ranges('unnest(:wordNumbers::int[], :variants::text[])', 'nth, word')} v
      cross join lateral (
        select * from user_words w where w.company_id = :companyId and w.word >= v.word and w.word < v.word_end ${fence}
      ) w
      where ${audience.who('w', 'user_id')}
      group by w.user_id, w.name_folded
      having bit_or(1::bigint << v.nth) = ${every}
    )
    ${pageOf(
      audience,
      `select f.id, f.name_folded, f.match + coalesce(k.closeness, ${OTHERS}) as rank, coalesce(k.at, ${askedAt}) as at
        from found f left join contact k on k.user_id = f.id`,
    )}`
}

const pageParameters = [
  'companyId',
  'viewerId',
  'afterRank',
  'afterContact',
  'afterName',
  'afterId',
  'askedAt',
] as const
const exactParameters = [...pageParameters, 'text', 'words', 'max'] as const
const misspeltParameters = [...pageParameters, 'wordNumbers', 'variants', 'max', 'wordCount'] as const

/** People to write to, by a text. Its parameters are those of `exactPage`. */
export const usersPage = statement({
  name: 'users_page',
  parameters: exactParameters,
  row: rowsOf<UserRow & Rank>(),
  text: exactPage(picker),
})

/** People to write to, by a misspelt text. Its parameters are those of `misspeltPage`. */
export const misspeltUsersPage = statement({
  name: 'misspelt_users_page',
  parameters: misspeltParameters,
  row: rowsOf<UserRow & Rank>(),
  text: misspeltPage(picker),
})

/** All members with their roles, by a text or all by name. Its parameters are those of `exactPage`. */
export const membersPage = statement({
  name: 'members_page',
  parameters: exactParameters,
  row: rowsOf<MemberRow & Rank>(),
  text: exactPage(everybody),
})

/** All members with their roles, by a misspelt text. Its parameters are those of `misspeltPage`. */
export const misspeltMembersPage = statement({
  name: 'misspelt_members_page',
  parameters: misspeltParameters,
  row: rowsOf<MemberRow & Rank>(),
  text: misspeltPage(everybody),
})
