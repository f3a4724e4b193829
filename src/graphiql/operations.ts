import type { Viewer } from '../auth/viewer.ts'
import { directConversationId } from '../conversations/direct-id.ts'
import { encodeId } from '../ids.ts'
import { guestOperations } from './guest-operations.ts'

/** A tab of GraphiQL. Its title is the name of the operation. */
export interface Operation {
  by: 'reader' | 'writer'
  query: string
  variables?: Record<string, unknown>
}

/** The people of the example operations: one reads the messages of the other. */
interface Pair {
  reader: Viewer
  writer: Viewer
}

/** The example operations, in the order of a first visit. Without a pair the ids are left to be filled in. */
export function exampleOperations(pair: Pair | undefined): Operation[] {
  const { reader, writer, readerId, writerId, conversationId } = pair ? namesAndIds(pair) : blanks
  return [
    {
      by: 'reader',
      // GraphiQL shows no variables in the first tab of a first visit, so this operation has none.
      query: `# Welcome to Colloquy. Each tab is a working example; "Request as"
# above chooses the person, and the book on the left documents the schema.
# This one is ${reader}'s inbox: press the play button or Ctrl-Enter.
query Inbox {
  viewer {
    user { name }
    company { name }
    unread { total direct group }
  }
  conversations(first: 10) {
    nodes {
      id
      kind
      title
      unreadCount
      lastMessage { seq body author { name } createdAt }
    }
  }
}
`,
    },
    {
      by: 'reader',
      query: `# ${reader} listens. Start this, then run SendMessage in
# another tab or window: the message arrives here.
subscription InboxEvents {
  inboxEvents {
    __typename
    ... on ConversationActivity {
      conversation { id title unreadCount }
      message { seq body author { name } }
      unread { total }
      notify
    }
    ... on ConversationRead {
      conversation { id title unreadCount }
      unread { total }
    }
  }
}
`,
    },
    {
      by: 'writer',
      query: `# ${writer} looks for a colleague by the start of any name.
query FindColleague($search: String) {
  users(search: $search, first: 10) {
    nodes { id name email department }
  }
}
`,
      variables: { search: reader.slice(0, 2).toLowerCase() },
    },
    {
      by: 'writer',
      query: `# ${writer} writes to ${reader}. Each run sends another message.
mutation SendMessage($input: SendMessageInput!) {
  sendMessage(input: $input) {
    __typename
    ... on SendMessagePayload {
      message { id seq body status createdAt }
      conversation { id title }
    }
    ... on UserError { detail }
  }
}
`,
      variables: { input: { recipientId: readerId, body: 'Shall we have lunch at noon?' } },
    },
    {
      by: 'reader',
      query: `# What ${reader} has not read yet.
query Unread {
  viewer {
    unread { total direct group mentions }
  }
  conversations(filter: { unreadOnly: true }) {
    nodes { id title unreadCount lastMessage { seq body } }
  }
}
`,
    },
    {
      by: 'reader',
      query: `# ${reader} has read what ${writer} wrote: fewer are unread.
mutation MarkRead($input: MarkReadInput!) {
  markRead(input: $input) {
    __typename
    ... on MarkReadPayload {
      conversation { id title unreadCount lastReadSeq }
      unread { total }
    }
    ... on UserError { detail }
  }
}
`,
      variables: { input: { conversationId } },
    },
    {
      by: 'writer',
      query: `# The conversation as ${writer} sees it; the status of a
# message says whether ${reader} has read it.
query Messages($id: ID!) {
  conversation(id: $id) {
    title
    messages(last: 10) {
      nodes { seq author { name } body status createdAt }
    }
  }
}
`,
      variables: { id: conversationId },
    },
    {
      by: 'reader',
      query: `# The messages in which a word stands, whatever its accents and case;
# several words in quotation marks follow one another.
query Search($text: String!) {
  searchMessages(text: $text, first: 10) {
    nodes { id seq body author { name } conversation { title } createdAt }
  }
}
`,
      variables: { text: 'lunch' },
    },
    {
      by: 'reader',
      query: `# ${reader} tells the whole company; Broadcasts lists it.
mutation SendBroadcast($input: SendBroadcastInput!) {
  sendBroadcast(input: $input) {
    __typename
    ... on SendBroadcastPayload { broadcast { id status recipientCount } }
    ... on UserError { detail }
  }
}
`,
      variables: { input: { subject: 'Summer party', body: 'On Friday at four.', audience: 'ALL' } },
    },
    {
      by: 'writer',
      query: `# What was sent to many, as ${writer} sees it.
query Broadcasts {
  broadcasts(first: 10) {
    nodes { id subject body status author { name } isRead }
  }
}
`,
    },
    {
      by: 'reader',
      query: `# ${reader} starts a group with ${writer}.
mutation CreateGroup($input: CreateGroupInput!) {
  createGroup(input: $input) {
    __typename
    ... on CreateGroupPayload {
      conversation { id title participants { nodes { role user { name } } } }
    }
    ... on UserError { detail }
  }
}
`,
      variables: { input: { title: 'Lunch', memberIds: [writerId] } },
    },
    ...guestOperations(reader),
  ]
}

const blanks = {
  reader: 'The recipient',
  writer: 'The sender',
  readerId: 'the id of a user from FindColleague',
  writerId: 'the id of a user from FindColleague',
  conversationId: 'the id of a conversation from Inbox',
}

function namesAndIds({ reader, writer }: Pair): typeof blanks {
  return {
    reader: firstName(reader),
    writer: firstName(writer),
    readerId: encodeId('User', reader.userId),
    writerId: encodeId('User', writer.userId),
    conversationId: encodeId(
      'Conversation',
      directConversationId(reader.companyId, reader.userId, writer.userId),
    ),
  }
}

function firstName({ user }: Viewer): string {
  return user.name.split(' ')[0] ?? user.name
}
