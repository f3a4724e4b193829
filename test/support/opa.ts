import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Data } from './client.ts'

/** An answer of the stub: a body with its status, another place, none at all, or true after 5 s. */
export type OpaAnswer = { status?: number; body: string } | { redirect: string } | 'hangs' | 'breaks' | 'late'

/** A server of a test's own that speaks the protocol of OPA: `POST /v1/data/…` with the input. */
export interface Opa extends AsyncDisposable {
  url: URL
  /** The inputs that it was asked about, in their order. */
  asked: Data[]
  /** Decides the answer; at first it allows everything. */
  answer: (input: Data) => OpaAnswer
}

/** The answer of a rule with this result. */
export const result = (value: unknown): OpaAnswer => ({ body: JSON.stringify({ result: value }) })

/** Starts the server. */
export async function startOpa(): Promise<Opa> {
  const state: Pick<Opa, 'asked' | 'answer'> = { asked: [], answer: () => result(true) }
  const server = createServer((request, response) => void reply(state, request, response))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', () => listening()))
  const { port } = server.address() as AddressInfo
  return Object.assign(state, {
    url: new URL(`http://127.0.0.1:${port}/v1/data/colloquy/allow`),
    [Symbol.asyncDispose]: () =>
      new Promise<void>((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  })
}

async function reply(
  state: Pick<Opa, 'asked' | 'answer'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A client that followed a redirect would be let in here.
  if (request.url === '/allows') return void response.end('{"result":true}')
  const isAsked = request.method === 'POST' && request.url?.startsWith('/v1/data/')
  if (!isAsked || request.headers['content-type'] !== 'application/json')
    return void response.writeHead(400).end()
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  const { input, ...others } = JSON.parse(text)
  if (!input || Object.keys(others).length > 0) return void response.writeHead(400).end()
  state.asked.push(input)
  const answer = state.answer(input)
  if (answer === 'hangs') return
  if (answer === 'late') return void setTimeout(() => response.end('{"result":true}'), 5_000).unref()
  if (answer === 'breaks') return void response.destroy()
  if ('redirect' in answer) return void response.writeHead(307, { location: answer.redirect }).end()
  response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' }).end(answer.body)
}
