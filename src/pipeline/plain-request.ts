import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { maxRequestBytes } from './request-limits.ts'

const JSON_TYPES = ['application/json', 'application/json; charset=utf-8', 'application/json;charset=utf-8']
const ANSWER_TYPES = ['application/json', 'application/graphql-response+json'] as const
/** With one of these, the answer may be another than a plain one, or none. */
const UNUSUAL = /;\s*(q=0(\.0*)?\s*(,|;|$)|charset)/i

export type AnswerType = (typeof ANSWER_TYPES)[number]

/**
 * The content type of the answer, for a request as frontends send them: JSON of a length that is told and allowed, for
 * an answer in JSON. Undefined for all others, which GraphQL Yoga takes or refuses.
 */
export function plainAnswerType({ method, url, headers }: IncomingMessage): AnswerType | undefined {
  const length = Number(headers['content-length'] ?? 0)
  // So little may be asked without a token that it has a bound of its own.
  if (headers.authorization === undefined) return undefined
  if (method !== 'POST' || url !== '/graphql' || headers['content-encoding'] !== undefined) return undefined
  if (!JSON_TYPES.includes(headers['content-type'] ?? '')) return undefined
  return length > 0 && length <= maxRequestBytes ? answerTypeOf(headers.accept || '*/*') : undefined
}

/** The first type in the list counts, as with GraphQL Yoga, and any type is `application/json`. */
function answerTypeOf(accept: string): AnswerType | undefined {
  if (UNUSUAL.test(accept)) return undefined
  for (const entry of accept.toLowerCase().split(',')) {
    const range = entry.split(';', 1)[0]?.trim()
    if (range === '*/*' || range === 'application/*') return 'application/json'
    const type = ANSWER_TYPES.find((each) => each === range)
    if (type) return type
  }
  return undefined
}

/** The body of a plain request; undefined if its client has left. */
export function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .once('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)))
      .once('close', () => resolve(undefined))
      .once('error', () => resolve(undefined))
  })
}

/** Lets GraphQL Yoga read a body once more: where a request has one as a property, it takes that. */
export function giveBack(request: IncomingMessage, body: Buffer): void {
  Object.assign(request, { body: Readable.from([body]) })
}
