import type { GraphiQLOptions } from 'graphql-yoga'

/** Somebody GraphiQL is signed in as, with a token of the development issuer. */
export interface DemoUser {
  name: string
  token: string
}

const OPERATIONS: { by: 0 | 1; query: string }[] = [
  {
    by: 0,
    query: `# Who am I, and what is new? Press the play button.
query Inbox {
  viewer {
    user { id name }
    company { name }
    unread { total direct group }
  }
  conversations(first: 10) {
    nodes { id kind title unreadCount lastMessage { seq body author { name } } }
  }
  users(first: 10) { nodes { id name } }
}
`,
  },
  {
    by: 1,
    query: `# Start this in one tab, then send from the next one.
subscription InboxEvents {
  inboxEvents {
    __typename
    ... on ConversationActivity {
      conversation { id title unreadCount }
      message { seq body author { name } }
      unread { total }
      notify
      cursor
    }
    ... on ConversationRead { conversation { id unreadCount } cursor }
  }
}
`,
  },
]

/** What GraphiQL shows on its first visit: working operations, signed in as the demo users. */
export function explorerPage(users: DemoUser[]): GraphiQLOptions {
  const headersOf = (user: DemoUser | undefined) =>
    user ? JSON.stringify({ Authorization: `Bearer ${user.token}` }, null, 2) : '{}'
  return {
    title: 'Colloquy',
    defaultTabs: OPERATIONS.map(({ by, query }) => ({ query, headers: headersOf(users[by]) })),
    defaultHeaders: headersOf(users[0]),
    headers: headersOf(users[0]),
    shouldPersistHeaders: false,
    subscriptionsProtocol: 'SSE',
  }
}
