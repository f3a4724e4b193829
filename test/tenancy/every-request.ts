import { expect, vi } from 'vitest'
import type { TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { watchPresence } from '../support/presence.ts'
import { useChannels } from './every-channel-request.ts'
import { sendEveryFile } from './every-file-request.ts'
import { governEverything } from './every-governing-request.ts'
import { writeToGuests } from './every-guest-request.ts'
import type { PlanRecord } from './plans.ts'

const CONVERSATION = `id kind title description canPost viewerRole allowedActions participantCount unreadCount hasUnreadMention unreadFromSeq firstUnreadMentionSeq isMuted lastMessage { id seq }
  counterpart { id name } createdBy { id } lastSeq eventsCursor`
const MESSAGE = `id seq depth state status replyCount allowedActions author { name } parent { id } mentions { id } attachments { id }
  replies(first: 5) { nodes { id } } all: replies(subtree: true, first: 2) { pageInfo { endCursor } } receipts(first: 5) { nodes { user { name } status readAt } }`

/** Runs every kind of request once, and so every statement. */
export async function useEverything(
  plans: PlanRecord,
  { ann, bea, cal }: TestCompany<'ann' | 'bea' | 'cal'>,
): Promise<void> {
  // The connections were ended under the pool; the first request may notice.
  await ann.send('{ viewer { user { name } } }')
  await ann.run(
    `{ viewer { user { name } role { name } companies { id } unread { total mentions } inboxCursor } roles { id } }`,
  )
  const page = `nodes { ${CONVERSATION} } pageInfo { endCursor }`
  const list = `query ($filter: ConversationFilter, $after: String) { conversations(first: 50, filter: $filter, after: $after) { ${page} } }`
  const { conversations } = await ann.run(list)
  const { endCursor } = conversations.pageInfo
  await ann.run(list, { after: endCursor })
  await ann.run(
    `{ conversations(first: 50) { nodes { id title lastMessage { seq author { id } } unreadCount } } viewer { unread { total } } }`,
  )
  for (const filter of [
    { kinds: ['DIRECT'] },
    { unreadOnly: true },
    { muted: true },
    { search: 'topic 9' },
    { search: 'person 1' },
    { contextType: 'PLAN' },
  ]) {
    await ann.run(list, { filter })
  }
  const groups = `query ($search: String, $after: String) { groups(first: 50, search: $search, after: $after) { ${page} } }`
  const firstGroups = await ann.run(groups)
  await ann.run(groups, { after: firstGroups.groups.pageInfo.endCursor })
  await ann.run(groups, { search: 'topic 79' })
  for (const field of ['users', 'members']) {
    const nodes = field === 'users' ? 'id name' : 'user { id name } role { name } isEnabled'
    const people = `query ($search: String, $first: Int, $after: String) { ${field}(search: $search, first: $first, after: $after) { nodes { ${nodes} } pageInfo { endCursor } } }`
    const first = await ann.run(people)
    await ann.run(people, { after: first[field].pageInfo.endCursor })
    // The start of every name, a family name with its next page, two words, and a typo.
    await ann.run(people, { search: 'person' })
    const some = await ann.run(people, { search: 'k1', first: 5 })
    await ann.run(people, { search: 'k1', first: 5, after: some[field].pageInfo.endCursor })
    const typed = await ann.run(people, { search: 'k17 3', first: 5 })
    if (typed[field].nodes.length === 0) throw new Error('Nobody is found by two words.')
    const mistyped = await ann.run(people, { search: 'kn17', first: 5 })
    if (mistyped[field].nodes.length === 0) throw new Error('Nobody is found by a typo.')
    await ann.run(people, { search: 'kn17', first: 5, after: mistyped[field].pageInfo.endCursor })
    await ann.run(people, { search: 'nobody at all' })
  }
  const sent =
    'query ($after: String) { sentMessages(first: 50, after: $after) { nodes { id } pageInfo { endCursor } } }'
  const firstSent = await ann.run(sent)
  await ann.run(sent, { after: firstSent.sentMessages.pageInfo.endCursor })

  for (const client of [ann, cal]) {
    for (const text of ['common', 'rare', 'common rare', 'common nowhere']) {
      for (const filter of [{}, { authorId: ann.userId }, { conversationId: conversations.nodes[0].id }]) {
        await searched(client, text, filter)
      }
    }
  }

  await ann.run('mutation { heartbeat(input: { status: ONLINE }) { __typename } }')
  await bea.run('mutation { heartbeat(input: { status: ONLINE }) { __typename } }')
  await ann.run('{ presence { user { name } status } }')
  await using presence = await watchPresence(ann)
  await bea.run('mutation { heartbeat(input: { status: AWAY }) { __typename } }')
  await presence.count(1)

  const group = conversations.nodes.find((each: Data) => each.kind === 'GROUP')
  await readConversation(ann, group.id)
  await ann.run(`query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }`, {
    ids: [group.id, group.lastMessage.id, bea.userId],
  })
  await ann.run('query ($id: ID!) { directConversation(userId: $id) { id } }', { id: bea.userId })
  await write(ann, bea, cal, group.id)
  await writeToGuests(ann)
  await limited(plans, ann, group.id)
}

/** Two pages of a search. */
async function searched(client: Client, text: string, filter: Record<string, unknown>): Promise<void> {
  const document = `query ($text: String!, $filter: MessageSearchFilter, $after: String) {
    searchMessages(text: $text, filter: $filter, after: $after) { nodes { id seq } pageInfo { endCursor } } }`
  const { searchMessages } = await client.run(document, { text, filter })
  await client.run(document, { text, filter, after: searchMessages.pageInfo.endCursor })
}

async function readConversation(ann: Client, id: string): Promise<void> {
  for (const args of ['last: 20', 'first: 20', 'aroundSeq: 15, first: 10']) {
    await ann.run(
      `query ($id: ID!) { conversation(id: $id) { ${CONVERSATION} messages(${args}) { nodes { ${MESSAGE} } }
        participants(first: 5) { nodes { user { name } role } pageInfo { endCursor } } } }`,
      { id },
    )
  }
  await ann.run('query ($id: ID!) { conversation(id: $id) { messages(last: 20) { nodes { seq } } } }', { id })
  await ann.run('query ($id: ID!) { conversation(id: $id) { kind lastSeq } }', { id })
}

async function write(ann: Client, bea: Client, cal: Client, groupId: string): Promise<void> {
  await using inbox = await bea.inbox(
    '... on ConversationActivity { unread { total } conversation { id unreadCount } message { id allowedActions } }',
  )
  await using watched = await bea.watch(groupId, '... on MessageSent { message { id status } }')
  const first = await ann.say({ conversationId: groupId }, 'One', {
    idempotencyKey: 'k1',
    mentionIds: [bea.userId],
  })
  await ann.say({ conversationId: groupId }, 'One', { idempotencyKey: 'k1', mentionIds: [bea.userId] })
  await ann.say({ conversationId: groupId }, 'Two', { parentId: first.id })
  const direct = await bea.say({ recipientId: cal.userId }, 'Hello')
  await inbox.count(3)
  await watched.count(2)
  await ann.mutate('setTyping', { conversationId: groupId, typing: true })
  await watched.event(({ __typename }) => __typename === 'TypingChanged')
  const { message } = await ann.run(`query ($id: ID!) { message(id: $id) { body ${MESSAGE} } }`, {
    id: first.id,
  })
  const further =
    'query ($id: ID!, $after: String) { message(id: $id) { replies(first: 1, after: $after) { pageInfo { endCursor } } } }'
  const firstReply = await ann.run(further, { id: first.id })
  await ann.run(further, { id: first.id, after: firstReply.message.replies.pageInfo.endCursor })
  if (message.body !== 'One') throw new Error('The message reads otherwise.')
  await cal.mutate('startDirectConversation', { userId: ann.userId }, 'conversation { id }')
  await cal.mutate('markRead', { conversationId: direct.conversationId }, 'unread { total }')
  await cal.mutate('markUnread', { conversationId: direct.conversationId, fromSeq: 1 }, 'unread { total }')
  await bea.mutate(
    'acknowledgeDelivery',
    { marks: [{ conversationId: groupId, upToSeq: 31 }] },
    'conversations { id }',
  )
  await bea.mutate('muteConversation', { conversationId: groupId }, 'conversation { isMuted }')
  await ann.mutate(
    'editMessage',
    { messageId: first.id, body: 'One more' },
    'message { body revisions { nodes { body } } }',
  )
  await bea.mutate(
    'setReaction',
    { messageId: first.id, emoji: '👍', on: true },
    'message { reactions { count users { nodes { id } } } }',
  )
  await ann.mutate('retractMessage', { messageId: first.id }, 'message { state }')
  await governEverything(ann, bea, cal, groupId)
  await sendEveryFile(ann, groupId)
  await bea.mutate('hideMessage', { messageId: first.id }, 'conversation { unreadCount }')
  await bea.mutate('hideConversation', { conversationId: groupId }, 'unread { total }')
  await companyWide(ann, bea)
  await bea.run('mutation { updatePreferences(input: { sound: false }) { __typename } }')

  const mine = await ann.group('A new one', [bea])
  await ann.mutate(
    'updateGroup',
    { groupId: mine, title: 'Renamed', description: 'What for' },
    'conversation { title }',
  )
  await ann.mutate('addParticipants', { conversationId: mine, userIds: [cal.userId] }, 'conversation { id }')
  await ann.mutate('changeParticipantRole', { conversationId: mine, userId: cal.userId, role: 'ADMIN' })
  await ann.mutate('removeParticipant', { conversationId: mine, userId: bea.userId })
  await bea.mutate('joinGroup', { groupId: mine }, 'conversation { id }')
  await ann.mutate('leaveGroup', { groupId: mine }, 'conversationId')
  await useChannels(ann)
  await ann.mutate('removePushSubscription', { endpoint: 'https://push.example/none' }, 'removed')
  await ann.mutate('syncMembers', {
    members: [
      { externalId: 'new@large.test', name: 'New Here' },
      { externalId: cal.externalId, name: 'Cal Changed' },
      { externalId: bea.externalId, name: 'Bea Large', isEnabled: false },
    ],
  })
  const erased = await ann.mutate(
    'eraseUser',
    { userId: bea.userId, confirmName: 'Bea Large' },
    'user { name }',
  )
  if (erased.user?.name !== 'Former member') throw new Error(`Not erased: ${JSON.stringify(erased)}`)
}

async function companyWide(ann: Client, bea: Client): Promise<void> {
  const made = await ann.mutate('createGlobalConversation', { title: 'All of us' }, 'conversation { id }')
  await ann.say({ conversationId: made.conversation.id }, 'Welcome')
  await readConversation(bea, made.conversation.id)
  await bea.mutate('markRead', { conversationId: made.conversation.id }, 'unread { total }')
  const text = { subject: 'News', body: 'We moved.', idempotencyKey: 'b1' }
  const toAll = await ann.mutate('sendBroadcast', { audience: 'ALL', ...text }, 'broadcast { id }')
  await ann.mutate('sendBroadcast', {
    audience: 'USERS',
    userIds: [bea.userId],
    ...text,
    idempotencyKey: 'b2',
  })
  const schedule = {
    localTime: `${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}T09:00:00`,
    timeZone: 'UTC',
  }
  const later = await ann.mutate(
    'sendBroadcast',
    { audience: 'ALL', ...text, idempotencyKey: 'b3', schedule },
    'broadcast { id }',
  )
  await ann.mutate('rescheduleBroadcast', { broadcastId: later.broadcast.id, schedule })
  await ann.mutate('cancelBroadcast', { broadcastId: later.broadcast.id })
  await bea.mutate('markBroadcastRead', { broadcastId: toAll.broadcast.id }, 'unread { total }')
  await ann.mutate('remindUnreadRecipients', { broadcastId: toAll.broadcast.id }, 'remindedCount')
  await ann.run(`{ broadcasts(first: 20) { nodes { subject isRead readCount groups { nodes { id } } conversation { title }
    readers(read: true, first: 20) { nodes { readAt } } unread: readers(read: false, first: 20) { nodes { user { name } } } } } }`)
  await bea.mutate('openContextConversation', { type: 'PLAN', contextId: '7' }, 'conversation { id }')
  await ann.run(`{ contextConversation(type: PLAN, contextId: "7") { ${CONVERSATION} } }`)
  await ann.run(`{ contextConversations(type: PLAN, contextIds: ["7", "8", "none"]) { ${CONVERSATION} } }`)
}

/** A retry is answered although the limit is reached; and the socket that uses a ticket up. */
async function limited(plans: PlanRecord, ann: Client, conversationId: string): Promise<void> {
  const sendLimits = [{ max: 1, perSeconds: 3600 }]
  await ann.mutate('updateCompanySettings', { sendLimits }, 'company { name }')
  for (let attempt = 0; attempt < 2; attempt += 1) {
    await ann.send('mutation ($input: SendMessageInput!) { sendMessage(input: $input) { __typename } }', {
      input: { conversationId, body: 'Once', idempotencyKey: 'k2' },
    })
  }
  const { ticket } = await ann.mutate('createConnectionTicket', {}, 'ticket')
  await using socket = ann.subscribe('{ viewer { user { name } } }', {}, { ticket })
  await socket.count(1)
  // The poll compares positions while somebody is subscribed.
  await using _inbox = await ann.inbox('__typename')
  await vi.waitFor(() => expect(plans.names).toContain('stream_positions'), 30_000)
}
