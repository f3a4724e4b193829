import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { readEnvironment } from '../../src/env.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { follow } from '../support/following.ts'
import { openRawSocket, openSocket } from '../support/raw-socket.ts'
import { failOnUnhandledRejections } from '../support/unhandled-rejections.ts'

const SOON = { interval: 20, timeout: 30_000 }
const INBOX = 'subscription { inboxEvents { __typename } }'
const ME = '{ viewer { user { name } } }'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
beforeAll(async () => {
  app = await startApp({
    pingMs: 3_000,
    environment: {
      sockets: { socketsPerUser: 3, socketsPerAddress: 6, socketMessagesPerSecond: 20, trustedProxies: 1 },
      subscriptionsPerUser: 4,
    },
  })
})
beforeEach(async () => {
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
})
afterAll(() => app[Symbol.asyncDispose]())
failOnUnhandledRejections()

const tokenOf = ({ token }: Client) => ({ authorization: `Bearer ${token}` })

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${app.url}/metrics`)).text()
  const line = text.split('\n').find((each) => each.startsWith(`${name} `))
  return Number(line?.split(' ')[1] ?? 0)
}

const allClosed = () => vi.waitFor(async () => expect(await metric('colloquy_open_sockets')).toBe(0), SOON)

/** Asks for a WebSocket from behind proxies, and gives the status of the answer. */
async function upgradeFrom(
  forwardedFor: string,
): Promise<{ status: number; socket: WebSocket; retryAfter: unknown }> {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers: { 'x-forwarded-for': forwardedFor },
  })
  socket.on('error', () => {})
  return new Promise((resolve) => {
    socket.once('open', () => resolve({ status: 101, socket, retryAfter: undefined }))
    socket.once('unexpected-response', (_request, { statusCode = 0, headers }) => {
      resolve({ status: statusCode, socket, retryAfter: headers['retry-after'] })
      socket.terminate()
    })
  })
}

describe('sockets', () => {
  it('of one person are so many, of another as many, and others again once some are closed', async () => {
    const open = await Promise.all([1, 2, 3].map(() => openSocket(app.url, tokenOf(acme.alice))))
    const refused = await openRawSocket(app.url, tokenOf(acme.alice))
    expect(await refused.closed).toEqual({
      code: 4429,
      reason: 'At most 3 connections of one person are open: close one first.',
    })
    const other = await openSocket(app.url, tokenOf(acme.bob))
    expect((await other.ask(ME)).payload.data.viewer.user.name).toBe('Bob Acme')
    open[0]?.socket.terminate()
    await vi.waitFor(async () => {
      const again = await openRawSocket(app.url, tokenOf(acme.alice))
      const isIn = await Promise.race([again.frame(({ type }) => type === 'connection_ack'), again.closed])
      again.socket.close()
      expect(isIn).toMatchObject({ type: 'connection_ack' })
    }, SOON)
    for (const { socket } of [...open, other]) socket.close()
    await allClosed()
  })

  it('of one network are so many, signed in or not, as the trusted proxy tells them apart', async () => {
    const first = await Promise.all(Array.from({ length: 6 }, () => upgradeFrom('198.51.100.7, 203.0.113.9')))
    expect(first.map(({ status }) => status)).toEqual([101, 101, 101, 101, 101, 101])
    // Entries that the client adds in front of the proxy's own are not trusted.
    for (const claim of ['203.0.113.9', '192.0.2.1, 203.0.113.9', '::ffff:203.0.113.9']) {
      expect(await upgradeFrom(claim)).toMatchObject({ status: 429, retryAfter: '5' })
    }
    const networks = ['203.0.113.10', '2001:db8:1:1::1', '2001:db8:1:2::1']
    const others = await Promise.all(networks.map(upgradeFrom))
    expect(others.map(({ status }) => status)).toEqual([101, 101, 101])
    const neighbours = await Promise.all(
      Array.from({ length: 5 }, (_, at) => upgradeFrom(`2001:db8:1:1::${at + 2}`)),
    )
    expect(neighbours.every(({ status }) => status === 101)).toBe(true)
    expect((await upgradeFrom('2001:db8:1:1:ffff::1')).status).toBe(429)
    for (const { socket } of [...first, ...others, ...neighbours]) socket.terminate()
    await allClosed()
    const again = await upgradeFrom('203.0.113.9')
    expect(again.status).toBe(101)
    again.socket.terminate()
    await allClosed()
  })

  it.each([
    ['messages', (socket: WebSocket) => socket.send('{"type":"ping"}')],
    ['pings', (socket: WebSocket) => socket.ping()],
  ])('that say too much at once are closed: %s', async (_what, say) => {
    const flood = await openSocket(app.url, tokenOf(acme.alice))
    for (let at = 0; at < 100; at += 1) say(flood.socket)
    expect(await flood.closed).toEqual({ code: 4429, reason: 'At most 20 messages a second.' })
    const calm = await openSocket(app.url, tokenOf(acme.alice))
    for (let at = 0; at < 30; at += 1) calm.say({ type: 'ping' })
    expect((await calm.ask(ME)).payload.data.viewer.user.name).toBe('Alice Acme')
    calm.socket.close()
    await allClosed()
  })

  it('are closed with their subscriptions when their peer has vanished', async () => {
    const { port, host } = new URL(app.url)
    const peer = createConnection(Number(port))
    await once(peer, 'connect')
    peer.write(
      `GET /graphql HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`,
    )
    await said(peer, '101 Switching')
    peer.write(frame({ type: 'connection_init', payload: tokenOf(acme.alice) }))
    await said(peer, 'connection_ack')
    peer.write(frame({ type: 'subscribe', id: 'a', payload: { query: INBOX } }))
    await vi.waitFor(async () => expect(await metric('colloquy_live_subscriptions')).toBe(1), SOON)
    // It answers no ping, and its network is gone: not even the end of the connection is told.
    peer.pause()
    await allClosed()
    expect(await metric('colloquy_live_subscriptions')).toBe(0)
    peer.destroy()
  })

  it('that ask on and read nothing of the answers are ended, whatever waits for them', async () => {
    const conversationId = await acme.alice.group('Long words')
    for (let at = 0; at < 40; at += 1) await acme.alice.say({ conversationId }, 'x'.repeat(32_000))
    const query = `query ($id: ID!) { conversation(id: $id) { messages(last: 40) { nodes { body } } } }`
    const deaf = await openSocket(app.url, tokenOf(acme.alice))
    deaf.socket.pause()
    const asking = setInterval(() => {
      if (deaf.socket.readyState !== WebSocket.OPEN) return
      // It seems alive.
      deaf.socket.pong()
      deaf.say({
        type: 'subscribe',
        id: `${Math.random()}`,
        payload: { query, variables: { id: conversationId } },
      })
    }, 60)
    await allClosed()
    clearInterval(asking)
    deaf.socket.terminate()
  })
})

describe('subscriptions of one person', () => {
  it('are so many on all sockets and event streams together', async () => {
    const { alice, bob } = acme
    const socket = await openSocket(app.url, tokenOf(alice))
    for (const id of ['a', 'b']) socket.say({ type: 'subscribe', id, payload: { query: INBOX } })
    const streams = [follow(alice, 'SSE', INBOX), follow(alice, 'SSE', INBOX)]
    await vi.waitFor(async () => expect(await metric('colloquy_live_subscriptions')).toBe(4), SOON)

    const refused = await socket.ask(INBOX)
    expect(refused.payload).toMatchObject({
      errors: [
        {
          message: 'Too many of your subscriptions are open: complete one first.',
          extensions: { code: 'RATE_LIMITED', retryAfterMs: 5_000 },
        },
      ],
    })
    await using overSse = follow(alice, 'SSE', INBOX)
    await overSse.until(({ answers }) => answers[0]?.errors?.[0]?.extensions?.code === 'RATE_LIMITED')
    await using others = follow(bob, 'SSE', INBOX)
    await vi.waitFor(async () => expect(await metric('colloquy_live_subscriptions')).toBe(5), SOON)
    expect(others.error).toBeUndefined()

    streams[0]?.unsubscribe()
    socket.say({ type: 'complete', id: 'a' })
    await vi.waitFor(async () => expect(await metric('colloquy_live_subscriptions')).toBe(3), SOON)
    socket.say({ type: 'subscribe', id: 'c', payload: { query: INBOX } })
    await vi.waitFor(async () => expect(await metric('colloquy_live_subscriptions')).toBe(4), SOON)
    socket.socket.terminate()
    streams[1]?.unsubscribe()
    await vi.waitFor(async () => expect(await metric('colloquy_live_subscriptions')).toBe(1), SOON)
    for (let round = 0; round < 3; round += 1) {
      const fresh = await openSocket(app.url, tokenOf(alice))
      for (const id of ['a', 'b', 'c', 'd']) fresh.say({ type: 'subscribe', id, payload: { query: INBOX } })
      await vi.waitFor(async () => expect(await metric('colloquy_live_subscriptions')).toBe(5), SOON)
      fresh.socket.terminate()
      await vi.waitFor(async () => expect(await metric('colloquy_live_subscriptions')).toBe(1), SOON)
    }
  })
})

it('limits are read from the environment', () => {
  const { sockets, subscriptionsPerUser } = readEnvironment({
    SOCKETS_PER_USER: '10',
    SOCKETS_PER_ADDRESS: '20',
    SOCKET_MESSAGES_PER_SECOND: '30',
    SUBSCRIPTIONS_PER_USER: '40',
    TRUSTED_PROXIES: '2',
  })
  expect({ ...sockets, subscriptionsPerUser }).toEqual({
    socketsPerUser: 10,
    socketsPerAddress: 20,
    socketMessagesPerSecond: 30,
    subscriptionsPerUser: 40,
    trustedProxies: 2,
  })
  expect(() => readEnvironment({ SOCKETS_PER_USER: '0' })).toThrow('SOCKETS_PER_USER must be a whole number')
})

/** Waits until a connection has said this. */
async function said(peer: Socket, words: string): Promise<void> {
  for (let heard = ''; !heard.includes(words); ) heard += String((await once(peer, 'data'))[0])
}

/** A client's text frame (RFC 6455, section 5.2), masked with zeros. */
function frame(message: object): Buffer {
  const payload = Buffer.from(JSON.stringify(message))
  const head = Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 0xff, 0, 0, 0, 0])
  return Buffer.concat([head, payload])
}
