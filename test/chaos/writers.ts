import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import {
  ColloquyError,
  createColloquyClient,
  type SendMessageInput,
  type SendMessageResult,
} from '../../src/client/client.ts'
import type { Answer, Client, Data } from '../support/client.ts'
import { type Carrier, carryOverHttp, carryOverWebSocket } from './carriers.ts'
import { type Company, chooseTarget, type Target } from './cast.ts'
import { between, pick } from './chance.ts'
import type { Tally } from './tally.ts'

/** A send that a server has acknowledged. */
export interface Acknowledged {
  /** The writer's own id of the message: its idempotency key and its clientMessageId. */
  key: string
  messageId: string
  conversationId: string
  seq: number
}

/** Somebody who sends one message after the other, each for as long as it takes. */
export interface Writer {
  readonly person: Client
  readonly acknowledged: Acknowledged[]
  /** The sends under way. */
  readonly waiting: ReadonlySet<string>
  /** How long each send took to be acknowledged. */
  readonly latenciesMs: number[]
  /** Answers that no repetition mends: there must be none. */
  readonly refused: string[]
  /** Sends to a conversation, or to one of their own. */
  send(target?: Target, length?: number): Promise<void>
  /** Sends until it is told to stop; resolves when nothing is under way any more. */
  write(stop: AbortSignal): Promise<void>
  close(): void
}

/** Everything that a writer needs. */
export interface WriterOptions {
  name: string
  person: Client
  company: Company
  carrier: 'HTTP' | 'WebSocket' | 'library'
  /** The servers' addresses. */
  urls: string[]
  random: () => number
  tally: Tally
}

const PAUSE_MS = { least: 60, max: 300 }
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  __typename ... on SendMessagePayload { message { id seq conversation { id } } } ... on UserError { detail }
} }`

/** Creates a writer. */
export function createWriter(options: WriterOptions): Writer {
  const { name, person, urls, random, tally } = options
  const acknowledged: Acknowledged[] = []
  const refused: string[] = []
  const latenciesMs: number[] = []
  const { ask, close } = options.carrier === 'WebSocket' ? carryOverWebSocket(person) : carryOverHttp(person)
  const deliver = options.carrier === 'library' ? throughLibrary(options) : persistently
  const waiting = new Set<string>()
  let url = pick(random, urls)
  let count = 0

  async function send(target?: Target, length = bodyLength(random)): Promise<void> {
    count += 1
    const key = `${name}/${count}`
    const input = {
      ...destination(options, target),
      body: `${key} ${'x'.repeat(length)}`,
      idempotencyKey: key,
      clientMessageId: key,
    }
    const startedAt = performance.now()
    waiting.add(key)
    const result = await deliver(input)
    waiting.delete(key)
    latenciesMs.push(performance.now() - startedAt)
    if (result.__typename !== 'SendMessagePayload') {
      refused.push(`${key}: ${JSON.stringify(result)}`)
      return
    }
    const { id, seq, conversation } = result.message
    acknowledged.push({ key, messageId: id, conversationId: conversation.id, seq })
  }

  /** Under one key, now here and now there, until a server says what has become of it. */
  async function persistently(input: object): Promise<Data> {
    for (;;) {
      const answer = await ask(url, SEND, { input }).catch((error) => countFailure(error, tally))
      const code = answer?.errors?.[0]?.extensions?.code
      if (answer?.data?.sendMessage) return answer.data.sendMessage
      if (answer && !mayPass(answer)) return answer
      if (code) tally.add('a send answered with an error', String(code))
      tally.add('a send repeated')
      url = pick(
        random,
        urls.filter((each) => each !== url),
      )
      await delay(between(random, 50, 300))
    }
  }

  async function write(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await send()
      if (random() < 0.1) await doMore({ ask, url, random, last: acknowledged.at(-1) })
      await delay(between(random, PAUSE_MS.least, PAUSE_MS.max))
    }
  }

  return { person, acknowledged, waiting, latenciesMs, refused, send, write, close }
}

function throughLibrary({
  person,
  urls,
  random,
  tally,
}: WriterOptions): (input: SendMessageInput) => Promise<SendMessageResult | object> {
  const library = createColloquyClient({
    url: () => `${pick(random, urls)}/graphql`,
    token: () => person.token,
    webSocket: WebSocket,
    fetch: async (...call) => {
      const startedAt = performance.now()
      try {
        return await fetch(...call)
      } catch (error) {
        const took = Math.round((performance.now() - startedAt) / 5_000) * 5
        tally.add(
          'a call of the library without an answer',
          `${error} after ${took} s, ${(error as Error).cause}`,
        )
        throw error
      }
    },
  })
  return async (input) => {
    try {
      return await library.sendMessage(input)
    } catch (error) {
      if (error instanceof ColloquyError) return { code: error.code, message: error.message }
      throw error
    }
  }
}

function countFailure(error: unknown, tally: Tally): undefined {
  const { code, name, message } = error as { code?: unknown; name?: string; message?: string }
  tally.add('a send without an answer', String(code ?? message ?? name))
  return undefined
}

function mayPass({ errors }: Answer): boolean {
  return ['UNAVAILABLE', 'INTERNAL_SERVER_ERROR'].includes(String(errors?.[0]?.extensions?.code))
}

/** The given conversation or one of the writer's own, and now and then a person with whom there may be none yet. */
function destination({ random, company, person }: WriterOptions, given?: Target): object {
  const stranger = pick(random, company.people)
  if (!given && stranger !== person && random() < 0.05) return { recipientId: stranger.userId }
  const { id, kind, people } = given ?? chooseTarget(random, company, person)
  // Until the first message a direct conversation has no id for who did not start it.
  const other = people.find((each) => each !== person)
  return kind === 'direct' && other ? { recipientId: other.userId } : { conversationId: id }
}

function bodyLength(random: () => number): number {
  return random() < 0.02 ? between(random, 2_000, 8_000) : between(random, 10, 200)
}

/** Reads, reacts, edits or takes back, once and whatever comes of it: this is load, and is not counted. */
async function doMore({
  ask,
  url,
  random,
  last,
}: Pick<Carrier, 'ask'> & {
  url: string
  random: () => number
  last: Acknowledged | undefined
}): Promise<void> {
  if (!last) return
  const { conversationId, messageId, seq } = last
  const [field, input] = pick<[string, object]>(random, [
    ['markRead', { conversationId }],
    ['acknowledgeDelivery', { marks: [{ conversationId, upToSeq: seq }] }],
    ['setReaction', { messageId, emoji: '👍', on: true }],
    ['editMessage', { messageId, body: 'edited' }],
    ['retractMessage', { messageId }],
  ])
  const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`
  await ask(url, `mutation ($input: ${type}!) { ${field}(input: $input) { __typename } }`, { input }).catch(
    () => {},
  )
}
