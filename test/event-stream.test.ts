import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from './support/app.ts'
import type { Client } from './support/client.ts'
import { cursorsOf } from './support/following.ts'

const WATCH = `subscription ($id: ID!, $after: String) {
  conversationEvents(conversationId: $id, after: $after) { __typename ... on MessageSent { message { seq } } } }`
const INBOX = `subscription { inboxEvents { __typename ... on ConversationActivity { cursor message { seq } } } }`

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
let groupId: string
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
  groupId = await acme.alice.group('Team', [acme.bob])
})
afterAll(() => app[Symbol.asyncDispose]())

interface Block {
  id: string | undefined
  event: string | undefined
  // biome-ignore lint/suspicious/noExplicitAny: a test knows the shape of what it asked for.
  data: any
}

/** Reads so many events of a stream, as the HTML standard has them, and leaves. */
async function read(
  client: Client,
  query: string,
  variables: object,
  { count, headers = {} }: { count: number; headers?: Record<string, string> },
): Promise<Block[]> {
  const leaving = new AbortController()
  const response = await fetch(`${client.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${client.token}`,
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
    signal: leaving.signal,
  })
  const blocks: Block[] = []
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = new Map(
        text
          .slice(0, end)
          .split('\n')
          .map((line) => line.split(/: ?(.*)/s) as [string, string]),
      )
      text = text.slice(end + 2)
      const data = fields.get('data')
      if (data) blocks.push({ id: fields.get('id'), event: fields.get('event'), data: JSON.parse(data) })
    }
    if (blocks.length >= count) break
  }
  leaving.abort()
  return blocks.slice(0, count)
}

const seqsOf = (blocks: Block[]) =>
  blocks.flatMap(({ data }) => Object.values(data.data as object).map(({ message }) => message?.seq))

describe('an event stream', () => {
  it('names each event by its cursor, and goes on where Last-Event-ID says', async () => {
    const { events, inbox } = await cursorsOf(acme.bob, groupId)
    for (const body of ['one', 'two', 'three']) await acme.alice.say({ conversationId: groupId }, body)
    const first = await read(acme.bob, WATCH, { id: groupId, after: events }, { count: 2 })
    expect(seqsOf(first)).toEqual([1, 2])
    const headers = { 'last-event-id': first[1]?.id ?? '' }
    const rest = await read(acme.bob, WATCH, { id: groupId }, { count: 1, headers })
    expect(seqsOf(rest)).toEqual([3])

    const resumed = await read(acme.bob, INBOX, {}, { count: 3, headers: { 'last-event-id': inbox } })
    expect(seqsOf(resumed)).toEqual([1, 2, 3])
    for (const { id, data } of resumed) expect(id).toBe(data.data.inboxEvents.cursor)
  })

  it('refuses an id that is not one of its stream, and prefers the argument', async () => {
    const { events, inbox } = await cursorsOf(acme.bob, groupId)
    for (const id of [inbox, 'garbage', (await cursorsOf(acme.alice, groupId)).events]) {
      const headers = { 'last-event-id': id }
      const [refused] = await read(acme.bob, WATCH, { id: groupId }, { count: 1, headers })
      expect(refused?.data.errors[0].extensions.code).toBe('CURSOR_EXPIRED')
    }
    const { seq } = await acme.alice.say({ conversationId: groupId }, 'by argument')
    const headers = { 'last-event-id': 'garbage' }
    const [event] = await read(acme.bob, WATCH, { id: groupId, after: events }, { count: 1, headers })
    expect(event?.data.data.conversationEvents.message.seq).toBe(seq)
  })
})
