import { inboxScreen } from '../src/conversations/queries/inbox-screen.ts'
import { read } from './reading.ts'
import type { Report } from './report.ts'

const SIZE = 20

/** The first screen: conversations with titles, previews and unread counts, and the viewer's unread messages. */
export function inbox(seconds: number): Promise<Report> {
  return read(seconds, {
    workload: 'inbox',
    conversations: SIZE + 1,
    messages: 3,
    query: `query Inbox { conversations(first: ${SIZE}) {
      nodes { id title lastMessage { body } unreadCount lastActivityAt } } viewer { unread { total } } }`,
    variables: () => ({}),
    isWhole: ({ conversations }: { conversations: { nodes: { lastMessage: unknown }[] } }) =>
      conversations.nodes.length === SIZE && conversations.nodes.every(({ lastMessage }) => lastMessage),
    floors: [
      {
        statement: inboxScreen,
        values: ({ companyId, userId: viewerId }) => ({
          companyId,
          viewerId,
          max: SIZE + 1,
        }),
      },
    ],
  })
}
