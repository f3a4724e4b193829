import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Services } from '../context.ts'
import { RequestError } from '../errors.ts'
import { requestPath } from '../http/request-target.ts'
import { unsubscribe } from './unsubscribe.ts'
import { readUnsubscribeToken, UNSUBSCRIBE_PATH } from './unsubscribe-token.ts'

/** Larger than the bodies of mail programs and of the page's form. */
const MAX_BODY_BYTES = 4_096

const FORM =
  '<p>Stop e-mail about messages you have not read?</p><form method="post"><button>Unsubscribe</button></form>'
const DONE = '<p>You will get no more e-mail. You can turn it on again in your preferences.</p>'
const UNKNOWN = '<p>There is no such page.</p>'
const AWAY = '<p>This does not work just now. Please try again in a minute.</p>'

/** The headers of all answers: not cached, not framed, and the address, which is a credential, is not passed on. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; style-src 'unsafe-inline'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
}

/**
 * Serves the links of unsubscribeUrl. GET shows a form, because mail scanners follow links. POST unsubscribes, also
 * from the button of a mail program (RFC 8058). A forged link and the link of a removed member are answered as not
 * found.
 */
export async function answerUnsubscribe(
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '' } = request
  if (!['GET', 'HEAD', 'POST'].includes(method)) {
    answer(request, response, 405, '', { allow: 'GET, HEAD, POST' })
    return
  }
  try {
    if (method === 'POST' && !(await bodyFits(request))) {
      answer(request, response, 413, '', { connection: 'close' })
      return
    }
    const found = await readUnsubscribeToken(services, requestPath(request).slice(UNSUBSCRIBE_PATH.length))
    if (!found) {
      answer(request, response, 404, UNKNOWN)
      return
    }
    if (method === 'POST') await unsubscribe(services, found)
    answer(request, response, 200, method === 'POST' ? DONE : FORM)
  } catch (error) {
    if (response.destroyed) return
    if (!(error instanceof RequestError)) services.log.error({ err: error }, 'an unsubscribe link failed')
    answer(request, response, 503, AWAY, { 'retry-after': '60' })
  }
}

/** Reads the body to its end. False if it is longer than allowed. */
async function bodyFits(request: IncomingMessage): Promise<boolean> {
  let bytes = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).length
    if (bytes > MAX_BODY_BYTES) return false
  }
  return true
}

function answer(
  { method }: IncomingMessage,
  response: ServerResponse,
  status: number,
  content: string,
  headers: Record<string, string> = {},
): void {
  const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Colloquy</title>
<style>body { font: 16px sans-serif; margin: 3rem auto; max-width: 30rem; padding: 0 1rem }</style>
</head>
<body>${content}</body>
</html>
`
  const length = Buffer.byteLength(page)
  response.writeHead(status, { ...HEADERS, ...headers, 'content-length': length })
  response.end(method === 'HEAD' ? undefined : page)
}
