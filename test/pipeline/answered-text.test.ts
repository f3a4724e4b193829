import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import { openSocket } from '../support/raw-socket.ts'
import { sharedApp } from '../support/shared-app.ts'

const BODY = 'The "quick" brown fox jumps. '.repeat(1_100)
const MESSAGES = 60
const MAX_BYTES = 8 * 1024 * 1024

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol'>
let conversation: string
beforeAll(async () => {
  app = await sharedApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member', carol: 'member' })
  await acme.alice.send(
    'mutation { updateCompanySettings(input: { sendLimits: [{ max: 100, perSeconds: 1 }] }) { __typename } }',
  )
  for (let at = 0; at < MESSAGES; at += 1) {
    const { conversationId } = await acme.bob.say({ recipientId: acme.alice.userId }, `${at} ${BODY}`)
    conversation = conversationId
  }
})
afterAll(() => app[Symbol.asyncDispose]())

const pages = (count: number) =>
  Array.from(
    { length: count },
    (_, at) =>
      `p${at}: conversation(id: "${conversation}") { messages(first: ${MESSAGES}) { nodes { body } } }`,
  ).join(' ')

it('an answer holds four pages of the longest messages', async () => {
  const { data, errors } = await acme.bob.send(`{ ${pages(4)} }`)
  expect(errors).toBeUndefined()
  expect(data.p3.messages.nodes).toHaveLength(MESSAGES)
})

it('an answer in which a short query asks for one page again and again holds no more than 8 MiB of texts', async () => {
  let codes: Set<unknown>
  do {
    const answer = await acme.bob.send(`{ ${pages(30)} }`)
    expect(JSON.stringify(answer).length).toBeLessThan(MAX_BYTES * 1.5)
    codes = new Set(answer.errors?.map(({ extensions }) => extensions?.code))
    // On a busy machine one of the pages may find no connection in time.
  } while (codes.has('UNAVAILABLE'))
  expect([...codes]).toEqual(['QUERY_TOO_EXPENSIVE'])
})

it('an answer to a mutation counts what it reads, whatever else it forgets', async () => {
  const marks = Array.from(
    { length: 8 },
    (_, at) =>
      `m${at}: markRead(input: { conversationId: "${conversation}" }) { ... on MarkReadPayload { conversation { messages(first: ${MESSAGES}) { nodes { body } } } } }`,
  )
  const answer = await acme.alice.send(`mutation { ${marks.join(' ')} }`)
  expect(JSON.stringify(answer).length).toBeLessThan(MAX_BYTES * 1.5)
  expect(answer.errors?.[0]?.extensions?.code).toBe('QUERY_TOO_EXPENSIVE')
})

it('each event of a subscription is an answer of its own', async () => {
  const { socket, say, frame } = await openSocket(app.url, { authorization: `Bearer ${acme.alice.token}` })
  const shown = `message { body conversation { messages(first: ${MESSAGES}) { nodes { body } } } }`
  say({
    type: 'subscribe',
    id: 'long',
    payload: {
      query: `subscription { conversationEvents(conversationId: "${conversation}") { __typename ... on MessageSent { ${shown} } } }`,
    },
  })
  for (let at = 0; at < 6; at += 1) {
    const body = `event ${at}`
    // The first is repeated until the subscription has begun.
    const arrived = frame(({ payload }) => payload?.data?.conversationEvents?.message?.body === body)
    const ticker = setInterval(
      () => at === 0 && acme.bob.say({ recipientId: acme.alice.userId }, body),
      4_000,
    )
    if (at > 0) await acme.bob.say({ recipientId: acme.alice.userId }, body)
    const { payload } = await arrived
    clearInterval(ticker)
    expect(payload.errors).toBeUndefined()
    expect(payload.data.conversationEvents.message.conversation.messages.nodes.length).toBeGreaterThan(50)
  }
  socket.close()
}, 120_000)
