import type { Client, Data } from './client.ts'

const STANDING = 'conversation { lastReadSeq unreadCount lastSeq } unread { total group }'

/** Creates a group with a number of messages of its author. */
export async function groupOf(
  author: Client,
  count: number,
  members: Client[],
): Promise<{ id: string; messages: Data[] }> {
  const id = await author.group('Receipts', members)
  const messages = []
  for (let seq = 1; seq <= count; seq += 1) {
    messages.push(await author.say({ conversationId: id }, `Message ${seq}`))
  }
  return { id, messages }
}

/** Marks messages as read, up to the last one by default. */
export const markRead = (reader: Client, conversationId: string, upToSeq?: number) =>
  reader.mutate('markRead', { conversationId, upToSeq }, STANDING)
/** Sets the reminder. */
export const markUnread = (reader: Client, conversationId: string, fromSeq: number) =>
  reader.mutate('markUnread', { conversationId, fromSeq }, STANDING)
/** Acknowledges delivery. */
export const acknowledge = (reader: Client, marks: { conversationId: string; upToSeq: number }[]) =>
  reader.mutate('acknowledgeDelivery', { marks }, 'conversations { id }')

/** The status of an own message. */
export async function statusOf(author: Client, message: Data): Promise<string> {
  return (await author.run('query ($id: ID!) { message(id: $id) { status } }', { id: message.id })).message
    .status
}

/** A page of a message's receipts. */
export async function receiptsOf(viewer: Client, message: Data, args = ''): Promise<Data> {
  const { message: read } = await viewer.run(
    `query ($id: ID!) { message(id: $id) { receipts${args} {
      nodes { user { id } status deliveredAt readAt } pageInfo { hasNextPage endCursor } } } }`,
    { id: message.id },
  )
  return read.receipts
}

/** Everybody's read and delivered marks, by user. */
export async function marksOf(viewer: Client, id: string) {
  const { conversation } = await viewer.run(
    'query ($id: ID!) { conversation(id: $id) { participants { nodes { user { id } lastReadSeq lastDeliveredSeq } } } }',
    { id },
  )
  return new Map<string, number[]>(
    conversation.participants.nodes.map((node: Data) => [
      node.user.id,
      [node.lastReadSeq, node.lastDeliveredSeq],
    ]),
  )
}
