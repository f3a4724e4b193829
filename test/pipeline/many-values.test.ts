import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasTooManyValues } from '../../src/graphql/many-values.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import { openRawSocket, openSocket } from '../support/raw-socket.ts'
import { sharedApp } from '../support/shared-app.ts'
import { longestStall } from './event-loop.ts'

/**
 * One request may block the event loop for 50 ms. The bound is larger, because the machine of a test is shared and the
 * test sends from the same process.
 */
const BOUND_MS = 500

let app: TestApp
let acme: TestCompany<'alice'>
beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner' })
})
afterAll(() => app[Symbol.asyncDispose]())

const send = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { __typename } }'
const list = (value: string, times: number) => `[${Array.from({ length: times }, () => value).join(',')}]`
const object = (times: number, value = '1') =>
  `{${Array.from({ length: times }, (_, at) => `"body${at}":${value}`).join(',')}}`

const INPUTS: Record<string, string> = {
  'unknown fields': object(60_000),
  'unknown fields of unknown fields': object(60, object(1_000)),
  'empty lists': `{"metadata":${list('[]', 300_000)}}`,
  'numbers with exponents': `{"metadata":${list('1e1', 200_000)}}`,
  'bad ids': `{"mentionIds":${list('""', 300_000)}}`,
  levels: `{"metadata":${'['.repeat(400_000)}${']'.repeat(400_000)}}`,
}

function post(body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
}

describe.each(Object.entries(INPUTS))('a megabyte of %s', (_name, input) => {
  const body = `{"query":${JSON.stringify(send)},"variables":{"input":${input}}}`
  const refused = { code: 'BAD_USER_INPUT', message: expect.stringContaining('15,000 values') }

  it('holds nobody up, and is refused', async () => {
    const headers = { authorization: `Bearer ${acme.alice.token}` }
    const sent = () => post(body, headers).then((response) => response.text())
    expect(await longestStall(sent, BOUND_MS)).toBeLessThan(BOUND_MS)
    const { errors } = (await (await post(body, headers)).json()) as Answered
    expect({ code: errors[0]?.extensions.code, message: errors[0]?.message }).toEqual(refused)
  })

  it('holds nobody up in a form, and is refused', async () => {
    // As JSON has neither "&" nor "%", it stands in a form as it is.
    const form = `query=${encodeURIComponent(send)}&variables={"input":${input}}`
    const headers = {
      authorization: `Bearer ${acme.alice.token}`,
      'content-type': 'application/x-www-form-urlencoded',
    }
    const sent = () => post(form, headers).then((response) => response.text())
    expect(await longestStall(sent, BOUND_MS)).toBeLessThan(BOUND_MS)
    const { errors } = (await (await post(form, headers)).json()) as Answered
    expect({ code: errors[0]?.extensions.code, message: errors[0]?.message }).toEqual(refused)
  })

  it('holds nobody up without a token, and is UNAUTHENTICATED', async () => {
    const sent = () => post(body).then((response) => response.text())
    expect(await longestStall(sent, BOUND_MS)).toBeLessThan(BOUND_MS)
    expect((await post(body)).status).toBe(401)
  })

  it('holds nobody up on a socket, and is refused as that operation alone', async () => {
    const { socket, say, frame, ask } = await openSocket(app.url, {
      authorization: `Bearer ${acme.alice.token}`,
    })
    let last = 0
    const sent = async () => {
      last += 1
      const id = `many-${last}`
      say(`{"id":"${id}","type":"subscribe","payload":${body}}`)
      return frame((each) => each.id === id)
    }
    expect(await longestStall(sent, BOUND_MS)).toBeLessThan(BOUND_MS)
    expect(await sent()).toMatchObject({
      type: 'error',
      payload: [{ message: refused.message, extensions: { code: refused.code } }],
    })
    expect(await ask('{ viewer { user { id } } }')).toMatchObject({ type: 'next' })
    socket.close()
  })

  it('closes a socket with 4400 before its client has signed in', async () => {
    const { say, closed } = await openRawSocket(app.url)
    say(`{"type":"connection_init","payload":${input}}`)
    expect(await closed).toMatchObject({ code: 4400 })
  })
})

interface Answered {
  errors: { message: string; extensions: { code: string } }[]
}

describe('a body without a token', () => {
  const probe = (more: number) =>
    JSON.stringify({ query: '{ __typename }', extensions: { x: 'x'.repeat(more) } })

  it('is read up to 16 KiB', async () => {
    expect((await post(probe(15_000))).status).toBe(200)
    expect((await post(probe(17_000))).status).toBe(401)
  })

  it('is read no further in chunks that do not say how many they are', async () => {
    const chunks = new Blob([probe(17_000)]).stream()
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: chunks,
      duplex: 'half',
    }
    expect((await fetch(`${app.url}/graphql`, init as RequestInit)).status).toBe(401)
  })
})

describe('a problem of variables', () => {
  it('is reported for the first five values, in a few lines each', async () => {
    const input = { ...JSON.parse(object(900)), body: 'x'.repeat(800_000) }
    const { errors } = await acme.alice.send(send, { input })
    expect(errors).toHaveLength(6)
    for (const { message } of errors ?? []) expect(message.length).toBeLessThanOrEqual(501)
  })

  it('is reported for each value if there are few', async () => {
    const { errors } = await acme.alice.send(send, { input: { colour: 'red', shape: 'round' } })
    expect(errors?.map(({ message }) => message.replace(/^.*; /, ''))).toEqual([
      'Field "body" of required type "String!" was not provided.',
      'Field "colour" is not defined by type "SendMessageInput".',
      'Field "shape" is not defined by type "SendMessageInput".',
    ])
  })
})

describe('values', () => {
  it('are counted wherever they stand, and not within strings', () => {
    expect(hasTooManyValues(JSON.stringify({ a: ',{[\\",'.repeat(100_000) }))).toBe(false)
    expect(hasTooManyValues(list('1', 15_000))).toBe(false)
    expect(hasTooManyValues(list('1', 15_001))).toBe(true)
    expect(hasTooManyValues(object(1_000))).toBe(false)
    expect(hasTooManyValues(object(1_001))).toBe(true)
    expect(hasTooManyValues(`{"a":${list('{"b":1}', 1_000)}}`)).toBe(false)
  })

  it('of a text that is no JSON are counted as well', () => {
    for (const text of ['', '}', ',', '"', '[[[', '\\', ']'.repeat(100)])
      expect(hasTooManyValues(text)).toBe(false)
    expect(hasTooManyValues(','.repeat(20_000))).toBe(true)
  })
})
