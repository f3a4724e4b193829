import type { Client, Data } from '../support/client.ts'

export const SEARCH = `query ($text: String!, $filter: MessageSearchFilter, $first: Int, $after: String) {
  searchMessages(text: $text, filter: $filter, first: $first, after: $after) {
    nodes { id body } pageInfo { hasNextPage endCursor } } }`

/** The bodies that a search finds, newest first; they must fit on one page. */
export async function search(
  client: Client,
  text: string,
  variables: Record<string, unknown> = {},
): Promise<string[]> {
  const { nodes, pageInfo } = (await client.run(SEARCH, { text, ...variables })).searchMessages
  if (pageInfo.hasNextPage) throw new Error('There is a next page.')
  return nodes.map(({ body }: Data) => body)
}
