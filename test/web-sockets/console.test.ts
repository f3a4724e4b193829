import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { WebSocket } from 'ws'
import { ClientSocket } from '../../src/web-sockets/client-socket.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { openRawSocket, openSocket } from '../support/raw-socket.ts'

const READ = '{ conversations { nodes { messages { nodes { id body } } } } }'
const SOON = { interval: 20, timeout: 30_000 }

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
let authorization: string
beforeAll(async () => {
  app = await startApp({ environment: { logLevel: 'debug' } })
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
  authorization = `Bearer ${acme.bob.token}`
})
afterAll(() => app[Symbol.asyncDispose]())

describe('the console stays empty', () => {
  const printed = vi.spyOn(console, 'error')
  const failures = () =>
    app.logged
      .filter(({ msg }) => msg === 'a WebSocket failed')
      .map(({ level, err }) => ({ level, message: (err as Error).message }))
  beforeEach(() => {
    printed.mockClear()
    app.logged.length = 0
  })

  it('when frames are over the size limit, which the log tells at debug level', async () => {
    const tooLong = Buffer.alloc(1024 * 1024 + 1, ' ')
    for (const socket of [await openRawSocket(app.url), await openSocket(app.url, { authorization })]) {
      socket.say({ type: 'subscribe', id: '1', payload: { query: READ } })
      socket.say(tooLong)
      socket.say(tooLong)
      await socket.closed
    }
    const failure = { level: 20, message: 'Max payload size exceeded' }
    expect(failures()).toEqual([failure, failure])
    expect(printed).not.toHaveBeenCalled()
  })

  it('when a frame comes with the handshake and is none', async () => {
    const { hostname, port } = new URL(app.url)
    const handshake = [
      'GET /graphql HTTP/1.1',
      'Host: x',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Protocol: graphql-transport-ws',
    ]
    const socket = connect(Number(port), hostname)
    socket.write(`${handshake.join('\r\n')}\r\n\r\n\xf1\x80`, 'latin1')
    await vi.waitFor(() => expect(failures()).toMatchObject([{ level: 20 }]), SOON)
    socket.destroy()
    expect(printed).not.toHaveBeenCalled()
  })

  it('when a client goes without having taken its answers', async () => {
    const { alice, bob } = acme
    const { conversationId } = await alice.say({ recipientId: bob.userId }, 'x'.repeat(32_000))
    for (let more = 0; more < 40; more += 1) await alice.say({ conversationId }, 'x'.repeat(32_000))
    const send = vi.spyOn(ClientSocket.prototype, 'send')
    const { socket, say } = await openSocket(app.url, { authorization })
    const atServer = send.mock.contexts[0] as WebSocket
    socket.pause()
    for (let id = 0; id < 20; id += 1) say({ type: 'subscribe', id: `${id}`, payload: { query: READ } })
    await vi.waitFor(() => expect(atServer.bufferedAmount).toBeGreaterThan(1_000_000), SOON)
    const closed = once(atServer, 'close')
    socket.terminate()
    await closed
    expect((await bob.run('{ viewer { user { id } } }')).viewer.user.id).toBe(bob.userId)
    expect(printed).not.toHaveBeenCalled()
  })
})
