import type { Client, Data } from '../support/client.ts'

const BROADCAST = `id author { id } subject body priority audience status sentAt emailOffline repliesAllowed isRead recipientCount readCount
  groups { nodes { title } } conversation { id kind title unreadCount canPost isMember participantCount }`

/** Tries to send a broadcast, to everybody unless `more` says otherwise. */
export async function broadcast(client: Client, more: Data = {}, headers = {}): Promise<Data> {
  const input = { audience: 'ALL', subject: 'News', body: 'We moved.', ...more }
  return client.mutate('sendBroadcast', input, `broadcast { ${BROADCAST} }`, headers)
}

/** Sends a broadcast, which must be allowed. */
export async function sent(client: Client, more: Data = {}): Promise<Data> {
  const answer = await broadcast(client, more)
  if (answer.__typename !== 'SendBroadcastPayload') throw new Error(JSON.stringify(answer))
  return answer.broadcast
}

/** The first page of the feed. */
export async function feed(client: Client, unreadOnly = false): Promise<Data[]> {
  const { broadcasts } = await client.run(
    `query ($unreadOnly: Boolean) { broadcasts(unreadOnly: $unreadOnly) { nodes { ${BROADCAST} } } }`,
    { unreadOnly },
  )
  return broadcasts.nodes
}

/** The subjects of broadcasts. */
export function subjects(nodes: Data[]): string[] {
  return nodes.map(({ subject }) => subject)
}

/** One broadcast. Null if the client may not see it. */
export async function see(client: Client, id: string): Promise<Data> {
  return (await client.run(`query ($id: ID!) { broadcast(id: $id) { ${BROADCAST} } }`, { id })).broadcast
}

/** The unread counts that broadcasts show in. */
export async function unread(client: Client): Promise<Data> {
  return (await client.run('{ viewer { unread { total broadcast } } }')).viewer.unread
}

/** Marks a broadcast as read. */
export async function read(client: Client, broadcastId: string): Promise<Data> {
  const selection = 'broadcast { isRead readCount } unread { total broadcast }'
  return client.mutate('markBroadcastRead', { broadcastId }, selection)
}

/** The first names of the recipients who have read it, or have not. */
export async function readersOf(client: Client, id: string, has: boolean): Promise<string[]> {
  const { broadcast } = await client.run(
    'query ($id: ID!, $has: Boolean!) { broadcast(id: $id) { readers(read: $has) { nodes { user { name } readAt } } } }',
    { id, has },
  )
  return broadcast.readers.nodes.map(({ user }: Data) => user.name.split(' ')[0])
}
