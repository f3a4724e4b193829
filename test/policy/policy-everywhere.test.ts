import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { encodeId, newId } from '../../src/ids.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { type Opa, result, startOpa } from '../support/opa.ts'

/** Answers of mutations, without the ids that they were asked about. */
const withoutIds = (answer: object, ids: string[]) =>
  ids.reduce((text, id) => text.replaceAll(id, '<id>'), JSON.stringify(answer))

describe('a conversation that a policy denies a participant', () => {
  let opa: Opa
  let app: TestApp
  let acme: TestCompany<'ann' | 'bob' | 'cal'>
  let dealId: string
  let message: Data
  let groupId: string
  beforeAll(async () => {
    opa = await startOpa()
    app = await startApp({ environment: { policy: { url: opa.url } } })
  })
  afterAll(async () => {
    await app[Symbol.asyncDispose]()
    await opa[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    opa.answer = () => result(true)
    acme = await app.company('Acme', { ann: 'owner', bob: 'member', cal: 'member' })
    const { bob, cal } = acme
    groupId = await cal.group('Team', [bob])
    await cal.say({ conversationId: groupId }, 'Seen by all')
    const opened = await cal.mutate(
      'openContextConversation',
      { type: 'TOPIC', contextId: 'deal', title: 'Secret deal', participantIds: [bob.userId] },
      'conversation { id }',
    )
    dealId = opened.conversation.id
    message = await cal.say({ conversationId: dealId }, 'Secret words', { mentionIds: [bob.userId] })
    // Nobody has asked for Bob yet, so no decision about him is kept.
    opa.answer = (input) =>
      result(!(input.user.id === bob.userId && input.conversation.context.id === 'deal'))
  })

  it('is in no list, count, preview, search or look-up', async () => {
    const { bob } = acme
    const answer = await bob.run(
      `query ($id: ID!, $messageId: ID!, $ids: [ID!]!) {
        conversation(id: $id) { id } message(id: $messageId) { id } nodes(ids: $ids) { id }
        contextConversation(type: TOPIC, contextId: "deal") { id }
        conversations { nodes { id title lastMessage { body } unreadCount } }
        contexts: conversations(filter: { contextType: TOPIC }) { nodes { id } }
        unread: conversations(filter: { unreadOnly: true }) { nodes { id } }
        found: conversations(filter: { search: "Secret" }) { nodes { id } }
        searchMessages(text: "words") { nodes { id } } sentMessages { nodes { id } }
        viewer { unread { total context mentions } } }`,
      { id: dealId, messageId: message.id, ids: [dealId, message.id] },
    )
    expect(answer).toEqual({
      conversation: null,
      message: null,
      nodes: [null, null],
      contextConversation: null,
      conversations: {
        nodes: [{ id: groupId, title: 'Team', lastMessage: { body: 'Seen by all' }, unreadCount: 1 }],
      },
      contexts: { nodes: [] },
      unread: { nodes: [{ id: groupId }] },
      found: { nodes: [] },
      searchMessages: { nodes: [] },
      sentMessages: { nodes: [] },
      viewer: { unread: { total: 1, context: 0, mentions: 0 } },
    })
    const { conversations: screen } = await bob.run('{ conversations { nodes { id title unreadCount } } }')
    expect(screen.nodes).toEqual([{ id: groupId, title: 'Team', unreadCount: 1 }])
  })

  it('is there for the others as before', async () => {
    const { conversation } = await acme.cal.run(
      'query ($id: ID!) { conversation(id: $id) { title messages { nodes { body } } participants { nodes { user { id } } } } }',
      { id: dealId },
    )
    expect(conversation).toMatchObject({
      title: 'Secret deal',
      messages: { nodes: [{ body: 'Secret words' }] },
    })
    expect(conversation.participants.nodes).toHaveLength(2)
  })

  it('is answered for by every mutation as an unknown one is', async () => {
    const unknown = { conversation: encodeId('Conversation', newId()), message: encodeId('Message', newId()) }
    const denied = { conversation: dealId, message: message.id }
    const inputs: [string, (ids: typeof denied) => Record<string, unknown>][] = [
      ['sendMessage', ({ conversation: conversationId }) => ({ conversationId, body: 'No' })],
      ['sendMessage', ({ message: parentId }) => ({ conversationId: groupId, parentId, body: 'No' })],
      ['markRead', ({ conversation: conversationId }) => ({ conversationId })],
      ['markUnread', ({ conversation: conversationId }) => ({ conversationId, fromSeq: 1 })],
      [
        'acknowledgeDelivery',
        ({ conversation: conversationId }) => ({ marks: [{ conversationId, upToSeq: 1 }] }),
      ],
      ['setTyping', ({ conversation: conversationId }) => ({ conversationId, typing: true })],
      ['muteConversation', ({ conversation: conversationId }) => ({ conversationId })],
      ['hideConversation', ({ conversation: conversationId }) => ({ conversationId })],
      ['editMessage', ({ message: messageId }) => ({ messageId, body: 'No' })],
      ['retractMessage', ({ message: messageId }) => ({ messageId })],
      ['setReaction', ({ message: messageId }) => ({ messageId, emoji: '👍', on: true })],
      ['hideMessage', ({ message: messageId }) => ({ messageId })],
      ['setMessageAccess', ({ message: messageId }) => ({ messageId, rules: [] })],
      ['reportMessage', ({ message: messageId }) => ({ messageId, reason: 'OTHER' })],
    ]
    const ids = [...Object.values(unknown), ...Object.values(denied)]
    for (const [field, input] of inputs) {
      const answers = [unknown, denied].map(async (each) =>
        withoutIds(await acme.bob.mutate(field, input(each)), ids),
      )
      const [expected, got] = await Promise.all(answers)
      expect(expected, field).toContain('"NotFoundError"')
      expect(got, field).toBe(expected)
    }
    const opened = await acme.bob.mutate('openContextConversation', { type: 'TOPIC', contextId: 'deal' })
    expect(opened.__typename).toBe('NotFoundError')
    await using events = acme.bob.subscribe(
      'subscription ($id: ID!) { conversationEvents(conversationId: $id) { __typename } }',
      { id: dealId },
    )
    expect((await events.rejection()).extensions?.code).toBe('NOT_FOUND')
  })

  it('is told of by no live event, not even as the inbox resumes', async () => {
    const { bob, cal } = acme
    const { viewer } = await bob.run('{ viewer { inboxCursor } }')
    const selection = '... on ConversationActivity { conversation { id } unread { total } }'
    await using inbox = await bob.inbox(selection)
    await cal.say({ conversationId: dealId }, 'More secret words', { mentionIds: [bob.userId] })
    await cal.mutate('editMessage', { messageId: message.id, body: 'Other secret words' })
    await cal.say({ conversationId: groupId }, 'For all')
    const told = [{ __typename: 'ConversationActivity', conversation: { id: groupId }, unread: { total: 2 } }]
    await inbox.event(({ __typename: type }) => type === 'ConversationActivity')
    expect(inbox.events).toEqual(told)
    await using resumed = bob.subscribe(
      `subscription ($after: String) { inboxEvents(after: $after) { __typename ${selection} } }`,
      { after: viewer.inboxCursor },
    )
    await resumed.event(({ __typename: type }) => type === 'ConversationActivity')
    expect(resumed.events).toEqual(told)
  })

  it('is not made by somebody whom the policy denies it', async () => {
    const { bob, cal } = acme
    opa.answer = (input) => result(input.user.id !== bob.userId)
    const input = { type: 'PLAN', contextId: 'not yet' }
    expect((await bob.mutate('openContextConversation', input)).__typename).toBe('NotFoundError')
    const { contextConversation } = await cal.run(
      '{ contextConversation(type: PLAN, contextId: "not yet") { id } }',
    )
    expect(contextConversation).toBe(null)
  })

  it('is that of one company: the same object of another one is decided for itself', async () => {
    const globex = await app.company('Globex', { gus: 'member' })
    opa.answer = (input) => result(input.company.id === globex.companyId)
    const open = async (by: Client) =>
      (
        await by.mutate(
          'openContextConversation',
          { type: 'TOPIC', contextId: 'deal' },
          'conversation { id }',
        )
      ).__typename
    expect(await open(globex.gus)).toBe('OpenContextConversationPayload')
    expect(await open(acme.ann)).toBe('NotFoundError')
  })
})
