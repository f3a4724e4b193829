import type { Client, Data } from '../support/client.ts'

/** A row of the directory. */
export type Row = Record<string, unknown>

/** Synchronises members. */
export const sync = (by: Client, members: Row[]): Promise<Data> =>
  by.mutate('syncMembers', { members }, 'created updated unchanged problems { index externalId detail }')

/** The result that counts these. */
export const done = (created: number, updated: number, unchanged: number, problems: Data[] = []) => ({
  __typename: 'SyncMembersPayload',
  created,
  updated,
  unchanged,
  problems,
})

/** A member as those who manage members see them. */
export async function member(by: Client, externalId: string): Promise<Data> {
  const { members } = await by.run(`{ members(first: 100) { nodes {
    isEnabled role { name } user { id externalId name email department } } } }`)
  return members.nodes.find(({ user }: Data) => user.externalId === externalId)
}
