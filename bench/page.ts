import { decodeId } from '../src/ids.ts'
import { conversationWithMessages } from '../src/messages/message-row.ts'
import { read } from './reading.ts'
import type { Report } from './report.ts'

const SIZE = 50

/** B3: the latest 50 messages of a conversation, with authors' ids, bodies and times. */
export function page(seconds: number): Promise<Report> {
  return read(seconds, {
    workload: 'page',
    conversations: 1,
    messages: SIZE + 5,
    query: `query Page($id: ID!) { conversation(id: $id) {
      messages(last: ${SIZE}) { nodes { id seq author { id } body createdAt } } } }`,
    variables: ({ conversationId }) => ({ id: conversationId }),
    isWhole: ({ conversation }: { conversation: { messages: { nodes: { body: string }[] } } }) =>
      conversation.messages.nodes.length === SIZE && conversation.messages.nodes.every(({ body }) => body),
    floors: [
      {
        statement: conversationWithMessages,
        values: ({ companyId, userId: viewerId, conversationId }) => ({
          companyId,
          viewerId,
          conversationId: decodeId(conversationId)?.uuid,
          from: 1,
          below: 2 ** 31 - 1,
          max: SIZE + 1,
        }),
      },
    ],
  })
}
