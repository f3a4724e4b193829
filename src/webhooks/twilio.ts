import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Services } from '../context.ts'
import { RequestError } from '../errors.ts'
import { readPhone } from '../guests/phone-number.ts'
import { requestPath } from '../http/request-target.ts'
import { webhooks } from '../metrics/metrics.ts'
import { decodeDelivery } from '../sms/delivery-token.ts'
import { receiveSms } from '../sms/operations/receive-sms.ts'
import { takeStatus } from '../sms/operations/take-status.ts'

/** The beginning of the paths that Twilio calls. */
export const WEBHOOKS_PATH = '/webhooks/twilio/'
const STATUS_PATH = `${WEBHOOKS_PATH}status/`
const INBOUND_PATH = `${WEBHOOKS_PATH}inbound`
/** Many times what Twilio sends. */
const MAX_BODY_BYTES = 64 * 1024
const MESSAGE_SID = /^(SM|MM)[0-9a-f]{32}$/i

/**
 * Answers Twilio's webhooks: POST /webhooks/twilio/inbound with an SMS that came in, and /webhooks/twilio/status/<delivery> with
 * news of one that was sent. A request without Twilio's signature over PUBLIC_URL and the path is refused.
 */
export async function answerTwilio(
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const path = requestPath(request)
    const refusal = await refusalOf(services, request, path)
    if (typeof refusal === 'number') return answer(response, refusal)
    const reply =
      path === INBOUND_PATH ? await takeInbound(services, refusal) : await takeNews(services, path, refusal)
    webhooks.inc({ kind: path === INBOUND_PATH ? 'inbound' : 'status', outcome: 'taken' })
    if (reply === undefined) return answer(response, 204)
    response
      .writeHead(200, { 'content-type': 'text/xml; charset=utf-8', 'cache-control': 'no-store' })
      .end(twiml(reply))
  } catch (error) {
    if (response.destroyed || response.headersSent) return
    if (!(error instanceof RequestError)) services.log.error({ err: error }, 'a webhook failed')
    answer(response, 503)
  }
}

/** The parameters of a genuine webhook, or the status that refuses it. */
async function refusalOf(
  { sms, publicUrl }: Services,
  request: IncomingMessage,
  path: string,
): Promise<Record<string, string> | number> {
  const { twilio } = sms.settings
  if (!twilio || (path !== INBOUND_PATH && !path.startsWith(STATUS_PATH))) return 404
  if (request.method !== 'POST') return 405
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) return 415
  const body = await readBody(request)
  if (body === undefined) return 413
  const parameters = Object.fromEntries(new URLSearchParams(body))
  const signature = String(request.headers['x-twilio-signature'] ?? '')
  const { validateRequest } = (await import('twilio')).default
  const isGenuine = validateRequest(twilio.authToken, signature, `${publicUrl}${request.url}`, parameters)
  if (isGenuine && parameters.AccountSid === twilio.accountSid) return parameters
  webhooks.inc({ kind: path === INBOUND_PATH ? 'inbound' : 'status', outcome: 'forged' })
  return 403
}

async function takeInbound(services: Services, parameters: Record<string, string>): Promise<string | null> {
  const { MessageSid: sid = '', From = '', To = '', Body: body = '' } = parameters
  const [from, to] = [readPhone(From) ?? From, readPhone(To) ?? To]
  return MESSAGE_SID.test(sid) && from && to ? receiveSms(services, { sid, from, to, body }) : null
}

async function takeNews(
  services: Services,
  path: string,
  parameters: Record<string, string>,
): Promise<undefined> {
  const delivery = decodeDelivery(path.slice(STATUS_PATH.length))
  const { MessageSid: sid = '', MessageStatus: status = '', ErrorCode: code, From = '' } = parameters
  if (delivery && MESSAGE_SID.test(sid))
    await takeStatus(services, delivery, { sid, status, code: code || null, from: readPhone(From) })
  return undefined
}

/** Undefined if the body is too long. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).length
    if (bytes > MAX_BODY_BYTES) return undefined
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function twiml(reply: string | null): string {
  const escaped = reply?.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const message = escaped === undefined ? '' : `<Message>${escaped}</Message>`
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${message}</Response>`
}

function answer(response: ServerResponse, status: number): void {
  const headers = { 'cache-control': 'no-store', ...(status === 413 && { connection: 'close' }) }
  response.writeHead(status, headers).end()
}
