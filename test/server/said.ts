import { expect } from 'vitest'
import type { Client } from '../support/client.ts'
import type { ServerProcess } from '../support/server-process.ts'

/** Says something to Bob of the demo company. */
export async function say(client: Client, body: string): Promise<void> {
  const { users } = await client.run('{ users(search: "bob") { nodes { id } } }')
  await client.say({ recipientId: users.nodes[0].id }, body)
}

/** The last text in the first conversation of a person. */
export async function lastBody(client: Client): Promise<unknown> {
  const { conversations } = await client.run('{ conversations(first: 1) { nodes { lastMessage { body } } } }')
  return conversations.nodes[0].lastMessage.body
}

/** Expects a start that is refused, and gives the reason. */
export async function rejection(server: ServerProcess): Promise<string> {
  expect(await server.ended).toBe(1)
  expect(server.said.out).toBe('')
  return server.said.err
}
