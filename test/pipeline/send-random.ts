import { once } from 'node:events'
import { type Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import type { Answer } from '../support/client.ts'
import type { Frame, RawSocket } from '../support/raw-socket.ts'
import type { Sender } from './fuzzed-companies.ts'
import type { RandomOperation } from './random-operations.ts'
import type { Chance } from './random-values.ts'

/** A random operation, its sender, and the way it is sent. `cut` loses the end of the request's body. */
export interface Sent extends RandomOperation {
  number: number
  sender: Sender
  way: 'post' | 'get' | 'cut' | 'socket'
}

/** An answer takes some milliseconds. The bound is counted in steps, so that a stall of the whole machine counts as one. */
const STEP_MS = 1_000
const HANGING_STEPS = 100
const MAX_ADDRESS = 4_000

/** The way that an operation of this kind is sent. */
export function randomWay({ kind }: RandomOperation, chance: Chance): Sent['way'] {
  if (kind === 'subscription' || chance.at(0.3)) return 'socket'
  if (chance.at(0.01)) return 'cut'
  return kind === 'query' && chance.at(0.05) ? 'get' : 'post'
}

/** Sends the operation over HTTP. Throws if there is no answer, or none of GraphQL. */
export async function overHttp(url: string, agent: Agent, sent: Sent): Promise<Answer> {
  const { sender, query, variables, operationName, way } = sent
  const body = JSON.stringify({ query, variables, operationName })
  const address = `${url}/graphql?${new URLSearchParams({ query, variables: JSON.stringify(variables) })}`
  const isGet = way === 'get' && address.length < MAX_ADDRESS
  const call = request(isGet ? address : `${url}/graphql`, {
    agent,
    method: isGet ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${sender.client.token}` },
  })
  call.end(isGet ? undefined : way === 'cut' ? body.slice(0, -7) : body)
  const [response] = (await answered(once(call, 'response'))) as [IncomingMessage]
  return JSON.parse(await answered(text(response)))
}

/**
 * Sends the operation over the socket. A subscription may have no answer; those that come before the answer to a query
 * that is sent after it are given. Throws if nothing is answered.
 */
export async function overSocket(socket: RawSocket, sent: Sent): Promise<Answer[]> {
  const { kind, query, variables, operationName } = sent
  const id = frameIdOf(sent)
  socket.say({ type: 'subscribe', id, payload: { query, variables, operationName } })
  if (kind !== 'subscription') return answersIn([await answered(socket.frame((frame) => frame.id === id))])
  await answered(socket.ask('{ __typename }'))
  socket.say({ type: 'complete', id })
  return answersIn(socket.frames.filter((frame) => frame.id === id))
}

/** The id of the frames that ask for and answer the operation. */
export function frameIdOf({ number }: Sent): string {
  return `random-${number}`
}

/** The answers among these frames. */
export function answersIn(frames: readonly Frame[]): Answer[] {
  return frames.flatMap(({ type, payload }) => {
    if (type === 'next') return [payload]
    return type === 'error' ? [{ errors: payload }] : []
  })
}

async function answered<T>(answer: Promise<T>): Promise<T> {
  const stop = new AbortController()
  const hanging = hang(stop.signal)
  try {
    return await Promise.race([answer, hanging])
  } finally {
    stop.abort()
    hanging.catch(() => {})
  }
}

async function hang(signal: AbortSignal): Promise<never> {
  for (let step = 0; step < HANGING_STEPS; step += 1) await delay(STEP_MS, undefined, { signal })
  throw new Error(`There is no answer within ${HANGING_STEPS} steps of ${STEP_MS} ms.`)
}
