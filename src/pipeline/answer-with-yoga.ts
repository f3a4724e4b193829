import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendNodeResponse } from '@whatwg-node/server'
import { acceptedEncoding, type ContentEncoding } from '../http/content-encoding.ts'
import { isCompressible, sendEncoded } from './send-answer.ts'
import type { GraphQLServer } from './yoga.ts'

/** Lets GraphQL Yoga answer whatever there is. Throws what its pipeline does not catch. */
export async function answerWithYoga(
  { yoga }: GraphQLServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const context = { req: request, res: response }
  const answer = await yoga.handleNodeRequestAndResponse(request, response, context as never)
  const encoding = encodingOf(answer, request)
  if (!encoding) return sendNodeResponse(answer, response, request, true)
  const head = {
    status: answer.status,
    reason: answer.statusText,
    headers: Object.fromEntries(answer.headers),
  }
  await sendEncoded(response, head, await answer.text(), encoding)
}

function encodingOf(answer: Response, { headers }: IncomingMessage): ContentEncoding | undefined {
  if (!isCompressible(answer.headers.get('content-type') ?? '')) return undefined
  answer.headers.append('vary', 'accept-encoding')
  return acceptedEncoding(headers['accept-encoding'])
}
