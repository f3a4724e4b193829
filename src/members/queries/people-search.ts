import type { Statement } from '../../database/database.ts'
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
  who: (row, id) => `${row}.is_enabled and ${row}.${id} <> $2`,
  byContact: 'true',
  columns: userColumns,
  join: '',
}

const everybody: Audience = {
  who: () => 'true',
  byContact: `$8 <> ''`,
  columns: `${userColumns}, to_jsonb(r) as role`,
  join: `join (
      select r.company_id as "companyId", r.id, r.name, r.permissions, r.is_built_in as "isBuiltIn" from roles r
      where r.company_id = $1
    ) r on r.id = u.role_id`,
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
  `(select s.*, s.word || chr(1114111) as word_end from ${source} s (${columns}) offset 0)`

/** The rows of a page, from `x (id, name_folded, rank, at)`. Its parameters are those of `exactPage`. */
function pageOf({ columns, join }: Audience, found: string): string {
  return `select ${columns}, x.rank, x.at, ${askedAt} as "askedAt"
    from (
      select * from (${found}) x
      where (x.rank, ${askedAt} - x.at, x.name_folded, x.id) > ($3::int, ${askedAt} - $4::timestamptz, $5::text, $6::uuid)
      order by x.rank, x.at desc, x.name_folded, x.id limit $10
    ) x
    cross join lateral (select * from users u where u.company_id = $1 and u.id = x.id offset 0) u
    ${join}
    order by x.rank, x.at desc, x.name_folded, x.id`
}

/**
 * $1 company, $2 viewer, $3 $4 $5 $6 after this rank, last contact, folded name and id, $7 when the first page was read, $8 folded
 * text or '', $9 its words, $10 most rows. The names that begin with the text come in the order of an index, and only if
 * they do not fill the page all those with such a word are read.
 */
function exactPage(audience: Audience): string {
  const { who, byContact } = audience
  return `with ${contacts(byContact)},
    near as materialized (
      select u.id, u.name_folded, case when starts_with(u.name_folded, $8) then 10 else 20 end + k.closeness as rank, k.at
      from contact k
      cross join lateral (select * from users u where u.company_id = $1 and u.id = k.user_id offset 0) u
      where ${who('u', 'id')} and (starts_with(u.name_folded, $8) or ${foundBy('$9')})
    ),
    named as materialized (
      select u.id, u.name_folded, 10 + ${OTHERS} as rank, ${askedAt} as at from users u
      where $3::int <= 10 + ${OTHERS} and u.company_id = $1
        and (u.name_folded, u.id) > (
          case $3::int when 10 + ${OTHERS} then $5::text else $8::text end,
          case $3::int when 10 + ${OTHERS} then $6::uuid else '00000000-0000-0000-0000-000000000000' end
        )
        and u.name_folded < ${ceiling('$8::text')}
        and ${who('u', 'id')} and u.id not in (select k.user_id from contact k)
      order by u.name_folded, u.id limit $10
    ),
    worded as materialized (
      select w.user_id as id, w.name_folded, 20 + ${OTHERS} as rank, ${askedAt} as at
      from ${ranges('unnest($9::text[]) with ordinality', 'word, nth')} s
      cross join lateral (
        select * from user_words w where w.company_id = $1 and w.word >= s.word and w.word < s.word_end offset 0
      ) w
      where $3::int <= 20 + ${OTHERS} and (select count(*) from named) < $10
        and ($3::int < 20 + ${OTHERS} or (w.name_folded, w.user_id) > ($5::text, $6::uuid))
        and not starts_with(w.name_folded, $8)
        and ${who('w', 'user_id')} and w.user_id not in (select k.user_id from contact k)
      group by w.user_id, w.name_folded
      having bit_or(1::bigint << s.nth::int) = (1::bigint << cardinality($9::text[]) + 1) - 2
      order by w.name_folded, w.user_id limit $10
    )
    ${pageOf(audience, 'select * from near union all select * from named union all select * from worded')}`
}

/** Parameters as in `exactPage`, but $8 and $9 the variants: which word, from 0, and its text; and $11 how many words. */
function misspeltPage(audience: Audience): string {
  const every = `(1::bigint << $11::int) - 1`
  return `with ${contacts('true')},
    found as materialized (
      select w.user_id as id, w.name_folded,
        case when bit_or(case w.word when v.word then 1::bigint << v.nth else 0 end) = ${every} then 30 else 40 end as match
      from ${ranges('unnest($8::int[], $9::text[])', 'nth, word')} v
      cross join lateral (
        select * from user_words w where w.company_id = $1 and w.word >= v.word and w.word < v.word_end offset 0
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

/** People to write to, by a text. Its parameters are those of `exactPage`. */
export const usersPage: Statement = { name: 'users_page', text: exactPage(picker) }

/** People to write to, by a misspelt text. Its parameters are those of `misspeltPage`. */
export const misspeltUsersPage: Statement = { name: 'misspelt_users_page', text: misspeltPage(picker) }

/** All members with their roles, by a text or all by name. Its parameters are those of `exactPage`. */
export const membersPage: Statement = { name: 'members_page', text: exactPage(everybody) }

/** All members with their roles, by a misspelt text. Its parameters are those of `misspeltPage`. */
export const misspeltMembersPage: Statement = { name: 'misspelt_members_page', text: misspeltPage(everybody) }
