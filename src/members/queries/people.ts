import type { Context } from '../../context.ts'
import type { UserRow } from '../../database/prisma-types.ts'

/** People by id, in that order; those who are gone are left out. */
export async function people({ loaders }: Context, ids: readonly string[]): Promise<UserRow[]> {
  const users = await Promise.all(ids.map((id) => loaders.user.load(id)))
  return users.filter((user) => user !== null)
}

/** The person a row names: a foreign key holds it there. */
export async function person({ loaders }: Context, id: string): Promise<UserRow> {
  const user = await loaders.user.load(id)
  if (!user) throw new Error('A row names a person who does not exist.')
  return user
}
