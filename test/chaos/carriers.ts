import { Agent, request } from 'node:http'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { Answer, Client } from '../support/client.ts'

/** A way to get one operation to a server and its answer back; rejects where no answer comes. */
export interface Carrier {
  ask(url: string, query: string, variables: Record<string, unknown>): Promise<Answer>
  close(): void
}

const ANSWER_MS = 8_000

/** Carries over HTTP connections that are kept. */
export function carryOverHttp({ token }: Client): Carrier {
  const agent = new Agent({ keepAlive: true, maxSockets: 2 })

  function ask(url: string, query: string, variables: Record<string, unknown>): Promise<Answer> {
    const body = JSON.stringify({ query, variables })
    return new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      }
      const options = { method: 'POST', agent, headers, signal: AbortSignal.timeout(ANSWER_MS) }
      const call = request(`${url}/graphql`, options, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          try {
            resolve(JSON.parse(Buffer.concat(chunks).toString()))
          } catch {
            reject(new Error(`The answer with status ${response.statusCode} is no JSON.`))
          }
        })
      })
      call.on('error', reject)
      call.end(body)
    })
  }

  return { ask, close: () => agent.destroy() }
}

/** One that is given up while it connects still fails, when graphql-ws does not listen any more. */
class PatientSocket extends WebSocket {
  constructor(address: string | URL, protocols?: string | string[]) {
    super(address, protocols)
    this.on('error', () => {})
  }
}

/** Carries over one WebSocket at a time. */
export function carryOverWebSocket({ token }: Client): Carrier {
  let open: { url: string; socket: ReturnType<typeof createClient> } | undefined

  function socketTo(url: string) {
    if (open?.url === url) return open.socket
    drop()
    const socket = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      connectionParams: { authorization: `Bearer ${token}` },
      retryAttempts: 0,
      lazyCloseTimeout: 5_000,
      connectionAckWaitTimeout: ANSWER_MS,
      webSocketImpl: PatientSocket,
    })
    open = { url, socket }
    return socket
  }

  function drop(): void {
    open?.socket.terminate()
    void open?.socket.dispose()
    open = undefined
  }

  function ask(url: string, query: string, variables: Record<string, unknown>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        drop()
        reject(new Error('No answer came in time.'))
      }, ANSWER_MS)
      const settle = (act: () => void) => {
        clearTimeout(late)
        act()
      }
      socketTo(url).subscribe(
        { query, variables },
        {
          next: (answer) => settle(() => resolve(answer as Answer)),
          error: (reason) =>
            settle(() => {
              if (Array.isArray(reason)) return resolve({ errors: reason })
              drop()
              reject(reason)
            }),
          complete: () => settle(() => reject(new Error('The operation ended without an answer.'))),
        },
      )
    })
  }

  return { ask, close: drop }
}
