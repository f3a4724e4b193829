import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { operationsRun } from '../../src/metrics/metrics.ts'
import type { Client } from '../support/client.ts'
import { openSocket } from '../support/raw-socket.ts'

/** The body of a request. */
export type Body = Record<string, unknown> & { query: string }
/** An answer as it came. */
export interface Answered {
  status: number | undefined
  headers: IncomingMessage['headers']
  text: string
}

/** Sends a request as a person, byte by byte with a pause if there is one. */
export async function post(
  to: Client,
  body: Body | string | Buffer,
  headers: Record<string, string | number> = {},
  pauseMs?: number,
): Promise<Answered> {
  const bytes = Buffer.from(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body))
  const { hostname, port } = new URL(to.url)
  const call = httpRequest({
    hostname,
    port,
    path: '/graphql',
    method: 'POST',
    headers: {
      authorization: `Bearer ${to.token}`,
      'content-type': 'application/json',
      'content-length': bytes.length,
      ...headers,
    },
  })
  // The answer may come with the last byte, before the request is ended.
  const answered = once(call, 'response')
  if (pauseMs === undefined) call.end(bytes)
  else {
    for (let at = 0; at < bytes.length; at += 50) {
      call.write(bytes.subarray(at, at + 50))
      await delay(pauseMs)
    }
    call.end()
  }
  const [response] = (await answered) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return {
    status: response.statusCode,
    headers: response.headers,
    text: Buffer.concat(chunks).toString('latin1'),
  }
}

/** Has the server parse and validate a document, and run nothing of it: whichever transport it came by, it is known then. */
export async function learn(to: Client, query: string): Promise<void> {
  const { socket, ask } = await openSocket(to.url, { authorization: `Bearer ${to.token}` })
  expect((await ask(query, { operationName: 'Nothing' })).type).toBe('error')
  socket.close()
}

/** The number of operations of known documents that a transport has brought. */
export async function knownSoFar(transport: string): Promise<number> {
  const { values } = await operationsRun.get()
  const found = values.find(({ labels }) => labels.transport === transport && labels.document === 'known')
  return found?.value ?? 0
}

let newTexts = 0

/** The same request with a text of its own, and with one that is known: both answers, and how many took the short way. */
export async function bothWays(
  to: Client,
  body: Body,
  headers: Record<string, string | number> = {},
  again: Body = body,
): Promise<{ first: Answered; second: Answered; known: number }> {
  await learn(to, again.query)
  newTexts += 1
  const before = await knownSoFar('http')
  const first = await post(to, { ...body, query: `${body.query}\n#${newTexts}` }, headers)
  const second = await post(to, again, headers)
  return { first, second, known: (await knownSoFar('http')) - before }
}

/** An answer as a client sees it, but for the moment. */
export function seen({ status, headers, text }: Answered) {
  const { date: _, ...others } = headers
  return { status, headers: others, text }
}
