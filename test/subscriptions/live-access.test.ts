import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { encodeId, newId } from '../../src/ids.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { cursorsOf, follow, followConversation, followInbox, type Transport } from '../support/following.ts'

const INBOX = `... on ConversationActivity { cursor conversation { id } message { seq body author { name } } unread { total } }
  ... on InboxConversationChanged { cursor conversation { id title } }
  ... on ConversationRemoved { cursor conversationId unread { total } }`
const EVENTS = `... on MessageSent { cursor message { seq body author { name } conversation { id title } } }
  ... on ParticipantsChanged { cursor conversation { id title } joined { name } left { name } }
  ... on ReceiptAdvanced { user { name } }
  ... on ConversationRemoved { cursor conversationId unread { total } }`
const ERROR = 50

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol' | 'dave'>
let globex: TestCompany<'gina'>
let groupId: string
beforeAll(async () => {
  app = await startApp()
  globex = await app.company('Globex', { gina: 'owner' })
})
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member', dave: 'member' })
  groupId = await acme.alice.group('Team', [acme.bob, acme.carol], { access: 'PRIVATE' })
})
afterAll(async () => {
  expect(app.logged.filter(({ level }) => Number(level) >= ERROR)).toEqual([])
  await app[Symbol.asyncDispose]()
})

const system = () => app.application.services.database.forSystem(acme.companyUuid).prisma

describe.each<Transport>(['WebSocket', 'SSE'])('a subscription over %s', (transport) => {
  const rejection = async (client: Client, conversationId: string) => {
    await using recorder = followConversation(client, transport, conversationId, EVENTS)
    const [answer] = await recorder.until(({ answers }) => answers.length > 0 && answers)
    return {
      ...answer,
      errors: answer?.errors?.map(({ message, extensions }: Data) => ({ message, extensions })),
    }
  }

  it('is refused alike for a conversation that is unknown, foreign, hidden, or open to join', async () => {
    const { alice, dave } = acme
    const theirs = await globex.gina.group('Theirs')
    const open = await alice.group('Open')
    const left = await alice.group('Left', [dave])
    await dave.mutate('leaveGroup', { groupId: left })
    const direct = await alice.say({ recipientId: acme.bob.userId }, 'between us')
    const answers = await Promise.all(
      [encodeId('Conversation', newId()), theirs, groupId, open, left, direct.conversationId].map((id) =>
        rejection(dave, id),
      ),
    )
    expect(answers[0]?.errors).toEqual([
      { message: 'There is no such conversation.', extensions: { code: 'NOT_FOUND' } },
    ])
    for (const answer of answers) expect(answer).toEqual(answers[0])
  })

  it('is refused for an id of something else and for no id at all', async () => {
    for (const id of [acme.bob.userId, 'garbage', '']) {
      expect((await rejection(acme.bob, id)).errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT' })
    }
  })

  it('ends with its removal when the viewer is removed, and says so in the inbox', async () => {
    const { alice, bob, carol } = acme
    const { inbox, events } = await cursorsOf(bob, groupId)
    await using mine = followInbox(bob, transport, INBOX, inbox)
    await using group = followConversation(bob, transport, groupId, EVENTS, events)
    await carol.say({ conversationId: groupId }, 'before')
    for (const recorder of [mine, group]) await recorder.event(({ message }) => message?.body === 'before')
    await alice.mutate('removeParticipant', { conversationId: groupId, userId: bob.userId })
    await carol.say({ conversationId: groupId }, 'after')
    await group.until(({ isComplete }) => isComplete)
    expect(group.events.map(({ __typename }) => __typename)).toEqual(['MessageSent', 'ConversationRemoved'])
    expect(group.events.at(-1)).toMatchObject({ conversationId: groupId, unread: { total: 0 } })
    await alice.say({ recipientId: bob.userId }, 'you are out')
    await mine.event((event) => event.message?.body === 'you are out')
    expect(mine.events.map(({ __typename }) => __typename)).toEqual([
      'ConversationActivity',
      'ConversationRemoved',
      'ConversationActivity',
    ])
    expect(await rejection(bob, groupId)).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] })
  })

  it('shows in an event that waited nothing said after the removal, however deep it is asked for', async () => {
    const { alice, bob, carol } = acme
    const nested = `... on MessageSent { message { seq body replyCount replies(first: 5) { nodes { body } }
        receipts(first: 5) { nodes { user { name } } } mentions { name }
        conversation { lastMessage { body } messages(last: 5) { nodes { body } } } } }
      ... on ConversationRemoved { conversationId }`
    const first = await alice.say({ conversationId: groupId }, 'first')
    const { events } = await cursorsOf(bob, groupId)
    await using group = followConversation(bob, transport, groupId, nested, events)
    await carol.say({ conversationId: groupId }, 'begin')
    await group.event(({ message }) => message?.body === 'begin')
    await Promise.all(
      Array.from({ length: 60 }, (_, at) => carol.say({ conversationId: groupId }, `no ${at}`)),
    )
    await alice.mutate('removeParticipant', { conversationId: groupId, userId: bob.userId })
    await carol.say({ conversationId: groupId }, 'secret reply', { parentId: first.id })
    await group.until(({ isComplete }) => isComplete)
    expect(JSON.stringify(group.events)).not.toContain('secret')
    expect(group.events.at(-1)).toMatchObject({ __typename: 'ConversationRemoved' })
  })

  it('ends for a disabled member, wherever that was listening', async () => {
    const { alice, bob, carol } = acme
    const { inbox, events } = await cursorsOf(bob, groupId)
    await using mine = followInbox(bob, transport, INBOX, inbox)
    await using group = followConversation(bob, transport, groupId, EVENTS, events)
    await using others = followConversation(
      carol,
      transport,
      groupId,
      EVENTS,
      (await cursorsOf(carol, groupId)).events,
    )
    await carol.say({ conversationId: groupId }, 'before')
    await Promise.all(
      [mine, group].map((recorder) => recorder.event((event) => event.message?.body === 'before')),
    )
    await alice.mutate('syncMembers', {
      members: [{ externalId: bob.externalId, name: 'Bob', isEnabled: false }],
    })
    await carol.say({ conversationId: groupId }, 'after')
    for (const recorder of [mine, group]) {
      await recorder.until(({ isComplete, closeEvent }) => isComplete || closeEvent)
      expect(recorder.events).toHaveLength(1)
    }
    await others.event((event) => event.message?.body === 'after')
  })

  it('brings nothing more to a role without MESSAGE_READ', async () => {
    const { alice, bob, carol } = acme
    await system().role.create({
      data: { companyId: acme.companyUuid, id: newId(), name: 'deaf', permissions: ['MESSAGE_WRITE'] },
    })
    const { inbox, events } = await cursorsOf(bob, groupId)
    await using mine = followInbox(bob, transport, INBOX, inbox)
    await using group = followConversation(bob, transport, groupId, EVENTS, events)
    await using others = followConversation(
      carol,
      transport,
      groupId,
      EVENTS,
      (await cursorsOf(carol, groupId)).events,
    )
    await carol.say({ conversationId: groupId }, 'before')
    await Promise.all(
      [mine, group].map((recorder) => recorder.event((event) => event.message?.body === 'before')),
    )
    await alice.mutate('syncMembers', {
      members: [{ externalId: bob.externalId, name: 'Bob', role: 'deaf' }],
    })
    await carol.say({ conversationId: groupId }, 'after')
    await group.until(({ isComplete, closeEvent }) => isComplete || closeEvent)
    await others.event((event) => event.message?.body === 'after')
    expect(group.events.map(({ __typename }) => __typename)).not.toContain('after')
    for (const recorder of [mine, group]) {
      expect(recorder.events.flatMap(({ message }) => message?.body ?? [])).toEqual(['before'])
    }
  })
})

describe('a subscription', () => {
  it('resumes for a member who was disabled and enabled meanwhile', async () => {
    const { alice, bob } = acme
    const { inbox } = await cursorsOf(bob, groupId)
    for (const isEnabled of [false, true]) {
      await alice.mutate('syncMembers', { members: [{ externalId: bob.externalId, name: 'Bob', isEnabled }] })
    }
    await alice.say({ conversationId: groupId }, 'welcome back')
    await using resumed = followInbox(bob, 'WebSocket', INBOX, inbox)
    await resumed.event((event) => event.message?.body === 'welcome back')
  })

  it('brings a stranger nothing, whatever happens', async () => {
    const { alice, bob, dave } = acme
    await using theirs = followInbox(
      globex.gina,
      'WebSocket',
      INBOX,
      (await globex.gina.run('{ viewer { inboxCursor } }')).viewer.inboxCursor,
    )
    await using outside = followInbox(
      dave,
      'WebSocket',
      INBOX,
      (await dave.run('{ viewer { inboxCursor } }')).viewer.inboxCursor,
    )
    await alice.say({ conversationId: groupId }, 'for members')
    await bob.mutate('markRead', { conversationId: groupId })
    await alice.mutate('updateGroup', { groupId, title: 'Still hidden' })
    const last = await globex.gina.group('Own')
    await theirs.event((event) => event.conversation?.id === last)
    await alice.say({ recipientId: dave.userId }, 'for Dave')
    await outside.event((event) => event.message?.body === 'for Dave')
    expect(theirs.events).toHaveLength(1)
    expect(outside.events).toHaveLength(1)
  })

  it('is refused to who is not signed in and to who may not read', async () => {
    const nobody = acme.bob.at(app.url, 'garbage')
    await using unsigned = follow(nobody, 'SSE', 'subscription { inboxEvents { __typename } }')
    const [answer] = await unsigned.until(({ answers }) => answers.length > 0 && answers)
    expect(answer?.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED')
  })
})
