import type { Context } from '../../context.ts'
import type { UserRow } from '../../database/prisma-types.ts'
import type { NameOf, Statement } from '../../database/statement.ts'
import { type ForwardArgs, forwardPage, type Page } from '../../page.ts'
import { MAX_WORDS, searchedWords } from '../../text/person-words.ts'
import { searchText } from '../../text/search-text.ts'
import { misspellings } from './misspellings.ts'
import {
  type MemberRow,
  membersPage,
  misspeltMembersPage,
  misspeltUsersPage,
  type Rank,
  usersPage,
} from './people-search.ts'

type Found<Row> = Row & Rank

/** From this rank on, people match only by a misspelling. */
const MISSPELT = 30
const START = ['0', null, '', '00000000-0000-0000-0000-000000000000', null] as const

/**
 * Returns a page of the people that the viewer may write to, best match first; without a search, recent contacts first.
 */
export function userList(
  context: Context,
  args: ForwardArgs,
  search: string | null | undefined,
): Promise<Page<UserRow>> {
  return peoplePage<UserRow>(context, args, search, usersPage, misspeltUsersPage)
}

/** Returns a page of the company's members with their roles, best match first; without a search, by name. */
export function memberList(
  context: Context,
  args: ForwardArgs,
  search: string | null | undefined,
): Promise<Page<MemberRow>> {
  return peoplePage<MemberRow>(context, args, search, membersPage, misspeltMembersPage)
}

/** Runs one statement, and a second one if nobody matches the text as it is spelled. */
function peoplePage<Row extends UserRow>(
  { tenant, viewer }: Context,
  args: ForwardArgs,
  search: string | null | undefined,
  exact: Statement<NameOf<typeof usersPage>, Found<Row>>,
  misspelt: Statement<NameOf<typeof misspeltUsersPage>, Found<Row>>,
): Promise<Page<Row>> {
  const text = searchText(search) ?? ''
  const words = searchedWords(text)
  return forwardPage<Found<Row>, Row>(args, {
    key: ['seq', 'instant', 'text', 'uuid', 'instant'],
    keyOf: (row) => [
      String(row.rank),
      row.at.toISOString(),
      row.nameFolded,
      row.id,
      row.askedAt.toISOString(),
    ],
    nodeOf: (row) => row,
    async read(after, max) {
      const isFirst = after[0] === null
      const [afterRank, afterContact, afterName, afterId, askedAt] = isFirst ? START : after
      const { companyId, userId: viewerId } = viewer
      const position = { companyId, viewerId, afterRank, afterContact, afterName, afterId, askedAt, max }
      // No person has this many words, so nobody can match all of them.
      if (words.length > MAX_WORDS) return []
      if (isFirst || Number(after[0]) < MISSPELT) {
        const rows = await tenant.query(exact, { ...position, text, words })
        if (rows.length > 0 || !isFirst || words.length === 0) return rows
      }
      const variants = misspellings(words)
      return tenant.query(misspelt, {
        ...position,
        wordNumbers: variants.map(({ nth }) => nth),
        variants: variants.map((variant) => variant.text),
        wordCount: words.length,
      })
    },
  })
}
