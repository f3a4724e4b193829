import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inexactNumber, isExact } from '../../src/graphql/exact-numbers.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import { openSocket } from '../support/raw-socket.ts'
import { sharedApp } from '../support/shared-app.ts'
import { failOnUnhandledRejections } from '../support/unhandled-rejections.ts'

failOnUnhandledRejections()

const LOST = [
  '1724442618569203714',
  '-9007199254740993',
  '1e400',
  '-1e999',
  '1e-400',
  '0.12345678901234567890123',
  '123456789.123456789123',
]
const KEPT = [
  ...[
    '0',
    '-0',
    '0.0',
    '7',
    '1.50',
    '1e3',
    '9007199254740991',
    '9007199254740992',
    '1E21',
    '0.1',
    '5e-324',
    '4.9E-324',
  ],
  ...[
    '0.10000000000000001',
    '1.7976931348623157e308',
    '100000000000000000000',
    '0e999',
    '12345678901234567000',
  ],
]

describe('a number of JSON', () => {
  it.each(LOST)('%s would come back as another', (text) => expect(isExact(text)).toBe(false))
  it.each(KEPT)('%s is kept', (text) => expect(isExact(text)).toBe(true))

  it('that JavaScript or a printer of 17 digits has written is kept', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(isExact(JSON.stringify(value))).toBe(true)
        if (!Number.isInteger(value)) expect(isExact(value.toPrecision(17))).toBe(true)
      }),
    )
  })

  it('is found where it stands, whatever stands around it', () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), fc.string(), (before, after, name) => {
        const text = `[${before},{${JSON.stringify(name)}:[${before}, 1e400 ]},${after}]`
        expect(inexactNumber(text, [])).toEqual({ path: [1, name, 1], text: '1e400' })
        expect(inexactNumber(JSON.stringify(text), [])).toBe(undefined)
      }),
    )
  })

  it('is looked for in time that grows with the text', () => {
    for (const text of [
      `"${'\\'.repeat(500_000)}1e400"`,
      `1${'0'.repeat(500_000)}1`,
      '['.repeat(500_000),
      `[${'1e5,'.repeat(100_000)}1]`,
    ]) {
      const start = performance.now()
      inexactNumber(text, [])
      expect(performance.now() - start).toBeLessThan(1_000)
    }
  })
})

describe('metadata', () => {
  let app: TestApp
  let acme: TestCompany<'alice' | 'bob'>
  beforeAll(async () => {
    app = await sharedApp()
    acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
    __typename ... on SendMessagePayload { message { metadata } } } }`

  /** The request's text, with a number that JavaScript itself could not write. */
  function body(metadata: string, more = {}): string {
    const variables = { input: { recipientId: acme.bob.userId, body: 'x', metadata: 'HERE' } }
    return JSON.stringify({ ...more, query: SEND, variables }).replace('"HERE"', metadata)
  }

  async function post(
    text: string,
  ): Promise<{ data?: Record<string, never>; errors?: { message: string; extensions: unknown }[] }> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${acme.alice.token}` }
    return (await fetch(`${app.url}/graphql`, { method: 'POST', headers, body: text })).json() as never
  }

  it.each(LOST)(
    'with %s is refused with the path, in variables over HTTP and WebSocket, and in the document',
    async (number) => {
      const metadata = `{"order":{"lines":[1,{"id":${number}}]}}`
      const shown = `The number ${number} at`
      const { errors } = await post(body(metadata))
      expect(errors).toEqual([
        {
          message: `${shown} variables.input.metadata.order.lines.1.id cannot be kept exactly: send it as a string.`,
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ])
      const { say, frame, socket } = await openSocket(app.url, {
        authorization: `Bearer ${acme.alice.token}`,
      })
      say(`{"type":"subscribe","id":"1","payload":${body(metadata)}}`)
      const answer = await frame(({ id }) => id === '1')
      expect(answer).toMatchObject({
        type: 'error',
        payload: [
          {
            message: errors?.[0]?.message.replace('variables', 'payload.variables'),
            extensions: { code: 'BAD_USER_INPUT' },
          },
        ],
      })
      socket.close()
      const literal = `{ order: { lines: [1, { id: ${number} }] } }`
      const query = `mutation { sendMessage(input: { recipientId: "${acme.bob.userId}", body: "x", metadata: ${literal} }) { __typename } }`
      const written = await post(JSON.stringify({ query }))
      expect(written.errors?.[0]?.message).toContain(`${shown} order.lines.1.id cannot be kept exactly`)
      expect(written.errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT' })
      const get = new URLSearchParams({
        query: 'query ($x: JSON) { viewer { user { id } } }',
        variables: `{"x":${number}}`,
      })
      const got = await fetch(`${app.url}/graphql?${get}`, {
        headers: { authorization: `Bearer ${acme.alice.token}` },
      })
      expect([got.status, await got.text()]).toEqual([
        400,
        expect.stringContaining(`${shown} x cannot be kept`),
      ])
    },
  )

  it.each(KEPT)('with %s comes back as it was', async (number) => {
    const { data, errors } = await post(body(`{"number":${number}}`))
    expect(errors).toBe(undefined)
    expect(data).toEqual({
      sendMessage: {
        __typename: 'SendMessagePayload',
        message: { metadata: { number: Number(number) || 0 } },
      },
    })
  })

  it('may hold such numbers in strings and names, and a request elsewhere', async () => {
    const metadata = { '1e400': '1724442618569203714 \\"1e400' }
    const { data } = await post(
      body(JSON.stringify(metadata), { extensions: { x: 0 } }).replace('"x":0', '"x":1e400'),
    )
    expect(data).toMatchObject({ sendMessage: { message: { metadata } } })
  })
})
