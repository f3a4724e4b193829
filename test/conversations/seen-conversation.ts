import type { Client, Data } from '../support/client.ts'

/** The conversation as a viewer sees it. */
export const SEEN = `id kind title isMember canPost participantCount unreadCount lastReadSeq lastSeq
  lastMessage { body } messages { nodes { body } }`

/** A conversation as this viewer sees it. */
export const see = async (client: Client, id: string): Promise<Data> =>
  (await client.run(`query ($id: ID!) { conversation(id: $id) { ${SEEN} } }`, { id })).conversation

/** The viewer's conversations of one kind. */
export const inboxOf = async (client: Client, kind: string): Promise<Data[]> => {
  const query =
    'query ($kinds: [ConversationKind!]) { conversations(filter: { kinds: $kinds }) { nodes { id title unreadCount } } }'
  return (await client.run(query, { kinds: [kind] })).conversations.nodes
}

/** The viewer's numbers of unread messages, by kind. */
export const unreadOf = async (client: Client): Promise<Data> =>
  (await client.run('{ viewer { unread { total global context } } }')).viewer.unread

/** How far the conversation's last message has come. */
export const statusIn = async (client: Client, id: string): Promise<string> =>
  (await client.run('query ($id: ID!) { conversation(id: $id) { lastMessage { status } } }', { id }))
    .conversation.lastMessage.status
