import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { openRawSocket, openSocket } from '../support/raw-socket.ts'
import { failOnUnhandledRejections } from '../support/unhandled-rejections.ts'

failOnUnhandledRejections()

const WHO = '{ viewer { user { id } } }'

let app: TestApp
let acme: TestCompany<'bob'>
let authorization: string
const printed = vi.spyOn(console, 'error')
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', { bob: 'member' })
  authorization = `Bearer ${acme.bob.token}`
})
afterAll(() => app[Symbol.asyncDispose]())

describe('a frame that makes no sense', () => {
  const frames: [string, string | Buffer][] = [
    ['malformed JSON', '{"type":'],
    ['a list', '[]'],
    ['null', 'null'],
    ['an unknown type', '{"type":"shout"}'],
    ['a type of Object’s own', '{"type":"constructor"}'],
    ['an operation without an id', '{"type":"subscribe","payload":{"query":"{ __typename }"}}'],
    ['an operation without a query', '{"type":"subscribe","id":"1","payload":{}}'],
    [
      'variables that are no object',
      '{"type":"subscribe","id":"1","payload":{"query":"{ a }","variables":7}}',
    ],
    ['a result, which only a server sends', '{"type":"next","id":"1","payload":{}}'],
    ['an error, which only a server sends', '{"type":"error","id":"1","payload":[{"message":"x"}]}'],
    ['an acknowledgement, which only a server sends', '{"type":"connection_ack"}'],
    ['a result in other letters', '{"type":"n\\u0065xt","id":"1","payload":{}}'],
    ['binary noise', Buffer.from([0, 255, 1, 254])],
  ]

  it.each(frames)('%s closes the socket with 4400, before and after signing in', async (_what, frame) => {
    const stranger = await openRawSocket(app.url)
    stranger.say(frame)
    expect(await stranger.closed).toMatchObject({ code: 4400 })
    const member = await openSocket(app.url, { authorization })
    member.say(frame)
    expect(await member.closed).toMatchObject({ code: 4400 })
    expect(app.logged.filter(({ level }) => Number(level) >= 40)).toEqual([])
    expect(printed).not.toHaveBeenCalled()
  })

  it('over the size limit closes the socket with 1009, and nothing else', async () => {
    const bystander = await openSocket(app.url, { authorization })
    const member = await openSocket(app.url, { authorization })
    member.say(Buffer.alloc(1024 * 1024 + 1, ' '))
    expect(await member.closed).toMatchObject({ code: 1009 })
    expect((await bystander.ask(WHO)).payload.data.viewer.user.id).toBe(acme.bob.userId)
    bystander.socket.close()
  })

  it('by the same id as an open operation closes the socket with 4409', async () => {
    const member = await openSocket(app.url, { authorization })
    const frame = {
      type: 'subscribe',
      id: '1',
      payload: { query: 'subscription { inboxEvents { __typename } }' },
    }
    member.say(frame)
    member.say(frame)
    expect(await member.closed).toMatchObject({ code: 4409 })
  })

  it('in another protocol is not spoken, and elsewhere there are no WebSockets', async () => {
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-ws')
    const [error] = await once(socket, 'error')
    expect(String(error)).toContain('subprotocol')
    const lost = new WebSocket(`${app.url.replace('http', 'ws')}/elsewhere`, 'graphql-transport-ws')
    const [rejection] = await once(lost, 'error')
    expect(String(rejection)).toContain('404')
  })

  it('in place of a request does not end the server', async () => {
    const { hostname, port } = new URL(app.url)
    for (const target of ['//', '/graphql', '*', 'http://', '/elsewhere']) {
      const socket = connect(Number(port), hostname)
      socket.on('error', () => {})
      socket.write(
        `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 99\r\n\r\n`,
      )
      await once(socket, 'data')
      socket.resetAndDestroy()
    }
    expect((await acme.bob.run(WHO)).viewer.user.id).toBe(acme.bob.userId)
  })
})
