import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import twilio from 'twilio'

/** The account that the endpoint accepts. */
export const ACCOUNT = {
  accountSid: `AC${'0123456789abcdef'.repeat(2)}`,
  authToken: 'a-secret-token-of-tests',
}

/** A message that the endpoint was asked to send. */
export interface CreatedMessage {
  sid: string
  from: string
  to: string
  body: string
  statusCallback: string
}

/** How the endpoint answers the next message: as Twilio does, with an error, or not at all after it has accepted. */
export type Behaviour = 'accept' | 'lose' | 'unavailable' | { status: number; code: number }

/** A local endpoint that answers as Twilio's API is documented to, and checks authentication. */
export interface TwilioEndpoint extends AsyncDisposable {
  url: string
  created: CreatedMessage[]
  /** Requests with wrong credentials. */
  unauthorized: number
  /** Decides how a message is answered. */
  behave(decide: (to: string) => Behaviour): void
}

/** Starts the endpoint on a free port. */
export async function startTwilio(): Promise<TwilioEndpoint> {
  let decide: (to: string) => Behaviour = () => 'accept'
  const created: CreatedMessage[] = []
  const endpoint = { created, unauthorized: 0 }
  const expected = `Basic ${Buffer.from(`${ACCOUNT.accountSid}:${ACCOUNT.authToken}`).toString('base64')}`
  const server = createServer(async (request, response) => {
    if (request.headers.authorization !== expected) {
      endpoint.unauthorized += 1
      return json(response, 401, { code: 20003, message: 'Authenticate', status: 401 })
    }
    if (request.url === `/2010-04-01/Accounts/${ACCOUNT.accountSid}.json`) {
      return json(response, 200, { sid: ACCOUNT.accountSid, status: 'active' })
    }
    const form = new URLSearchParams(await bodyOf(request))
    const to = form.get('To') ?? ''
    const behaviour = decide(to)
    if (behaviour === 'unavailable')
      return json(response, 503, { message: 'Service Unavailable', status: 503 })
    if (typeof behaviour === 'object') {
      return json(response, behaviour.status, { ...behaviour, message: 'Refused' })
    }
    const message = {
      sid: `SM${randomBytes(16).toString('hex')}`,
      from: form.get('From') ?? '',
      to,
      body: form.get('Body') ?? '',
      statusCallback: form.get('StatusCallback') ?? '',
    }
    created.push(message)
    if (behaviour === 'lose') return request.socket.destroy()
    json(response, 201, { ...message, status: 'queued', error_code: null })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(endpoint, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    behave(next: (to: string) => Behaviour) {
      decide = next
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

/** Calls a webhook as Twilio does; `forged` signs it with another token. */
export async function callWebhook(
  serverUrl: string,
  publicUrl: string,
  path: string,
  parameters: Record<string, string>,
  { forged = false, ...headers }: { forged?: boolean; [header: string]: unknown } = {},
): Promise<{ status: number; text: string }> {
  const form: Record<string, string> = { AccountSid: ACCOUNT.accountSid, ...parameters }
  const token = forged ? 'another token' : ACCOUNT.authToken
  const signature = twilio.getExpectedTwilioSignature(token, `${publicUrl}${path}`, form)
  const response = await fetch(`${serverUrl}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': signature,
      ...(headers as Record<string, string>),
    },
    body: new URLSearchParams(form).toString(),
  })
  return { status: response.status, text: await response.text() }
}

/** An id such as Twilio gives to messages. */
export function newSid(): string {
  return `SM${randomBytes(16).toString('hex')}`
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
