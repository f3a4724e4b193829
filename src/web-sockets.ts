import type { Server as HttpServer, IncomingMessage } from 'node:http'
import type { GraphQLError } from 'graphql'
import { CloseCode, type ServerOptions } from 'graphql-ws'
import { type Extra, useServer } from 'graphql-ws/use/ws'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Viewer } from './auth/viewer.ts'
import type { Parts } from './context.ts'
import { Refusal } from './errors.ts'
import { maskError } from './graphql/mask-error.ts'
import { maxRequestBytes } from './graphql/request-limits.ts'
import { bearerToken, type GraphQLServer } from './graphql/yoga.ts'

/** What a client sends in `connection_init`. */
interface ConnectionParams extends Record<string, unknown> {
  ticket?: unknown
  authorization?: unknown
  companyId?: unknown
}

interface SocketState extends Record<PropertyKey, unknown> {
  viewer: Viewer
  expiry: NodeJS.Timeout
}

/** Close codes beside those of graphql-transport-ws; the README lists them all. */
const SERVICE_RESTART = 1012
const INIT_TIMEOUT_MS = 5_000
const PING_MS = 12_000

/** Serves graphql-transport-ws on /graphql; the operations go through the same pipeline as over HTTP. */
export function attachWebSockets(
  http: HttpServer,
  graphql: GraphQLServer,
  parts: Parts,
): { close(): Promise<void> } {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxRequestBytes,
    perMessageDeflate: false,
  })
  http.on('upgrade', (request: IncomingMessage, socket, head) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname !== '/graphql') return socket.end('HTTP/1.1 404 Not Found\r\n\r\n')
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request))
    return undefined
  })
  const server = useServer<ConnectionParams, SocketState>(socketOptions(graphql, parts), sockets, PING_MS)

  return {
    async close() {
      for (const client of sockets.clients)
        client.close(SERVICE_RESTART, 'The server restarts: connect again.')
      await server.dispose()
    },
  }
}

function socketOptions(
  graphql: GraphQLServer,
  parts: Parts,
): ServerOptions<ConnectionParams, Extra & Partial<SocketState>> {
  return {
    connectionInitWaitTimeout: INIT_TIMEOUT_MS,
    execute: (args) => (args.rootValue as Pipeline).execute(args),
    subscribe: (args) => (args.rootValue as Pipeline).subscribe(args),

    async onConnect({ connectionParams, extra }) {
      try {
        const viewer = await authenticate(parts, connectionParams ?? {})
        extra.viewer = viewer
        extra.expiry = closeAtExpiry(extra.socket, viewer.expiresAt)
        return true
      } catch (error) {
        closeRefused(extra.socket, maskError(error, parts.log))
        return false
      }
    },

    onDisconnect({ extra }) {
      clearTimeout(extra.expiry)
    },

    async onSubscribe({ extra }, _id, params) {
      const pipeline = graphql.getEnveloped({ viewer: extra.viewer, params, request: undefined } as never)
      try {
        const document = pipeline.parse(params.query)
        const errors = pipeline.validate(pipeline.schema, document)
        if (errors.length > 0) return errors.map((error: unknown) => maskError(error, parts.log))
        return {
          schema: pipeline.schema,
          operationName: params.operationName,
          document,
          variableValues: params.variables,
          contextValue: await pipeline.contextFactory(),
          rootValue: { execute: pipeline.execute, subscribe: pipeline.subscribe },
        }
      } catch (error) {
        return [maskError(error, parts.log)]
      }
    },
  }
}

/** The enveloped functions of one operation, handed from onSubscribe to execution through the root value. */
interface Pipeline {
  execute: NonNullable<ServerOptions['execute']>
  subscribe: NonNullable<ServerOptions['subscribe']>
}

function authenticate(
  { signIn }: Parts,
  { ticket, authorization, companyId }: ConnectionParams,
): Promise<Viewer> {
  if (typeof ticket === 'string') return signIn.withTicket(ticket)
  if (typeof authorization === 'string') {
    return signIn.withToken(bearerToken(authorization), typeof companyId === 'string' ? companyId : undefined)
  }
  throw new Refusal(
    'UNAUTHENTICATED',
    'Send { "ticket": "…" } or { "authorization": "Bearer …" } in connection_init.',
  )
}

/** 4401 asks for another credential, 4403 says that none will do, 4503 to try again later. */
function closeRefused(socket: WebSocket, error: GraphQLError): void {
  socket.close(closeCodeOf(error.extensions.code), reasonOf(error))
}

function closeCodeOf(code: unknown): number {
  if (code === 'UNAVAILABLE' || code === 'INTERNAL_SERVER_ERROR') return 4503
  return code === 'UNAUTHENTICATED' ? CloseCode.Unauthorized : CloseCode.Forbidden
}

/** A close frame carries at most 123 bytes of reason (RFC 6455, section 5.5). */
function reasonOf(error: GraphQLError): string {
  return Buffer.from(error.message)
    .subarray(0, 120)
    .toString('utf8')
    .replace(/\ufffd+$/u, '')
}

function closeAtExpiry(socket: WebSocket, expiresAt: Date): NodeJS.Timeout {
  const wait = Math.min(Math.max(expiresAt.getTime() - Date.now(), 0), 2 ** 31 - 1)
  return setTimeout(() => socket.close(CloseCode.Unauthorized, 'The access token has expired.'), wait)
}
