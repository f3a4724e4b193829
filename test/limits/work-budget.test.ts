import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeId } from '../../src/ids.ts'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import type { Answer, Client } from '../support/client.ts'
import { openSocket } from '../support/raw-socket.ts'
import { overSse } from '../support/sse.ts'

/** A small operation costs somewhat more; thirty times as much may be spent at once. */
const BUDGET = 50

/** They cost somewhat more than may be spent at once, and are sent before much of that comes back. */
const EVENTS = 80

let app: TestApp
let acme: TestCompany<'alice' | 'bob' | 'carol' | 'dave' | 'erin' | 'fay' | 'gus' | 'hal'>
let globex: TestCompany<'gina'>
beforeAll(async () => {
  app = await startApp({ environment: { workBudgetPerPerson: BUDGET } })
  acme = await app.company('Acme', {
    alice: 'owner',
    bob: 'member',
    carol: 'member',
    dave: 'member',
    erin: 'member',
    fay: 'member',
    gus: 'member',
    hal: 'member',
  })
  globex = await app.company('Globex', { gina: 'owner' })
})
afterAll(() => app[Symbol.asyncDispose]())

const isLimited = ({ errors }: Answer) => errors?.[0]?.extensions?.code === 'RATE_LIMITED'

/** Tries until it is limited, and gives how often that took and the answer. */
async function untilLimited(attempt: () => Promise<Answer>): Promise<{ attempts: number; limited: Answer }> {
  for (let attempts = 1; attempts <= 200; attempts += 1) {
    const answer = await attempt()
    if (isLimited(answer)) return { attempts, limited: answer }
  }
  throw new Error('Nothing limited it.')
}

const attempts: [
  string,
  keyof typeof acme & ('alice' | 'bob' | 'carol'),
  (client: Client) => Promise<Answer>,
][] = [
  ['queries', 'alice', (client) => client.send('{ viewer { user { id } } }')],
  ['documents that validation refuses', 'bob', (client) => client.send('{ nothing }')],
  [
    'mutations that are refused',
    'carol',
    (client) =>
      client.send(
        'mutation { updateCompanySettings(input: { safeMode: true }) { __typename ... on UserError { detail } } }',
      ),
  ],
]

it.each(attempts)('%s are charged to who tries them, and nobody else', async (_name, person, attempt) => {
  const client = acme[person]
  const { limited } = await untilLimited(() => attempt(client))
  const retryAfterMs = Number(limited.errors?.[0]?.extensions?.retryAfterMs)
  expect(retryAfterMs).toBeGreaterThan(0)
  expect(retryAfterMs).toBeLessThanOrEqual(30_000)
  expect(limited.data).toBeUndefined()
  await globex.gina.run('{ viewer { user { id } } }')
  await delay(retryAfterMs + 50)
  expect(isLimited(await attempt(client))).toBe(false)
})

it('one budget holds for HTTP, WebSockets and event streams', async () => {
  const { dave } = acme
  const { ask, socket } = await openSocket(app.url, { authorization: `Bearer ${dave.token}` })
  await untilLimited(async () => {
    // A long one, so that it is owed for longer than the test takes.
    const { type, payload } = await ask(`{ viewer { user { id } } } # ${'x'.repeat(15_000)}`)
    return type === 'error' ? { errors: payload } : payload
  })
  const limited = { extensions: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) } }
  const { answers } = await overSse(
    app.url,
    { authorization: `Bearer ${dave.token}` },
    'subscription { inboxEvents { __typename } }',
  )
  expect(answers).toMatchObject([{ errors: [limited] }])
  expect(await dave.send('{ __typename }')).toMatchObject({ errors: [limited] })
  socket.close()
})

describe('a rejected message', () => {
  const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
    __typename ... on UserError { detail } } }`
  const nowhere = (body: string) => ({
    input: { conversationId: encodeId('Conversation', randomUUID()), body },
  })

  it('costs the size of its request, over HTTP', async () => {
    const { fay } = acme
    const long = nowhere('The budget for the second quarter was sent to Anna. '.repeat(600))
    expect((await untilLimited(() => fay.send(SEND, long))).attempts).toBeLessThanOrEqual(4)
  })

  it('costs the size of its request, over a WebSocket', async () => {
    const { ask, socket } = await openSocket(app.url, { authorization: `Bearer ${acme.gus.token}` })
    const body = 'The budget for the second quarter was sent to Anna. '.repeat(600)
    const { attempts } = await untilLimited(async () => {
      const { type, payload } = await ask(SEND, { variables: nowhere(body) })
      return type === 'error' ? { errors: payload } : payload
    })
    expect(attempts).toBeLessThanOrEqual(4)
    socket.close()
  })

  it('costs the words that were made of its text', async () => {
    const { hal } = acme
    // Each character and each pair is a word: 12,000 of them in a request that is not long.
    const body = Array.from({ length: 6_000 }, (_, at) => String.fromCharCode(0x4e00 + at)).join('')
    expect((await untilLimited(() => hal.send(SEND, nowhere(body)))).attempts).toBe(2)
  })
})

describe('delivered events', () => {
  it('are charged, and come later rather than never where the budget is overdrawn', async () => {
    const { erin } = acme
    const { gina } = globex
    await using free = await startApp({ beside: app, environment: { workBudgetPerPerson: 0 } })
    const { ask, say, frame, frames, socket } = await openSocket(app.url, {
      authorization: `Bearer ${erin.token}`,
    })
    say({
      type: 'subscribe',
      id: 'inbox',
      payload: {
        query:
          'subscription { inboxEvents { __typename ... on ConversationActivity { unread { total } conversation { id title unreadCount } message { id body author { id name } } } } }',
      },
    })
    await ask('{ viewer { user { id } } }')
    const sender = acme.alice.at(free.url)
    const bodiesHeard = () => frames.flatMap(({ payload }) => payload?.data?.inboxEvents?.message?.body ?? [])
    const expected: string[] = []
    let attempts: number
    do {
      const round = Array.from({ length: EVENTS }, (_, at) => `event ${expected.length + at}`)
      for (const body of round) await sender.say({ recipientId: erin.userId }, body)
      expected.push(...round)
      await gina.run('{ viewer { user { id } } }')
      await frame(() => bodiesHeard().includes(expected.at(-1)))
      expect(bodiesHeard()).toEqual(expected)
      // Their cost was charged to the same budget as operations. A slow machine earns it back before they have come.
      attempts = (await untilLimited(() => erin.send('{ __typename }'))).attempts
    } while (attempts >= 20)
    socket.close()
  })
})

it('0 is without a budget', async () => {
  await using free = await startApp({ beside: app, environment: { workBudgetPerPerson: 0 } })
  const alice = acme.alice.at(free.url)
  for (let at = 0; at < 60; at += 1)
    expect(isLimited(await alice.send('{ viewer { user { id } } }'))).toBe(false)
})
