import { expect } from 'vitest'
import type { Client, Data } from '../support/client.ts'

/** A page of the recipient picker. */
const QUERY = `query ($search: String, $first: Int, $after: String) {
  users(search: $search, first: $first, after: $after) { pageInfo { hasNextPage endCursor } nodes { id name } } }`

/** The names that one page of the picker gives. */
export async function found(client: Client, search?: string, first = 100): Promise<string[]> {
  const { users } = await client.run(QUERY, { search, first })
  return users.nodes.map(({ name }: Data) => name)
}

/** Every page, with something done after the first one. */
export async function paged(
  client: Client,
  search: string | undefined,
  first: number,
  afterFirst = async () => {},
): Promise<string[]> {
  const names: string[] = []
  let after: string | null = null
  for (;;) {
    const { users }: Data = await client.run(QUERY, { search, first, after })
    names.push(...users.nodes.map(({ name }: Data) => name))
    if (!users.pageInfo.hasNextPage) return names
    if (after === null) await afterFirst()
    after = users.pageInfo.endCursor
  }
}

/** Adds people of these names; e-mail addresses where given. Returns their ids by name. */
export async function add(
  admin: Client,
  people: (string | [string, string])[],
): Promise<Record<string, string>> {
  const members = people.map((person) => {
    const [name, email] = typeof person === 'string' ? [person, null] : person
    return { externalId: `x ${name}`, name, email }
  })
  const synced = await admin.mutate('syncMembers', { members }, 'created problems { detail }')
  expect(synced).toMatchObject({ created: people.length, problems: [] })
  const { users } = await admin.run(QUERY, { first: 100 })
  return Object.fromEntries(users.nodes.map(({ name, id }: Data) => [name, id]))
}
