import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requestErrorCodes } from '../../src/errors.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Answer, Client } from '../support/client.ts'
import { openSocket } from '../support/raw-socket.ts'
import { overSse } from '../support/sse.ts'
import { failOnUnhandledRejections } from '../support/unhandled-rejections.ts'

failOnUnhandledRejections()

function jsonHeaders({ token }: Client): Record<string, string> {
  return { 'content-type': 'application/json', authorization: `Bearer ${token}` }
}

describe('a bad request', () => {
  let app: TestApp
  let acme: TestCompany<'alice' | 'audrey'>
  beforeAll(async () => {
    app = await startApp()
    acme = await app.company('Acme', { alice: 'owner', audrey: 'auditor' })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  const documents: [string, string, Record<string, unknown>][] = [
    ['a document that does not parse', '{ viewer {', {}],
    ['an empty document', '', {}],
    ['an unknown field', '{ viewer { salary } }', {}],
    ['an unknown enum value', '{ conversations(filter: { kinds: [SECRET] }) { nodes { id } } }', {}],
    ['a missing argument', '{ message { id } }', {}],
    ['a missing variable', 'query ($id: ID!) { message(id: $id) { id } }', {}],
    [
      'a variable of the wrong type',
      'query ($first: Int) { users(first: $first) { nodes { id } } }',
      { first: 'x' },
    ],
    [
      'null for an argument that takes none',
      'query ($id: ID = "x") { message(id: $id) { id } }',
      { id: null },
    ],
    ['a malformed id', '{ message(id: "nonsense") { id } }', {}],
    ['a page of less than none', '{ users(first: -1) { nodes { id } } }', {}],
    [
      'a subscription to two things',
      'subscription { inboxEvents { __typename } again: inboxEvents { __typename } }',
      {},
    ],
  ]

  it.each(documents)('with %s is BAD_USER_INPUT on every transport', async (_what, query, variables) => {
    const headers = { authorization: `Bearer ${acme.alice.token}` }
    const faults = app.logged.filter(({ level }) => level === 50).length
    const overHttp = await acme.alice.send(query, variables)
    const [streamed] = (await overSse(app.url, headers, query, { variables })).answers
    const { ask, socket } = await openSocket(app.url, headers)
    const { type, payload } = await ask(query, { variables })
    socket.close()
    const overSocket = type === 'error' ? payload : payload.errors
    for (const errors of [overHttp.errors, streamed?.errors, overSocket]) {
      expect(errors?.length).toBeGreaterThan(0)
      for (const error of errors ?? []) expect(error.extensions).toEqual({ code: 'BAD_USER_INPUT' })
    }
    expect(app.logged.filter(({ level }) => level === 50)).toHaveLength(faults)
  })

  it('that names no operation of several, or an unknown one, is BAD_USER_INPUT on every transport', async () => {
    const query = 'query A { viewer { user { id } } } query B { viewer { user { name } } }'
    for (const operationName of [undefined, 'C']) {
      const response = await fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: jsonHeaders(acme.alice),
        body: JSON.stringify({ query, operationName }),
      })
      const { errors } = (await response.json()) as Answer
      expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT' })
      const { ask, socket } = await openSocket(app.url, { authorization: `Bearer ${acme.alice.token}` })
      const { type, payload } = await ask(query, { operationName })
      expect({ type, code: payload[0]?.extensions }).toEqual({
        type: 'error',
        code: { code: 'BAD_USER_INPUT' },
      })
      socket.close()
    }
  })

  const large = JSON.stringify({
    query: '{ viewer { user { id } } }',
    variables: { x: 'x'.repeat(1024 * 1024) },
  })
  const query = JSON.stringify({ query: '{ viewer { user { id } } }' })
  const subscription = JSON.stringify({ query: 'subscription { inboxEvents { __typename } }' })
  const mutation = JSON.stringify({ query: 'mutation { updatePreferences(input: {}) { __typename } }' })
  const requests: [string, number | undefined, RequestInit & { path?: string }][] = [
    ['a body that is not JSON', undefined, { body: '{"query":' }],
    ['a body that is no object', undefined, { body: '"{ viewer }"' }],
    ['null for a body', undefined, { body: 'null' }],
    ['an empty body', undefined, { body: '' }],
    ['a list of operations', undefined, { body: `[${query},${query}]` }],
    ['no query', undefined, { body: '{}' }],
    ['a query that is no text', undefined, { body: '{"query":7}' }],
    [
      'variables that are no object',
      undefined,
      { body: '{"query":"{ viewer { user { id } } }","variables":[1]}' },
    ],
    ['an unknown content type', 415, { body: '<query/>', headers: { 'content-type': 'text/xml' } }],
    [
      'a multipart form',
      415,
      { body: new FormData(), headers: { 'content-type': 'multipart/form-data; boundary=x' } },
    ],
    ['too large a body', 413, { body: large }],
    ['another method', 405, { method: 'PUT', body: query }],
    ['a mutation by GET', 405, { method: 'GET', path: `?${new URLSearchParams(JSON.parse(mutation))}` }],
    [
      'a subscription that takes only JSON',
      406,
      { body: subscription, headers: { accept: 'application/json' } },
    ],
  ]

  it.each(requests)('with %s is BAD_USER_INPUT', async (_what, status, { path = '', ...init }) => {
    const response = await fetch(`${app.url}/graphql${path}`, {
      method: 'POST',
      ...init,
      headers: { ...jsonHeaders(acme.alice), ...init.headers },
    })
    const { data, errors } = (await response.json()) as Answer
    expect(data ?? null).toBe(null)
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT' }])
    if (status) expect(response.status).toBe(status)
  })

  it('with too large a body is stopped also where it does not say its length', async () => {
    const answer = await new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const headers = { ...jsonHeaders(acme.alice), 'transfer-encoding': 'chunked' }
      const request = httpRequest(`${app.url}/graphql`, { method: 'POST', headers }, (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode, text }))
      })
      request.on('error', reject)
      request.end(large)
    })
    expect(answer.status).toBe(413)
    expect(JSON.parse(answer.text).errors[0].extensions).toEqual({ code: 'BAD_USER_INPUT' })
  })

  it.each(['//', '/%', '/graphql?query=%E0%A4%A', '*'])(
    'for the target %s does not end the server',
    async (path) => {
      const { hostname, port } = new URL(app.url)
      await new Promise<void>((resolve, reject) => {
        const request = httpRequest(
          { hostname, port, path, method: path === '*' ? 'OPTIONS' : 'GET' },
          (response) => {
            response.resume()
            response.on('end', resolve)
          },
        )
        request.on('error', reject)
        request.end()
      })
      expect((await acme.alice.run('{ viewer { user { id } } }')).viewer.user.id).toBe(acme.alice.userId)
    },
  )

  it('without the permission is FORBIDDEN in a query or subscription, and data in a mutation', async () => {
    const { audrey } = acme
    const rejection = [
      { code: 'FORBIDDEN', message: 'Your role lacks the permission MEMBER_MANAGE.', path: ['members'] },
    ]
    const { data, errors } = await audrey.send('{ members { nodes { user { id } } } }')
    expect(data).toBe(null)
    expect(errors?.map(({ message, path, extensions }) => ({ ...extensions, message, path }))).toEqual(
      rejection,
    )
    expect(await audrey.mutate('syncMembers', { members: [] })).toEqual({
      __typename: 'PermissionDeniedError',
      detail: 'Your role lacks the permission MEMBER_MANAGE.',
      permission: 'MEMBER_MANAGE',
    })
  })

  it('is refused with a code from the closed list, whatever it is', async () => {
    const codes = new Set<unknown>()
    for (const [, query, variables] of documents) {
      for (const error of (await acme.alice.send(query, variables)).errors ?? [])
        codes.add(error.extensions?.code)
    }
    expect([...codes].filter((code) => !requestErrorCodes.some((known) => known === code))).toEqual([])
  })
})
