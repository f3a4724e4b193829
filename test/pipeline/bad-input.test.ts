import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Answer } from '../support/client.ts'
import { issue, refusedSend } from '../support/rejected-send.ts'
import { tableContents } from '../support/table-contents.ts'

const FAMILY = '👨‍👩‍👧‍👦'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
let group: string
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
  group = await acme.alice.group('Ours', [acme.bob])
})
afterAll(() => app[Symbol.asyncDispose]())

const refused = (input: Record<string, unknown>, sender = acme.alice) => refusedSend(app, sender, input)

describe('a body', () => {
  it.each([
    ['nothing', ''],
    ['white space', ' \t\r\n\u00a0\u3000\u2003'],
    ['zero-width characters', '\u200b\u200c\u200d\u2060\ufeff\u00ad'],
    ['variation selectors and fillers', '\ufe0f\u{e0100}\u034f\u115f\u3164\u2800\u180b'],
    ['direction marks', '\u200e\u200f\u202a\u202c'],
    ['control characters', '\u0001\u0007\u007f'],
  ])('of %s is empty', async (_name, body) => {
    expect(await refused({ conversationId: group, body })).toEqual(
      issue('body', 'The body must not be empty.'),
    )
  })

  it.each([
    ['letters', 'a', 32_768],
    ['4-byte emoji', '😀', 8_192],
    ['3-byte letters and one more byte', 'が', 10_922],
  ])('of 32 KiB of %s is taken, one byte more is not', async (_name, unit, count) => {
    const body = unit
      .repeat(count)
      .padEnd(unit.repeat(count).length + (32_768 - Buffer.byteLength(unit) * count), 'x')
    expect(Buffer.byteLength(body)).toBe(32_768)
    const sent = await acme.alice.say({ conversationId: group }, body)
    const { message } = await acme.bob.run('query ($id: ID!) { message(id: $id) { body } }', { id: sent.id })
    expect(message.body === body).toBe(true)
    expect(await refused({ conversationId: group, body: `${body}x` })).toEqual(
      issue('body', 'The body is longer than 32 KiB of UTF-8.'),
    )
  })
})

describe('a subject', () => {
  it.each([
    ['families', FAMILY],
    ['flags', '🏴󠁧󠁢󠁳󠁣󠁴󠁿'],
    ['letters with marks', 'e\u0301\u0323'],
    ['line ends', 'a'],
  ])('of 255 %s is taken, one more is not', async (_name, unit) => {
    const subject = unit.repeat(255)
    const sent = await acme.alice.say({ conversationId: group }, 'With subject', { subject })
    const { message } = await acme.bob.run('query ($id: ID!) { message(id: $id) { subject } }', {
      id: sent.id,
    })
    expect(message.subject).toBe(subject)
    expect(await refused({ conversationId: group, body: 'x', subject: subject + unit })).toEqual(
      issue('subject', 'At most 255 characters are allowed.'),
    )
  })

  it('of nothing or of endless marks is refused', async () => {
    for (const subject of ['', ' ', '\u200b']) {
      expect(await refused({ conversationId: group, body: 'x', subject })).toEqual(
        issue('subject', 'The subject must not be empty.'),
      )
    }
    expect(
      await refused({ conversationId: group, body: 'x', subject: `a${'\u0301'.repeat(20_000)}` }),
    ).toEqual(issue('subject', 'The subject is longer than 16 KiB of UTF-8.'))
  })
})

describe('metadata', () => {
  it('of 4 KiB are taken, one byte more is not', async () => {
    const metadata = { a: 'x'.repeat(4096 - '{"a":""}'.length) }
    await acme.alice.say({ conversationId: group }, 'With metadata', { metadata })
    expect(await refused({ conversationId: group, body: 'x', metadata: { a: `${metadata.a}x` } })).toEqual(
      issue('metadata', 'The metadata are longer than 4 KiB of JSON.'),
    )
  })

  it.each([
    [10_000, /A JSON value has at most 100 levels/],
    [200_000, /At most 15,000 values are taken at once/],
  ])('nested %d levels deep are refused in plain words', async (levels, words) => {
    const before = await tableContents(app.database.adminUrl)
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${acme.alice.token}` },
      body: `{"query":"mutation ($input: SendMessageInput!) { sendMessage(input: $input) { __typename ... on UserError { detail } } }",
        "variables":{"input":{"conversationId":"${group}","body":"x","metadata":${'['.repeat(levels)}${']'.repeat(levels)}}}}`,
    })
    const { data, errors } = (await response.json()) as Answer
    expect({ data, code: errors?.[0]?.extensions?.code }).toEqual({ data: undefined, code: 'BAD_USER_INPUT' })
    expect(errors?.[0]?.message).toMatch(words)
    expect(await tableContents(app.database.adminUrl)).toEqual(before)
  })
})

describe('other values', () => {
  it.each([
    ['an unknown priority', { priority: 'SOMETIMES' }],
    ['a number for a body', { body: 17 }],
    ['no body', { body: null }],
    ['an unknown field', { colour: 'red' }],
    ['a list for an id', { conversationId: [] }],
    ['text for a list', { mentionIds: { a: 1 } }],
  ])('such as %s are BAD_USER_INPUT', async (_name, change) => {
    expect(await refused({ conversationId: group, body: 'x', ...change })).toMatchObject({
      code: 'BAD_USER_INPUT',
    })
  })

  it('such as a clientMessageId of 129 characters are refused', async () => {
    for (const clientMessageId of ['c'.repeat(129), `c${'\u0301'.repeat(200)}`]) {
      expect(await refused({ conversationId: group, body: 'x', clientMessageId })).toEqual(
        issue('clientMessageId', 'A clientMessageId has at most 128 characters.'),
      )
    }
  })

  it('are all reported at once', async () => {
    const answer = await refused({ conversationId: 'x', body: '', subject: 'a\0', mentionIds: ['y'] })
    expect(answer.issues.map(({ path }: { path: string[] }) => path.join('.'))).toEqual([
      'conversationId',
      'body',
      'subject',
      'mentionIds.0',
    ])
  })
})
