import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A span as OTLP/HTTP posts it in JSON, with its attributes by name. */
export interface ReceivedSpan {
  traceId: string
  spanId: string
  parentSpanId?: string | undefined
  name: string
  /** The `service.name` of the process that sent it. */
  service: string
  attributes: Record<string, string | number>
  status: number
}

/** Receives spans as a collector does. */
export interface OtlpReceiver extends AsyncDisposable {
  url: URL
  spans: ReceivedSpan[]
  /** The bodies of all requests, as they came. */
  bodies: string[]
  authorizations: (string | undefined)[]
  /** How requests are answered from now on. */
  answers: 'accept' | 'refuse' | 'never'
}

interface Attribute {
  key: string
  value: { stringValue?: string; intValue?: string | number }
}

/** Starts a receiver on a free port. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const server = createServer(async (request, response) => {
    const body = await textOf(request)
    receiver.authorizations.push(request.headers.authorization)
    receiver.bodies.push(body)
    if (receiver.answers === 'never') return
    if (receiver.answers === 'accept') receiver.spans.push(...spansIn(body))
    response
      .writeHead(receiver.answers === 'accept' ? 200 : 400, { 'content-type': 'application/json' })
      .end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const receiver: OtlpReceiver = {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`),
    spans: [],
    bodies: [],
    authorizations: [],
    answers: 'accept',
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
  return receiver
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

function spansIn(body: string): ReceivedSpan[] {
  return JSON.parse(body).resourceSpans.flatMap(
    ({
      resource,
      scopeSpans,
    }: {
      resource: { attributes: Attribute[] }
      scopeSpans: { spans: object[] }[]
    }) =>
      scopeSpans.flatMap(({ spans }) =>
        spans.map((span) => {
          const { attributes, status, ...rest } = span as {
            attributes: Attribute[]
            status: { code?: number }
          }
          return {
            ...rest,
            service: String(valuesOf(resource.attributes)['service.name']),
            attributes: valuesOf(attributes),
            status: status?.code ?? 0,
          } as ReceivedSpan
        }),
      ),
  )
}

function valuesOf(attributes: Attribute[]): Record<string, string | number> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)]),
  )
}
