import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendNodeResponse } from '@whatwg-node/server'
import type { Logger } from 'pino'
import { acceptedEncoding, type ContentEncoding, compress } from '../http/content-encoding.ts'
import { maskError } from './mask-error.ts'
import type { GraphQLServer } from './yoga.ts'

/** Event streams are never held back to be compressed. */
const COMPRESSIBLE = /^(application\/(graphql-response\+)?json|text\/html)\b/
/** Below that, headers and the time it takes outweigh what is saved. */
const MIN_COMPRESSED_BYTES = 1024

/** Lets GraphQL Yoga answer. Its own listener would show the stack of a fault that its pipeline does not catch. */
export async function answerGraphQL(
  graphql: GraphQLServer,
  log: Logger,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const context = { req: request, res: response }
    const answer = await graphql.handleNodeRequestAndResponse(request, response, context as never)
    const encoding = encodingOf(answer, request)
    if (encoding) await sendEncoded(answer, encoding, response)
    else await sendNodeResponse(answer, response, request, true)
  } catch (error) {
    const masked = maskError(error, log)
    if (response.headersSent) response.destroy()
    else {
      const { http: _, ...extensions } = masked.extensions
      const body = JSON.stringify({ errors: [{ message: masked.message, extensions }] })
      response.writeHead(500, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body)
    }
  }
}

function encodingOf(answer: Response, { headers }: IncomingMessage): ContentEncoding | undefined {
  if (!COMPRESSIBLE.test(answer.headers.get('content-type') ?? '')) return undefined
  answer.headers.append('vary', 'accept-encoding')
  return acceptedEncoding(headers['accept-encoding'])
}

async function sendEncoded(
  answer: Response,
  encoding: ContentEncoding,
  response: ServerResponse,
): Promise<void> {
  const text = await answer.text()
  const isWorthIt = Buffer.byteLength(text) >= MIN_COMPRESSED_BYTES
  const body = isWorthIt ? await compress(text, encoding) : text
  const headers = Object.fromEntries(answer.headers)
  delete headers['content-length']
  if (isWorthIt) headers['content-encoding'] = encoding
  response.writeHead(answer.status, answer.statusText, headers).end(body)
}
