import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { openDoor } from '../support/door.ts'
import { cursorsOf } from '../support/following.ts'
import { libraryOf, take } from '../support/library.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
})
afterEach(() => {
  vi.restoreAllMocks()
})
afterAll(() => app[Symbol.asyncDispose]())

it('each client of a person is a device of its own, whatever the token', async () => {
  await using one = libraryOf(acme.bob)
  await using other = libraryOf(acme.bob)
  for (const client of [one, other]) void client.inboxEvents().next()
  expect(await one.heartbeat('ONLINE')).toMatchObject({ presence: { status: 'ONLINE' } })
  expect(await other.heartbeat('AWAY')).toMatchObject({ presence: { status: 'ONLINE' } })
  expect(await one.heartbeat('OFFLINE')).toMatchObject({ presence: { status: 'AWAY' } })
  other.close()
  await expect(other.heartbeat('ONLINE')).rejects.toMatchObject({ name: 'AbortError' })
})

it('a listener that throws stops nothing', async () => {
  await using door = await openDoor(Number(new URL(app.url).port))
  const told = vi.spyOn(console, 'error').mockReturnValue()
  let isOpen = true
  await using bob = libraryOf(acme.bob, {
    url: `${door.url}/graphql`,
    onStatus(status) {
      if (isOpen) throw new Error(status)
    },
  })
  const conversationId = await acme.alice.group('Thrown', [acme.bob])
  const stream = bob.conversationEvents(conversationId, {
    after: (await cursorsOf(acme.bob, conversationId)).events,
  })
  for (const body of ['before', 'after']) {
    await acme.alice.say({ conversationId }, body)
    expect(await take(stream, 1)).toMatchObject([{ message: { body } }])
    door.cut()
  }
  isOpen = false
  expect(told).toHaveBeenCalledWith(new Error('connected'))
  expect(told).toHaveBeenCalledWith(new Error('disconnected'))
})

it('a client that is too old for the server is told so, and does not try again', async () => {
  const server = new WebSocketServer({ port: 0, handleProtocols: () => 'graphql-transport-ws' })
  const greetings: unknown[] = []
  server.on('connection', (socket) => {
    socket.on('message', (text) => {
      greetings.push(JSON.parse(String(text)))
      socket.close(4426, 'This client is outdated: reload the page.')
    })
  })
  const { port } = server.address() as AddressInfo
  const ticket = { createConnectionTicket: { __typename: 'CreateConnectionTicketPayload', ticket: 'x' } }
  await using client = libraryOf(acme.bob, {
    url: `http://127.0.0.1:${port}/graphql`,
    fetch: () => Promise.resolve(Response.json({ data: ticket })),
  })
  await expect(client.inboxEvents({ after: 'x' }).next()).rejects.toMatchObject({
    code: 'BAD_USER_INPUT',
    closeCode: 4426,
    message: 'This client is outdated: reload the page.',
  })
  expect(greetings).toEqual([{ type: 'connection_init', payload: { ticket: 'x', clientVersion: 1 } }])
  server.close()
})

it('a socket that was closed without a reason is not replaced at once, again and again', async () => {
  const server = new WebSocketServer({ port: 0, handleProtocols: () => 'graphql-transport-ws' })
  let sockets = 0
  server.on('connection', (socket) => {
    sockets += 1
    socket.on('message', (text) => {
      if (String(text).includes('connection_init')) socket.send('{"type":"connection_ack"}')
      else socket.close(1000)
    })
  })
  const { port } = server.address() as AddressInfo
  const ticket = { createConnectionTicket: { __typename: 'CreateConnectionTicketPayload', ticket: 'x' } }
  await using client = libraryOf(acme.bob, {
    url: `http://127.0.0.1:${port}/graphql`,
    fetch: () => Promise.resolve(Response.json({ data: ticket })),
  })
  let waits = 0
  vi.spyOn(Math, 'random').mockImplementation(() => {
    if (new Error().stack?.includes('client/backoff')) waits += 1
    return 0.01
  })
  void client.inboxEvents({ after: 'x' }).next()
  await expect.poll(() => sockets, { timeout: 30_000 }).toBeGreaterThan(3)
  expect(waits).toBeGreaterThanOrEqual(sockets - 1)
  server.close()
})

it('a heartbeat that fails with its connection does not keep the next one open', async () => {
  await using door = await openDoor(Number(new URL(app.url).port))
  const statuses: string[] = []
  await using bob = libraryOf(acme.bob, {
    url: `${door.url}/graphql`,
    onStatus: (status) => statuses.push(status),
  })
  const stream = bob.inboxEvents()
  void stream.next()
  await expect.poll(() => statuses).toEqual(['connected'])
  const failed = bob.heartbeat('ONLINE')
  door.cut()
  await expect(failed).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  await expect.poll(() => statuses, { timeout: 30_000 }).toEqual(['connected', 'disconnected', 'connected'])
  await stream.return?.()
  await expect.poll(() => statuses.at(-1), { timeout: 30_000 }).toBe('disconnected')
})
