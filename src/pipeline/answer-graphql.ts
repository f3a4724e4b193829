import type { IncomingMessage, ServerResponse } from 'node:http'
import { operationsRun } from '../metrics/metrics.ts'
import { answerKnown } from './answer-known.ts'
import { answerWithYoga } from './answer-with-yoga.ts'
import { maskError } from './mask-error.ts'
import { plainAnswerType } from './plain-request.ts'
import type { GraphQLServer } from './yoga.ts'

/**
 * Answers a request: on node:http itself where it is a plain one for a known document, else by GraphQL Yoga. Yoga's own
 * listener would show the stack of a fault that its pipeline does not catch.
 */
export function answerGraphQL(
  server: GraphQLServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { traces } = server.services
  // An event stream is no request of this length: its span would end with the stream.
  const isTraced = traces && !request.headers.accept?.includes('text/event-stream')
  return isTraced
    ? traces.request(request, response, () => answer(server, request, response))
    : answer(server, request, response)
}

async function answer(
  server: GraphQLServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const type = plainAnswerType(request)
    const isAnswered = type !== undefined && (await answerKnown(server, request, response, type))
    operationsRun.inc({ transport: 'http', document: isAnswered ? 'known' : 'new' })
    if (!isAnswered) await answerWithYoga(server, request, response)
  } catch (error) {
    const masked = maskError(error, server.services.log)
    if (response.headersSent) response.destroy()
    else {
      const { http: _, ...extensions } = masked.extensions
      const body = JSON.stringify({ errors: [{ message: masked.message, extensions }] })
      response.writeHead(500, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body)
    }
  }
}
