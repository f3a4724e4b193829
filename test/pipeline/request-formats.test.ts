import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { auditServer } from 'graphql-http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Answer } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'
import { failOnUnhandledRejections } from '../support/unhandled-rejections.ts'

failOnUnhandledRejections()

let app: TestApp
let acme: TestCompany<'alice'>
let authorization: string
beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner' })
  authorization = `Bearer ${acme.alice.token}`
})
afterAll(() => app[Symbol.asyncDispose]())

const WHO = JSON.stringify({ query: '{ viewer { user { id } } }' })

function post(body: BodyInit, headers: Record<string, string>): Promise<Response> {
  return fetch(`${app.url}/graphql`, { method: 'POST', body, headers: { authorization, ...headers } })
}

async function refused(response: Response): Promise<[number, unknown]> {
  const { errors } = (await response.json()) as Answer
  return [response.status, errors?.map(({ extensions }) => extensions)]
}

const BAD = [{ code: 'BAD_USER_INPUT' }]

describe('GraphQL over HTTP', () => {
  it('passes the audit of graphql-http', async () => {
    const results = await auditServer({
      url: `${app.url}/graphql`,
      fetchFn: (url: string, init: RequestInit = {}) =>
        fetch(url, { ...init, headers: { authorization, ...(init.headers as Record<string, string>) } }),
    })
    const failed = results.filter(({ status }) => status !== 'ok')
    expect(failed.map(({ id, name }) => ({ id, name }))).toEqual([])
    expect(results.length).toBeGreaterThan(50)
  })

  it.each([
    'Application/JSON',
    'application/json ; charset=utf-8',
    'APPLICATION/JSON;CHARSET="UTF-8"',
    'application/json;foo=bar',
    'application/graphql+json',
  ])('takes the content type %s', async (type) => {
    const response = await post(WHO, { 'content-type': type })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ data: { viewer: { user: { id: acme.alice.userId } } } })
  })

  it.each([
    ['what Apollo Client 4 knows of an operation', { operationType: 'query', extensions: {} }],
    ['names of other libraries', { id: '1', key: 7, context: { url: 'x' }, documentId: null }],
    ['null for all that may be left out', { variables: null, operationName: null, extensions: null }],
  ])('takes a request that carries %s', async (_case, more) => {
    for (const accept of ['application/json', 'application/graphql-response+json', 'text/event-stream']) {
      const body = JSON.stringify({ query: '{ viewer { user { id } } }', ...more })
      const response = await post(body, { 'content-type': 'application/json', accept })
      expect(response.status).toBe(200)
      expect(await response.text()).toContain(`{"data":{"viewer":{"user":{"id":"${acme.alice.userId}"}}}}`)
    }
  })

  it.each([
    ['extensions', 'x'],
    ['extensions', [1]],
    ['variables', 'x'],
    ['operationName', 7],
    ['operationName', 'Absent'],
  ])('refuses %s of %j', async (name, value) => {
    const body = JSON.stringify({ query: 'query Who { viewer { user { id } } }', [name]: value })
    expect(await refused(await post(body, { 'content-type': 'application/json' }))).toEqual([400, BAD])
  })

  it.each(['application/jsonp', 'text/plain', '', 'application/json; charset=iso-8859-1'])(
    'answers 415 to the content type "%s"',
    async (type) => {
      const body = Buffer.from(WHO)
      expect(await refused(await post(body, type ? { 'content-type': type } : {}))).toEqual([415, BAD])
    },
  )

  it.each([
    ['gzip', gzipSync(WHO)],
    ['br', brotliCompressSync(WHO)],
    ['deflate, gzip', gzipSync(WHO)],
    ['GZIP', gzipSync(WHO)],
  ])('answers 415 to a body in the encoding %s, and says what it takes', async (encoding, body) => {
    const response = await post(new Uint8Array(body), {
      'content-type': 'application/json',
      'content-encoding': encoding,
    })
    expect(response.headers.get('accept-encoding')).toBe('identity')
    expect(await refused(response)).toEqual([415, BAD])
  })

  it.each(['application/json', 'application/graphql-response+json', '*/*', 'text/event-stream'])(
    'answers 400 to what is not JSON, not UTF-8 or no object, whoever accepts %s',
    async (accept) => {
      const headers = { 'content-type': 'application/json', accept }
      for (const body of ['{"query":', '', 'null', '"{ viewer }"', '7', new Uint8Array([0x22, 0xff, 0x22])]) {
        const response = await post(body, headers)
        expect(response.status).toBe(400)
        expect(await response.text()).toContain('"extensions":{"code":"BAD_USER_INPUT"}')
      }
      const get = `${app.url}/graphql?query={__typename}&variables={`
      expect((await fetch(get, { headers: { authorization, accept } })).status).toBe(400)
    },
  )

  it.each([
    'text/html',
    'image/png, text/html;q=0.8',
    'application/json;q=0',
    'application/json;charset=latin1',
  ])('answers 406 in words to a request that accepts %s, before anything of it runs', async (accept) => {
    const query = 'mutation { createGroup(input: { title: "Unheard" }) { __typename } }'
    const headers = { 'content-type': 'application/json', accept }
    expect(await refused(await post(JSON.stringify({ query }), headers))).toEqual([406, BAD])
    const { conversations } = await acme.alice.run('{ conversations { nodes { title } } }')
    expect(conversations.nodes).toEqual([])
  })

  it.each(['text/html, */*;q=0.1', 'text/html, application/json', 'application/*', 'APPLICATION/JSON'])(
    'answers a request that accepts %s',
    async (accept) => {
      expect((await post(WHO, { 'content-type': 'application/json', accept })).status).toBe(200)
    },
  )

  it('compresses long answers where the client takes it, short ones and event streams never', async () => {
    const query = `{ ${'a b c d e f g h i j'.replace(/\w/g, (name) => `${name}: viewer { permissions companies { id name } preferences { sound } }`)} }`
    const answers: unknown[] = []
    for (const encoding of ['identity', 'gzip', 'br', 'gzip;q=0.5, br', 'br;q=0, *', 'zstd']) {
      const headers = { 'content-type': 'application/json', 'accept-encoding': encoding }
      const response = await post(JSON.stringify({ query }), headers)
      expect(response.headers.get('vary')).toContain('accept-encoding')
      answers.push([encoding, response.headers.get('content-encoding')])
      expect(Object.keys(((await response.json()) as Answer).data)).toHaveLength(10)
    }
    expect(answers).toEqual([
      ['identity', null],
      ['gzip', 'gzip'],
      ['br', 'br'],
      ['gzip;q=0.5, br', 'br'],
      ['br;q=0, *', 'gzip'],
      ['zstd', null],
    ])
    const short = await post(WHO, { 'content-type': 'application/json', 'accept-encoding': 'gzip' })
    expect(short.headers.get('content-encoding')).toBe(null)
    const stream = await post(JSON.stringify({ query }), {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      'accept-encoding': 'gzip',
    })
    expect(stream.headers.get('content-encoding')).not.toBe('gzip')
    expect(await stream.text()).toContain('event: next')
  })
})

describe('a request that a client makes up', () => {
  /** Writes bytes, and others once something has come, and gives all that comes until the server closes. */
  async function raw(text: string, again = ''): Promise<string> {
    const { hostname, port } = new URL(app.url)
    const socket = connect(Number(port), hostname)
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
      if (again) socket.write(again)
      again = ''
    })
    socket.write(text)
    await once(socket, 'close')
    return answer
  }

  it.each(['[', '[::1', 'a b', 'x/y', 'x?y', 'x#', 'user@x', 'x:99999', 'x:y', 'é', 'x;script-src *', '%00'])(
    'with the Host %s is 400 without a word of the insides',
    async (host) => {
      for (const path of ['/graphql', '/healthz', '/graphql/graphiql/graphiql.js']) {
        const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
        expect(answer).toMatch(/^HTTP\/1.1 400 /)
        expect(answer).not.toMatch(/node_modules|at .+:\d+|Error/)
      }
    },
  )

  it.each(['//', '//[', 'http://[', '/%', '*', 'http://x:y/graphql', '/graphql?query=%E0%A4%A'])(
    'for the target %s shows no stack',
    async (target) => {
      const answer = await raw(`OPTIONS ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
      expect(answer).toMatch(/^HTTP\/1.1 [234]\d\d /)
      expect(answer).not.toMatch(/node_modules|at .+:\d+/)
    },
  )

  it('may name the whole address', async () => {
    const answer = await raw(
      `GET http://chat.test/graphql?query=%7B__typename%7D HTTP/1.1\r\nHost: chat.test\r\nConnection: close\r\n\r\n`,
    )
    expect(answer).toContain('{"data":{"__typename":"Query"}}')
  })

  it.each(['h2c', 'H2C, h2', 'TLS/1.0', 'foo'])(
    'and would rather speak %s is answered in HTTP/1.1',
    async (name) => {
      const request = (connection: string) =>
        `POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nConnection: ${connection}, HTTP2-Settings\r\n` +
        `Upgrade: ${name}\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nContent-Type: application/json\r\nContent-Length: ${WHO.length}\r\n\r\n${WHO}`
      const answer = await raw(request('Upgrade'), request('close, Upgrade'))
      expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2)
      expect(answer.split(acme.alice.userId)).toHaveLength(3)
      const health = await raw(
        `GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: upgrade, close\r\nUpgrade: ${name}\r\n\r\n`,
      )
      expect(health).toMatch(/^HTTP\/1.1 200 OK/)
    },
  )
})

describe('an idle connection', () => {
  it('is kept longer than proxies keep it, and says so', async () => {
    const { hostname, port } = new URL(app.url)
    const request = httpRequest({ hostname, port, path: '/healthz', headers: { connection: 'keep-alive' } })
    request.end()
    const [response] = await once(request, 'response')
    const [, seconds] = /timeout=(\d+)/.exec(response.headers['keep-alive']) ?? []
    expect(Number(seconds)).toBeGreaterThan(65)
    response.resume()
    await once(response, 'end')
    request.destroy()
  })
})
