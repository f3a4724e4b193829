import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { ColloquyError } from '../../src/client/client.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import { openDoor } from '../support/door.ts'
import { cursorsOf } from '../support/following.ts'
import { freePort } from '../support/free-port.ts'
import { libraryOf, take } from '../support/library.ts'
import { sharedApp } from '../support/shared-app.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
})
afterAll(() => app[Symbol.asyncDispose]())

/** A network that lets requests through and no sockets. */
async function withoutSockets() {
  const port = await freePort()
  let tried = 0
  class Blocked extends WebSocket {
    constructor(_url: string, protocols: string[]) {
      super(`ws://127.0.0.1:${port}`, protocols)
      tried += 1
    }
  }
  return { webSocket: Blocked, tried: () => tried }
}

/** Counts the event streams that are asked for. */
function countingFetch() {
  let streams = 0
  const counted: typeof fetch = (url, request) => {
    if (new Headers(request?.headers).get('accept') === 'text/event-stream') streams += 1
    return fetch(url, request)
  }
  return { fetch: counted, streams: () => streams }
}

describe('a client whose network lets no socket through', () => {
  it('receives everything once and in order as Server-Sent Events, also after cuts', async () => {
    await using door = await openDoor(Number(new URL(app.url).port))
    const { webSocket, tried } = await withoutSockets()
    const { fetch, streams } = countingFetch()
    const told: string[] = []
    await using bob = libraryOf(acme.bob, {
      url: `${door.url}/graphql`,
      webSocket,
      fetch,
      onStatus: (status) => told.push(status),
    })
    const conversationId = await acme.alice.group('No sockets', [acme.bob])
    const { inbox, events } = await cursorsOf(acme.bob, conversationId)
    const stream = bob.conversationEvents(conversationId, { after: events })
    const inboxStream = bob.inboxEvents({ after: inbox })
    const spoken = Array.from({ length: 30 }, (_, number) => `Message ${number}`)
    const heard: string[] = []
    for (const [number, body] of spoken.entries()) {
      await acme.alice.say({ conversationId }, body)
      if (number % 10 === 9) {
        const taken = await take(stream, 10)
        heard.push(
          ...taken.map((event) => (event.__typename === 'MessageSent' ? (event.message.body ?? '') : '')),
        )
        door.cut()
      }
    }
    expect(heard).toEqual(spoken)
    const activities = await take(inboxStream, spoken.length)
    expect(new Set(activities.map(({ __typename }) => __typename))).toEqual(new Set(['ConversationActivity']))
    expect(tried()).toBeGreaterThanOrEqual(3)
    expect(streams()).toBeGreaterThanOrEqual(4)
    expect(told).toContain('connected')
  }, 90_000)

  it('asks for no event stream while the server itself is away', async () => {
    await using door = await openDoor(await freePort())
    const { webSocket, tried } = await withoutSockets()
    const { fetch, streams } = countingFetch()
    let losses = 0
    await using bob = libraryOf(acme.bob, {
      url: `${door.url}/graphql`,
      webSocket,
      fetch,
      onStatus: (status) => {
        if (status === 'disconnected') losses += 1
      },
    })
    void bob.inboxEvents({ after: 'x' }).next()
    await expect.poll(() => losses, { timeout: 60_000 }).toBeGreaterThanOrEqual(4)
    expect([tried() >= 3, streams()]).toEqual([true, 0])
  }, 90_000)
})

describe('a client that is to use Server-Sent Events', () => {
  it('opens no socket, and reports its presence all the same', async () => {
    const { webSocket, tried } = await withoutSockets()
    await using bob = libraryOf(acme.bob, { webSocket, transport: 'events' })
    const { inbox } = await cursorsOf(acme.bob, await acme.alice.group('Events', [acme.bob]))
    const stream = bob.inboxEvents({ after: inbox })
    const { message } = await acme.alice.mutate(
      'sendMessage',
      { recipientId: acme.bob.userId, body: 'Hello' },
      'message { id }',
    )
    expect(await take(stream, 1)).toMatchObject([{ message: { id: message.id } }])
    expect(await bob.heartbeat('AWAY')).toMatchObject({ presence: { status: 'AWAY' } })
    expect(tried()).toBe(0)
  })

  it('is told why a stream is refused', async () => {
    await using bob = libraryOf(acme.bob, { transport: 'events' })
    const secret = await acme.alice.group('Secret', [], { access: 'PRIVATE' })
    const { events } = await cursorsOf(acme.alice, secret)
    await expect(bob.conversationEvents(secret, { after: events }).next()).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    await using nobody = libraryOf(acme.bob, { transport: 'events', token: () => 'nonsense' })
    await expect(nobody.inboxEvents({ after: events }).next()).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    })
  }, 60_000)

  it('ends its streams when it is closed or left', async () => {
    const told: [string, ColloquyError | undefined][] = []
    await using bob = libraryOf(acme.bob, {
      transport: 'events',
      onStatus: (...status) => told.push(status as (typeof told)[number]),
    })
    const { inbox } = await cursorsOf(acme.bob, await acme.alice.group('Ends', [acme.bob]))
    const leaving = new AbortController()
    const left = bob.inboxEvents({ after: inbox, signal: leaving.signal })
    const stream = bob.inboxEvents({ after: inbox })
    await acme.alice.say({ recipientId: acme.bob.userId }, 'Before the end')
    await take(left, 1)
    leaving.abort()
    bob.close()
    for (const each of [left, stream]) {
      for (;;) if ((await each.next()).done) break
    }
    expect(told.at(0)?.[0]).toBe('connected')
    expect(told.at(-1)).toEqual(['disconnected'])
  })
})
