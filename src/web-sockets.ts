import type { Server as HttpServer, IncomingMessage } from 'node:http'
import { type GraphQLError, getOperationAST } from 'graphql'
import { CloseCode, type ServerOptions } from 'graphql-ws'
import { type Extra, useServer } from 'graphql-ws/use/ws'
import { type WebSocket, WebSocketServer } from 'ws'
import { sessionOfTicket, sessionOfToken } from './auth/session.ts'
import type { Viewer } from './auth/viewer.ts'
import { ClientSocket } from './client-socket.ts'
import type { Parts } from './context.ts'
import { Refusal } from './errors.ts'
import { maskError } from './graphql/mask-error.ts'
import { maxRequestBytes } from './graphql/request-limits.ts'
import { bearerToken, type GraphQLServer } from './graphql/yoga.ts'
import { createSocketDevices, type Device, type SocketDevices } from './presence/device.ts'
import { requestPath } from './request-path.ts'

/** What a client sends in `connection_init`. */
interface ConnectionParams extends Record<string, unknown> {
  ticket?: unknown
  authorization?: unknown
  companyId?: unknown
}

interface SocketState extends Record<PropertyKey, unknown> {
  viewer: Viewer
  device: Device
  /** What asked for each open subscription. */
  streams: Set<object>
}

/** Close codes beside those of graphql-transport-ws; the README lists them all. */
const SERVICE_RESTART = 1012
const INIT_TIMEOUT_MS = 5_000
const PING_MS = 12_000
const MAX_STREAMS = 100

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
    WebSocket: ClientSocket,
  })
  http.on('upgrade', (request: IncomingMessage, socket, head) => {
    if (requestPath(request) !== '/graphql') {
      socket.once('error', () => socket.destroy())
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n', () => socket.destroy())
      return
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      sockets.emit('connection', client, request)
      // graphql-ws prints the first error to the console, and the next one, which nobody hears, would end the process.
      client.removeAllListeners('error')
      client.on('error', (error) => parts.log.debug({ err: error }, 'a WebSocket failed'))
    })
  })
  // In production close reasons tell nothing of what went wrong inside, and so it is everywhere.
  let isStopping = false
  // The clients of a server that stops come back at another one, which may take longer than the grace.
  const devices = createSocketDevices({
    leave: (person, deviceIds) => isStopping || parts.presence.leave(person, deviceIds),
  })
  const options = { ...socketOptions(graphql, parts, devices), isProd: true }
  const server = useServer<ConnectionParams, SocketState>(options, sockets, PING_MS)

  return {
    async close() {
      isStopping = true
      for (const client of sockets.clients)
        client.close(SERVICE_RESTART, 'The server restarts: connect again.')
      await server.dispose()
    },
  }
}

function socketOptions(
  graphql: GraphQLServer,
  parts: Parts,
  devices: SocketDevices,
): ServerOptions<ConnectionParams, Extra & Partial<SocketState>> {
  return {
    connectionInitWaitTimeout: INIT_TIMEOUT_MS,
    execute: (args) => answered(parts, () => (args.rootValue as Pipeline).execute(args)),
    subscribe: (args) => answered(parts, () => (args.rootValue as Pipeline).subscribe(args)),

    async onConnect({ connectionParams, extra }) {
      try {
        const params = connectionParams ?? {}
        const viewer = await authenticate(parts, params)
        extra.viewer = viewer
        extra.device = openDevice(devices, viewer, params, extra.socket)
        extra.streams = new Set()
        closeAtExpiry(extra.socket, viewer.expiresAt)
        return true
      } catch (error) {
        closeRefused(extra.socket, maskError(error, parts.log))
        return false
      }
    },

    onNext(_context, _id, _params, _args, { errors }) {
      if (errors) dropStatus(errors)
    },

    onError(_context, _id, _params, errors) {
      dropStatus(errors)
    },

    onComplete({ extra }, _id, params) {
      extra.streams?.delete(params)
    },

    async onSubscribe({ extra }, _id, params) {
      const pipeline = graphql.getEnveloped({
        viewer: extra.viewer,
        device: extra.device,
        params,
        request: undefined,
      } as never)
      try {
        const document = pipeline.parse(params.query)
        const errors = pipeline.validate(pipeline.schema, document)
        if (errors.length > 0) return errors.map((error: unknown) => maskError(error, parts.log))
        const contextValue = await pipeline.contextFactory()
        const operation = getOperationAST(document, params.operationName)
        if (!operation) throw new Refusal('BAD_USER_INPUT', 'Could not determine what operation to execute.')
        if (operation.operation === 'subscription') addStream(extra.streams ?? new Set(), params)
        return {
          schema: pipeline.schema,
          operationName: params.operationName,
          document,
          variableValues: params.variables,
          contextValue,
          rootValue: { execute: pipeline.execute, subscribe: pipeline.subscribe },
        }
      } catch (error) {
        return [maskError(error, parts.log)]
      }
    },
  }
}

/** A refusal is the answer to its operation alone; thrown on, it would end the whole socket. */
async function answered<T>(
  { log }: Parts,
  run: () => T | Promise<T>,
): Promise<T | { errors: GraphQLError[] }> {
  try {
    return await run()
  } catch (error) {
    return { errors: [maskError(error, log)] }
  }
}

function addStream(streams: Set<object>, request: object): void {
  if (streams.size >= MAX_STREAMS) {
    throw new Refusal(
      'QUERY_TOO_EXPENSIVE',
      `At most ${MAX_STREAMS} subscriptions are open on one connection: complete one first.`,
    )
  }
  streams.add(request)
}

/** The enveloped functions of one operation, handed from onSubscribe to execution through the root value. */
interface Pipeline {
  execute: NonNullable<ServerOptions['execute']>
  subscribe: NonNullable<ServerOptions['subscribe']>
}

/** Masked errors carry a status for HTTP, which means nothing here. */
function dropStatus(errors: readonly { extensions?: Record<string, unknown> }[]): void {
  for (const { extensions } of errors) delete extensions?.http
}

async function authenticate(
  { signIn }: Parts,
  { ticket, authorization, companyId }: ConnectionParams,
): Promise<Viewer> {
  if (isGiven(ticket) && isGiven(authorization)) {
    throw new Refusal('UNAUTHENTICATED', 'Send a ticket or an authorization in connection_init, not both.')
  }
  if (typeof ticket === 'string') return signIn.withTicket(ticket)
  if (typeof authorization !== 'string') {
    throw new Refusal(
      'UNAUTHENTICATED',
      'Send { "ticket": "…" } or { "authorization": "Bearer …" } in connection_init.',
    )
  }
  if (!isGiven(companyId)) return signIn.withToken(bearerToken(authorization), {})
  if (typeof companyId !== 'string') throw new Refusal('BAD_USER_INPUT', 'companyId must be a string.')
  return signIn.withToken(bearerToken(authorization), { named: companyId })
}

function openDevice(
  devices: SocketDevices,
  viewer: Viewer,
  { ticket, authorization }: ConnectionParams,
  socket: WebSocket,
): Device {
  const session =
    typeof ticket === 'string' ? sessionOfTicket(ticket) : sessionOfToken(bearerToken(String(authorization)))
  const { device, close } = devices.open(viewer, session)
  // The client may have left while its credentials were looked at.
  if (socket.readyState === socket.OPEN) socket.once('close', close)
  else close()
  return device
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}

/** 4400 asks for other words, 4401 for another credential, 4403 says that none will do, 4503 to try again later. */
function closeRefused(socket: WebSocket, error: GraphQLError): void {
  socket.close(closeCodeOf(error.extensions.code), reasonOf(error))
}

function closeCodeOf(code: unknown): number {
  if (code === 'UNAVAILABLE' || code === 'INTERNAL_SERVER_ERROR') return 4503
  if (code === 'BAD_USER_INPUT') return CloseCode.BadRequest
  return code === 'UNAUTHENTICATED' ? CloseCode.Unauthorized : CloseCode.Forbidden
}

/** A close frame carries at most 123 bytes of reason (RFC 6455, section 5.5). */
function reasonOf(error: GraphQLError): string {
  return Buffer.from(error.message)
    .subarray(0, 120)
    .toString('utf8')
    .replace(/\ufffd+$/u, '')
}

function closeAtExpiry(socket: WebSocket, expiresAt: Date): void {
  // The client may have left while its credentials were looked at.
  if (socket.readyState !== socket.OPEN) return
  const wait = Math.min(Math.max(expiresAt.getTime() - Date.now(), 0), 2 ** 31 - 1)
  const timer = setTimeout(() => socket.close(CloseCode.Unauthorized, 'The access token has expired.'), wait)
  timer.unref()
  socket.once('close', () => clearTimeout(timer))
}
