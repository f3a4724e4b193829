import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { openSocket } from '../support/raw-socket.ts'
import { failOnUnhandledRejections } from '../support/unhandled-rejections.ts'
import { acceptedFor } from './accepted-socket.ts'
import {
  type Body,
  bothWays as bothWaysAs,
  knownSoFar,
  learn as learnAs,
  post as postAs,
  seen,
} from './both-ways.ts'
import { otherRequests, PAGE, plainRequests } from './known-requests.ts'

failOnUnhandledRejections()

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
let conversationId: string
beforeAll(async () => {
  app = await startApp({ demoUsers: null })
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
  ;({ conversationId } = await acme.alice.say({ recipientId: acme.bob.userId }, 'Grüße, 世界 🌍'))
  for (let n = 0; n < 30; n += 1) await acme.bob.say({ conversationId }, `message ${n} ${'long '.repeat(20)}`)
})
afterAll(() => app[Symbol.asyncDispose]())

const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  __typename ... on SendMessagePayload { message { id body } } ... on UserError { detail } } }`

const post = (body: Body | string | Buffer, headers?: Record<string, string | number>, pauseMs?: number) =>
  postAs(acme.alice, body, headers, pauseMs)
const learn = (query: string) => learnAs(acme.alice, query)
const bothWays = (body: Body, headers?: Record<string, string | number>) =>
  bothWaysAs(acme.alice, body, headers)
const page = (n: unknown = 20) => ({
  query: PAGE,
  operationName: 'Page',
  variables: { id: conversationId, n },
})

describe('a document that is known', () => {
  it.each(plainRequests(page))(
    'is answered without GraphQL Yoga as it is with it: %s',
    async (_name, body, headers) => {
      const { first, second, known } = await bothWays(body(), headers)
      expect(seen(second)).toEqual(seen(first))
      expect(known).toBe(1)
    },
  )

  it.each(otherRequests(page))('is left to GraphQL Yoga with %s', async (_name, body, headers) => {
    await learn(PAGE)
    const before = await knownSoFar('http')
    const { status, text } = await post(body(), headers)
    expect(text).toMatch(/"extensions":\{"code":"[A-Z_]+"\}|^event|"__typename":"Query"|event: next/)
    expect(status).toBeGreaterThanOrEqual(200)
    expect(await knownSoFar('http')).toBe(before)
  })

  it('is none by any other text, however alike', async () => {
    await learn(PAGE)
    for (const query of [`${PAGE} `, PAGE.replace('author', ' author'), PAGE.replace('seq', 'seqq')]) {
      const before = await knownSoFar('http')
      const { text } = await post({ ...page(), query })
      expect(text.includes('Cannot query field')).toBe(query.includes('seqq'))
      expect(await knownSoFar('http')).toBe(before)
    }
  })

  it('that cannot be parsed is answered 400 over HTTP, also if it came on a socket first', async () => {
    const query = '{ viewer { user { name }'
    const { socket, ask } = await openSocket(app.url, { authorization: `Bearer ${acme.alice.token}` })
    const { payload } = await ask(query)
    expect(payload[0].extensions).toEqual({ code: 'BAD_USER_INPUT' })
    socket.close()
    for (const _time of [1, 2]) {
      const { status, text } = await post({ query }, { accept: 'application/graphql-response+json' })
      expect([status, text]).toEqual([400, expect.stringContaining('{"code":"BAD_USER_INPUT"}')])
      expect((await post({ query })).status).toBe(200)
    }
  })

  it('is never one that was refused, whoever asks again', async () => {
    const deep = `{ viewer { ${'companies { id } '.repeat(40).replace(/companies/g, (name) => `a${Math.random().toString(36).slice(2)}: ${name}`)} } }`
    for (const query of ['{ __schema { queryType { name } } }', '{ viewer { nothing } }', deep]) {
      const before = await knownSoFar('http')
      const answers = [await post({ query }), await post({ query }), await post({ query })]
      for (const { text } of answers) expect(text).toContain('"errors"')
      expect(await knownSoFar('http')).toBe(before)
    }
  })

  it('sends a message once under one Idempotency-Key, whichever way the two requests take', async () => {
    const input = { conversationId, body: 'only once' }
    const headers = { 'idempotency-key': 'both-ways-1' }
    const { first, second, known } = await bothWays({ query: SEND, variables: { input } }, headers)
    const [one, other] = [first, second].map(({ text }) => JSON.parse(text).data.sendMessage.message.id)
    expect(other).toBe(one)
    expect(known).toBe(1)
    const twice = `mutation ($input: SendMessageInput!) { a: sendMessage(input: $input) { __typename } b: sendMessage(input: $input) { __typename } }`
    const refused = await bothWays({ query: twice, variables: { input } }, headers)
    expect(seen(refused.second)).toEqual(seen(refused.first))
    expect(refused.second.text).toContain('BAD_USER_INPUT')
  })

  it('costs by its variables, whatever else they are called', async () => {
    const query = `query ($n: Int, $m: Int) { conversations(first: $n) { nodes { messages(first: $m) { nodes { replies(first: $m) { nodes { id } } } } } } }`
    const cheap = await bothWays({ query, variables: { n: 1, m: 1, 'q:"': 1, 'x,"n":100': 't' } })
    expect(cheap.second.status).toBe(200)
    for (const variables of [
      { n: 100, m: 100 },
      { 'n:1,q': 1, m: 100, n: 100 },
      { n: 100, m: 100, 'q:"': 1, 'x,"n":100': 't' },
    ]) {
      const { second, first } = await bothWays({ query, variables })
      expect(second.text).toContain('QUERY_TOO_EXPENSIVE')
      expect(seen(second)).toEqual(seen(first))
    }
  })
})

describe('requests for known documents', () => {
  it('come in one write on one connection and are answered in their order', async () => {
    await learn(PAGE)
    const { hostname, port } = new URL(app.url)
    const socket = connect(Number(port), hostname)
    const before = await knownSoFar('http')
    const sizes = [3, 1, 5, 2, 4]
    const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer ${acme.alice.token}\r\n`
    const requests = sizes.map((n, at) => {
      const body = JSON.stringify({ ...page(), variables: { id: conversationId, n } })
      const last = at === sizes.length - 1 ? 'Connection: close\r\n' : ''
      return `${head}${last}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
    })
    socket.write(requests.join(''))
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    await once(socket, 'close')
    const counts = answer
      .split('HTTP/1.1 200 OK')
      .slice(1)
      .map((each) => each.split('"seq"').length - 1)
    expect(counts).toEqual(sizes)
    expect(await knownSoFar('http')).toBe(before + sizes.length)
  })

  it('may come byte by byte', async () => {
    await learn(PAGE)
    const whole = await post(page())
    expect(seen(await post(page(), {}, 5))).toEqual(seen(whole))
  })

  it('may end in the middle of a body, and nothing is left of them', async () => {
    await learn(SEND)
    const body = JSON.stringify({ query: SEND, variables: { input: { conversationId, body: 'never said' } } })
    const { hostname, port } = new URL(app.url)
    for (const length of [0, 10, body.length - 1]) {
      const socket = connect(Number(port), hostname)
      const atServer = await acceptedFor(socket)
      const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer ${acme.alice.token}\r\nContent-Length: ${body.length}\r\n\r\n`
      socket.write(head + body.slice(0, length))
      await expect.poll(() => atServer.bytesRead).toBe(head.length + length)
      socket.destroy()
      await expect.poll(() => atServer.closed).toBe(true)
    }
    expect((await post(page())).text).not.toContain('never said')
    expect(app.logged.filter(({ level }) => Number(level) >= 50)).toEqual([])
  })

  it('are refused with a body that is too large, told or not', async () => {
    await learn(PAGE)
    const large = { ...page(), extensions: { filler: 'x'.repeat(1024 * 1024) } }
    expect((await post(large)).status).toBe(413)
    const { hostname, port } = new URL(app.url)
    const headers = { authorization: `Bearer ${acme.alice.token}`, 'content-type': 'application/json' }
    const call = httpRequest({ hostname, port, path: '/graphql', method: 'POST', headers })
    call.on('error', () => {})
    call.end(JSON.stringify(large))
    const [response] = (await once(call, 'response')) as [IncomingMessage]
    expect(response.statusCode).toBe(413)
    response.destroy()
  })

  it('may be as large as any request', async () => {
    await learn(PAGE)
    const before = await knownSoFar('http')
    const filler = 'ü'.repeat(500 * 1024)
    expect(seen(await post({ ...page(), extensions: { filler } }))).toEqual(seen(await post(page())))
    expect(await knownSoFar('http')).toBe(before + 2)
  })
})

describe('a socket', () => {
  let asked = 0

  it('asks with known documents and is answered alike', async () => {
    const { socket, ask } = await openSocket(app.url, { authorization: `Bearer ${acme.alice.token}` })
    const more = { operationName: 'Page', variables: { id: conversationId, n: 3 } }
    for (const given of [
      more,
      { operationName: 'Page' },
      { ...more, variables: { id: conversationId, n: 1_000 } },
    ]) {
      const before = await knownSoFar('websocket')
      const query = `${PAGE}#ws`
      const { id: _, ...first } = await ask(`${query}${asked++}`, given)
      await ask(query, more)
      const between = await knownSoFar('websocket')
      const { id: __, ...second } = await ask(query, given)
      expect(second).toEqual(first)
      expect(await knownSoFar('websocket')).toBe(between + 1)
      expect(between - before).toBeLessThanOrEqual(1)
    }
    socket.close()
  })
})
