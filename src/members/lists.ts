import type { Context } from '../context.ts'
import type { RoleRow, UserRow } from '../database/prisma-types.ts'
import { type ForwardArgs, forwardPage, type Page } from '../page.ts'
import { searchText } from '../search/search-text.ts'
import { membersPage, usersPage } from './user-row.ts'

/** A person with the role that says what that person may do. */
export type MemberRow = UserRow & { role: RoleRow }

type Match = UserRow & { rank: number }

/** A page of the people the viewer may write to, best match first. */
export function userList(
  { tenant, viewer }: Context,
  args: ForwardArgs,
  search: string | null | undefined,
): Promise<Page<UserRow>> {
  const text = searchText(search)
  return forwardPage<Match, UserRow>(args, {
    key: ['seq', 'text', 'uuid'],
    keyOf: (row) => [String(row.rank), row.nameFolded, row.id],
    nodeOf: (row) => row,
    read: ([rank, name, id], most) =>
      tenant.query(usersPage, [viewer.companyId, viewer.userId, rank, name, id, most, text]),
  })
}

/** A page of the company's members with their roles, in one statement. */
export function memberList(
  { tenant, viewer }: Context,
  args: ForwardArgs,
  search: string | null | undefined,
): Promise<Page<MemberRow>> {
  const text = searchText(search)
  return forwardPage<MemberRow>(args, {
    key: ['text', 'uuid'],
    keyOf: (row) => [row.nameFolded, row.id],
    nodeOf: (row) => row,
    read: ([name, id], most) => tenant.query(membersPage, [viewer.companyId, name, id, most, text]),
  })
}
