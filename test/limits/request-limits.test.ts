import { request as httpRequest } from 'node:http'
import { getIntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Answer } from '../support/client.ts'
import { openSocket, type RawSocket } from '../support/raw-socket.ts'
import { sharedApp } from '../support/shared-app.ts'

const TOO_EXPENSIVE = 'QUERY_TOO_EXPENSIVE'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
let socket: RawSocket
beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
  socket = await openSocket(app.url, { authorization: `Bearer ${acme.alice.token}` })
})
afterAll(async () => {
  socket.socket.close()
  await app[Symbol.asyncDispose]()
})

const codeOf = ({ errors }: Answer) => errors?.[0]?.extensions?.code

/** The first error over the WebSocket, whether it is the answer or a rejection to run. */
async function overSocket(query: string, variables = {}) {
  const { type, payload } = await socket.ask(query, { variables })
  return type === 'error' ? payload[0] : payload.errors?.[0]
}

describe('the shape of a document', () => {
  const deep = (levels: number) =>
    `{ conversations(first: 1) { nodes { lastMessage ${'{ parent '.repeat(levels)} { id } ${'}'.repeat(levels)} } } }`
  const tooLarge: [string, string][] = [
    ['16 levels', deep(16)],
    [
      '16 levels through a fragment',
      `${deep(6).replace('{ id }', '{ ...more }')} fragment more on Message ${'{ parent '.repeat(9)} { id } ${'}'.repeat(9)}`,
    ],
    [
      '31 aliases',
      `{ ${Array.from({ length: 31 }, (_, at) => `a${at}: viewer { user { id } }`).join(' ')} }`,
    ],
    ['10,000 aliases', `{ ${Array.from({ length: 10_000 }, (_, at) => `a${at}: __typename`).join(' ')} }`],
    [
      '31 aliases through fragments',
      `{ ${'...f '.repeat(8)} } fragment f on Query { a: viewer { user { id } } b: viewer { user { id } } c: viewer { user { id } } d: viewer { user { id } } }`,
    ],
    ['3,001 tokens', `{ viewer { ${'permissions '.repeat(3_000)} } }`],
    ['10,000 directives', `{ viewer ${'@include(if: true) '.repeat(10_000)} { permissions } }`],
    ['200,000 characters of nothing', `{ viewer { permissions } } ${'# a comment\n'.repeat(20_000)}`],
    ['a nest of 10,000 brackets', `{ node(id: ${'['.repeat(10_000)}${']'.repeat(10_000)}) { id } }`],
    ['a nest of 10,000 fields', `${'{ a '.repeat(10_000)}${'}'.repeat(10_000)}`],
  ]

  it.each(tooLarge)('refuses %s', async (_name, query) => {
    const answer = await acme.alice.send(query)
    expect(answer.errors?.map(({ extensions }) => extensions?.code)).toEqual([TOO_EXPENSIVE])
    expect(answer.data).toBeUndefined()
    expect(await overSocket(query)).toMatchObject({ extensions: { code: TOO_EXPENSIVE } })
  })

  it.each([
    ['a fragment of itself', '{ ...f } fragment f on Query { viewer { permissions } ...f }'],
    [
      'fragments in a circle',
      '{ ...f } fragment f on Query { ...g } fragment g on Query { ...h } fragment h on Query { ...f }',
    ],
    [
      'a fragment of itself further down',
      '{ conversations { nodes { ...c } } } fragment c on Conversation { lastMessage { conversation { ...c } } }',
    ],
    ['a thousand directives', `{ viewer ${'@include(if: true) '.repeat(400)} { permissions } }`],
  ])('refuses %s as invalid', async (_name, query) => {
    expect(codeOf(await acme.alice.send(query))).toBe('BAD_USER_INPUT')
    expect(await overSocket(query)).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } })
  })

  it('is not fooled by fragments that double at every level', async () => {
    const levels = Array.from(
      { length: 40 },
      (_, at) => `fragment f${at} on Query { ...f${at + 1} ...f${at + 1} }`,
    )
    const bomb = (last: string) => `{ ...f0 } ${levels.join(' ')} fragment f40 on Query { ${last} }`
    expect(codeOf(await acme.alice.send(bomb('viewer { permissions }')))).toBe(TOO_EXPENSIVE)
    expect(await overSocket(bomb('viewer { permissions }'))).toMatchObject({
      extensions: { code: TOO_EXPENSIVE },
    })
  })

  it('takes the directives that every GraphQL server knows', async () => {
    const { viewer } = await acme.alice.run(
      'query ($on: Boolean!) { viewer { user { id name @skip(if: $on) email @include(if: $on) } } }',
      { on: true },
    )
    expect(Object.keys(viewer.user)).toEqual(['id', 'email'])
  })

  it('refuses introspection that goes in circles', async () => {
    const circles = `{ __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }`
    expect(codeOf(await acme.alice.send(circles))).toBe('BAD_USER_INPUT')
  })

  it("answers GraphiQL's introspection, in every variant", async () => {
    for (const options of [
      {},
      {
        inputValueDeprecation: true,
        specifiedByUrl: true,
        directiveIsRepeatable: true,
        schemaDescription: true,
        oneOf: true,
      },
    ]) {
      const { data, errors } = await acme.alice.send(getIntrospectionQuery(options))
      expect(errors).toBeUndefined()
      expect(data.__schema.queryType.name).toBe('Query')
    }
  })
})

describe('the request around a document', () => {
  const send =
    'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { __typename ... on UserError { detail } } }'

  it('rejects metadata with extreme nesting, without an internal error', async () => {
    const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const body = `{"query":${JSON.stringify(send)},"variables":{"input":{"recipientId":"${acme.bob.userId}","body":"x","metadata":${nested}}}}`
    const answer = (await post(body)) as Answer
    expect(codeOf(answer) ?? answer.data.sendMessage.__typename).toMatch(/BAD_USER_INPUT|InvalidInputError/)
    const frame = await (async () => {
      socket.say(`{"type":"subscribe","id":"nested","payload":${body}}`)
      return socket.frame(({ id }) => id === 'nested')
    })()
    expect(JSON.stringify(frame)).toMatch(/BAD_USER_INPUT|InvalidInputError/)
  })

  it('refuses an input object that is deep where none is', async () => {
    let deep: unknown = 'x'
    for (let level = 0; level < 1_000; level += 1) deep = { body: deep }
    expect(codeOf(await acme.alice.send(send, { input: deep }))).toBe('BAD_USER_INPUT')
  })

  it('answers half a million wrong items with few words', async () => {
    const ids = Array.from({ length: 400_000 }, () => 0.5)
    const { errors } = await acme.alice.send('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids })
    expect(errors?.length).toBeGreaterThan(0)
    expect(errors?.length).toBeLessThanOrEqual(51)
    expect(codeOf({ errors } as Answer)).toBe('BAD_USER_INPUT')
  })

  it('refuses several operations in one request', async () => {
    const response = await raw(
      JSON.stringify([{ query: '{ viewer { permissions } }' }, { query: '{ viewer { permissions } }' }]),
    )
    expect(response.status).toBe(400)
    expect(codeOf(JSON.parse(response.text))).toBe('BAD_USER_INPUT')
  })

  it('refuses a body over 1 MiB, whether its length is announced or not', async () => {
    const body = JSON.stringify({ query: send, variables: { input: { body: 'x'.repeat(1024 * 1024) } } })
    for (const chunked of [false, true]) {
      const { status, text } = await raw(body, chunked)
      expect(status).toBe(413)
      expect(codeOf(JSON.parse(text))).toBe('BAD_USER_INPUT')
    }
  })

  it('takes a body just under 1 MiB', async () => {
    const padding = 1024 * 1024 - 200
    const { status, text } = await raw(
      JSON.stringify({ query: '{ viewer { permissions } }', variables: { x: 'x'.repeat(padding) } }),
      true,
    )
    expect(status).toBe(200)
    expect(JSON.parse(text).errors).toBeUndefined()
  })

  it('closes a socket that sends more than 1 MiB at once', async () => {
    const other = await openSocket(app.url, { authorization: `Bearer ${acme.alice.token}` })
    other.say({
      type: 'subscribe',
      id: '1',
      payload: { query: send, variables: { input: 'x'.repeat(1024 * 1024) } },
    })
    expect(await other.closed).toMatchObject({ code: 1009 })
  })

  async function post(body: string) {
    return JSON.parse((await raw(body)).text)
  }

  function raw(body: string, chunked = false): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${acme.alice.token}` }
      const length = chunked
        ? { 'transfer-encoding': 'chunked' }
        : { 'content-length': Buffer.byteLength(body) }
      const request = httpRequest(
        `${app.url}/graphql`,
        { method: 'POST', headers: { ...headers, ...length } },
        (response) => {
          let text = ''
          response.on('data', (chunk) => {
            text += chunk
          })
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
        },
      )
      request.on('error', reject)
      if (chunked)
        for (let at = 0; at < body.length; at += 64 * 1024) request.write(body.slice(at, at + 64 * 1024))
      else request.write(body)
      request.end()
    })
  }
})
