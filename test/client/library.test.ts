import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { ColloquyError, createColloquyClient } from '../../src/client/client.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { openDoor } from '../support/door.ts'
import { libraryOf, take } from '../support/library.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol'>

beforeAll(async () => {
  // Long messages to a slow reader are more than one person's ordinary work.
  app = await startApp({ environment: { workBudgetPerPerson: 0 } })
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member' })
})

afterAll(async () => {
  await app[Symbol.asyncDispose]()
})

/** Bodies of the messages among the events. */
function bodies(events: Data[]): string[] {
  return events.map(({ message }) => message.body)
}

async function cursorOf(person: Client, id: string): Promise<string> {
  const { conversation } = await person.run('query ($id: ID!) { conversation(id: $id) { eventsCursor } }', {
    id,
  })
  return conversation.eventsCursor
}

/** Has Alice speak until somebody hears it. */
async function speakUntil(conversationId: string, heard: Promise<unknown>): Promise<void> {
  let isHeard = false
  void heard.then(() => {
    isHeard = true
  })
  while (!isHeard) await acme.alice.say({ conversationId }, 'Does anybody hear me?')
}

describe('the client library', () => {
  it('brings what happens in the inbox and in a conversation, typed by its selection', async () => {
    await using bob = libraryOf(acme.bob)
    const conversationId = await acme.alice.group('Library', [acme.bob])
    const { viewer } = await bob.request<Data, object>('{ viewer { inboxCursor } }', {})
    const inbox = bob.inboxEvents({ after: viewer.inboxCursor })
    const events = bob.conversationEvents(conversationId, { after: await cursorOf(acme.bob, conversationId) })
    await acme.alice.say({ conversationId }, 'Hello')

    const [activity] = await take(inbox, 1)
    if (activity?.__typename !== 'ConversationActivity') throw new Error(`Not it: ${activity?.__typename}`)
    expect(activity).toMatchObject({
      message: { seq: 1, body: 'Hello', author: { id: acme.alice.userId } },
      conversation: { id: conversationId, unreadCount: 1 },
      unread: { group: activity.unread.total },
    })
    expect(await take(events, 1)).toMatchObject([{ __typename: 'MessageSent', message: { body: 'Hello' } }])
  })

  it('begins now where nothing is said, and a reader may leave while it waits', async () => {
    await using bob = libraryOf(acme.bob)
    const conversationId = await acme.alice.group('Leaving', [acme.bob])
    const events = bob.conversationEvents(conversationId)
    const first = events.next()
    await speakUntil(conversationId, first)
    const quiet = bob.conversationEvents(await acme.alice.group('Quiet', [acme.bob]))
    const next = quiet.next()
    await quiet.return?.()
    expect(await next).toEqual({ value: undefined, done: true })
    expect(await quiet.next()).toEqual({ value: undefined, done: true })
  })

  it('goes on after its connections were cut, with a new ticket each time, each event once and in order', async () => {
    await using door = await openDoor(Number(new URL(app.url).port))
    const tickets: string[] = []
    const statuses: string[] = []
    await using bob = libraryOf(acme.bob, {
      url: `${door.url}/graphql`,
      onStatus: (status) => statuses.push(status),
      async fetch(url, request) {
        const response = await fetch(url, request)
        const copy: Data = await response.clone().json()
        const ticket = copy.data?.createConnectionTicket?.ticket
        if (ticket) tickets.push(ticket)
        return response
      },
    })
    const conversationId = await acme.alice.group('Cut', [acme.bob])
    const events = bob.conversationEvents(conversationId, { after: await cursorOf(acme.bob, conversationId) })
    const expected: string[] = []
    const received: Data[] = []
    for (const round of [1, 2, 3]) {
      for (const number of [1, 2, 3]) {
        expected.push(`${round}.${number}`)
        await acme.alice.say({ conversationId }, `${round}.${number}`)
        if (number === 2) door.cut()
      }
      received.push(...(await take(events, 3)))
    }
    expect(bodies(received)).toEqual(expected)
    expect(new Set(tickets).size).toBe(tickets.length)
    expect(tickets.length).toBeGreaterThan(1)
    expect(statuses.filter((status) => status === 'connected').length).toBeGreaterThan(1)
  })

  it('sends once though the answer was lost', async () => {
    await using door = await openDoor(Number(new URL(app.url).port))
    await using alice = libraryOf(acme.alice, { url: `${door.url}/graphql` })
    const conversationId = await acme.alice.group('Lost answer')
    door.loseNextAnswer()
    const sent = await alice.sendMessage({ conversationId, body: 'Once' })
    expect(sent).toMatchObject({ __typename: 'SendMessagePayload', message: { seq: 1, body: 'Once' } })
    const { conversation } = await acme.alice.run(
      'query ($id: ID!) { conversation(id: $id) { messages { nodes { body } } } }',
      { id: conversationId },
    )
    expect(conversation.messages.nodes).toEqual([{ body: 'Once' }])
  })

  it('gives a rejection of the rules as data, and any other as an error with its code', async () => {
    await using bob = libraryOf(acme.bob)
    await using stranger = libraryOf(acme.bob, { token: () => 'nobody' })
    const conversationId = await acme.alice.group('Without Bob', [], { access: 'PRIVATE' })
    expect(await bob.sendMessage({ conversationId, body: 'Hi' })).toMatchObject({
      __typename: 'NotFoundError',
    })
    await expect(bob.conversationEvents(conversationId).next()).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const rejection = await stranger.request('{ viewer { inboxCursor } }', {}).catch((error) => error)
    expect(rejection).toBeInstanceOf(ColloquyError)
    expect(rejection).toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  it('ends after the removal of its reader, with an event about it', async () => {
    await using carol = libraryOf(acme.carol)
    const conversationId = await acme.alice.group('Removal', [acme.carol])
    const events = carol.conversationEvents(conversationId, {
      after: await cursorOf(acme.carol, conversationId),
    })
    await acme.alice.say({ conversationId }, 'Last words')
    await take(events, 1)
    await acme.alice.mutate('removeParticipant', { conversationId, userId: acme.carol.userId })
    await acme.alice.say({ conversationId }, 'Unheard')
    const types: string[] = []
    for await (const event of events) types.push(event.__typename)
    expect(types.at(-1)).toBe('ConversationRemoved')
  })

  it('reads the data anew where the cursor has expired, else says so', async () => {
    await using bob = libraryOf(acme.bob)
    const conversationId = await acme.alice.group('Expired', [acme.bob])
    const stale = bob.conversationEvents(conversationId, { after: 'AAAA' })
    await expect(stale.next()).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' })
    let reloads = 0
    const events = bob.conversationEvents(conversationId, {
      after: 'AAAA',
      async reload() {
        reloads += 1
        return cursorOf(acme.bob, conversationId)
      },
    })
    const first = events.next()
    await speakUntil(conversationId, first)
    expect(reloads).toBe(1)
  })

  it('takes subscriptions with a selection of their own', async () => {
    await using bob = libraryOf(acme.bob)
    const conversationId = await acme.alice.group('Own selection', [acme.bob])
    const events = bob.subscribe<Data, Data>(
      `subscription ($id: ID!, $after: String) {
        conversationEvents(conversationId: $id, after: $after) {
          __typename
          ... on MessageSent { cursor message { body } }
          ... on Discontinuity { cursor }
        }
      }`,
      { id: conversationId },
      { after: await cursorOf(acme.bob, conversationId) },
    )
    await acme.alice.say({ conversationId }, 'Chosen')
    expect(await take(events, 1)).toMatchObject([{ __typename: 'MessageSent', message: { body: 'Chosen' } }])
  })

  it('ends its streams when it is closed', async () => {
    const bob = createColloquyClient({
      url: `${app.url}/graphql`,
      token: () => acme.bob.token,
      webSocket: WebSocket,
    })
    const waiting = [bob.inboxEvents().next(), bob.presenceChanged().next()]
    bob.close()
    expect(await Promise.all(waiting)).toEqual([
      { value: undefined, done: true },
      { value: undefined, done: true },
    ])
  })
})
