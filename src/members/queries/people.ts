import type { Context } from '../../context.ts'
import type { UserRow } from '../../database/prisma-types.ts'

/** Returns people by id, in the given order. Erased people are left out. */
export async function people({ loaders }: Context, ids: readonly string[]): Promise<UserRow[]> {
  const users = await Promise.all(ids.map((id) => loaders.user.load(id)))
  return users.filter((user) => user !== null)
}

/** Returns the person that a row refers to. A foreign key guarantees that there is one. */
export async function person({ loaders }: Context, id: string): Promise<UserRow> {
  const user = await loaders.user.load(id)
  if (!user) throw new Error('A row names a person who does not exist.')
  return user
}
